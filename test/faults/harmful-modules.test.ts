import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { loadFaultModel } from "../../src/experiments/fault-files/load.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

const folder = mkdtempSync(join(tmpdir(), "flatenn-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = `export default { id: "mine", title: "t", apply: (stored, mask) => stored ^ mask };`;
const applying = (body: string) => `export default { id: "mine", title: "t", apply: () => { ${body} } };`;

describe.concurrent("a fault model's module that", () => {
  it.each([
    ["loops while it is loaded", `while (true) {}\n${GOOD}`, /not loaded and tried within 20 s/],
    ["loops when it is applied", applying("while (true) {}"), /not loaded and tried within 20 s/],
    ["waits for what never comes", `await new Promise(() => {});\n${GOOD}`, /waits for what never comes/],
    ["ends the process", `process.exit(0);\n${GOOD}`, /ends its process/],
    ["ends the process when it is applied", applying("process.exit(0);"), /ends its process/],
    ["throws null", `throw null;\n${GOOD}`, /cannot be loaded: null/],
    ["throws null when it is applied", applying("throw null;"), /apply threw null/],
    ["throws what has no text", applying("throw Object.create(null);"), /apply threw something/],
    [
      "gives promises",
      `export default { id: "a", title: "t", apply: async (s) => s };`,
      /got \[object Promise\]/,
    ],
  ])("%s is refused with its name, and this process goes on", async (_, content, message) => {
    const path = join(folder, `${createHash("sha256").update(content).digest("hex").slice(0, 8)}.mjs`);
    writeFileSync(path, content);
    const refusal = await loadFaultModel(path).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UserError);
    expect((refusal as UserError).message).toMatch(message);
    expect((refusal as UserError).message).toContain(path);
  });
});

describe("an extension that", () => {
  it.each([
    ["ends the process", "process.exit(0);", /ended the process/],
    ["waits for what never comes", "await new Promise(() => {});", /waits for what never comes/],
    ["throws null", "throw null;", /cannot be loaded: null/],
  ])("%s is no success and not silent", async (_, content, message) => {
    const path = join(temporaryFolder(), "extension.mjs");
    writeFileSync(path, content);
    const { code, stderr } = await flatenn(["data", "--extension", path]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).toContain(path);
  });
});
