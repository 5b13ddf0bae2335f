import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { loadFaultModel } from "../../src/experiments/fault-files/load.js";
import { faultModel, injectFaults } from "../../src/faults/index.js";

const folder = mkdtempSync(join(tmpdir(), "flatenn-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function moduleFile(content: string): string {
  const path = join(folder, `model-${files++}.mjs`);
  writeFileSync(path, content);
  return path;
}

const WITH = (fields: string) =>
  `export default { id: "mine", title: "my faults", apply: (stored, mask) => stored | mask, ${fields} };\n`;

describe("loadFaultModel", () => {
  it("gives the built-in model of an id", async () => {
    expect(await loadFaultModel("sa0")).toBe(faultModel("sa0"));
    expect((await loadFaultModel("flip/bits:3")).id).toBe("flip/bits:3");
    await expect(loadFaultModel("zap")).rejects.toThrow("fault model must be flip, sa0, sa1 or");
  });

  it("gives the model of a module, which injects as it says", async () => {
    const model = await loadFaultModel(
      moduleFile(WITH('relativeRate: { zero: 0.5, one: 0 }, sites: { kind: "weights" }')),
    );
    expect(model).toMatchObject({
      title: "my faults",
      relativeRate: { zero: 0.5, one: 0 },
      sites: { kind: "weights" },
    });
    const { sites } = model;
    const layer = { name: "a", weights: 2, bits: 2, ceiling: 0.5, positions: Uint32Array.of(1, 2) };
    const map = { ...layer, u: Float64Array.of(0.1, 0.3), ...(sites ? { sites } : {}) };
    const options = { rate: 0.5, model, bits: 2, encoding: "offset-binary" } as const;
    expect(injectFaults(Uint8Array.of(0, 0), map, options)).toEqual({
      codes: Uint8Array.of(2, 0),
      faulty: 1,
      exposed: 4,
      changed: 1,
    });
  });

  it("calls it by its id and the sum of the file, so that another content is another model", async () => {
    const path = moduleFile(WITH(""));
    const sum = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);
    const before = await loadFaultModel(path);
    expect(before.id).toBe(`mine@${sum(WITH(""))}`);
    expect((await loadFaultModel(path)).id).toBe(before.id);
    const changed = WITH("").replace("stored | mask", "stored & ~mask");
    writeFileSync(path, changed);
    const after = await loadFaultModel(path);
    expect(after.id).toBe(`mine@${sum(changed)}`);
    expect([before.apply(1, 3), after.apply(1, 3)]).toEqual([3, 0]);
  });

  it("keeps what the export is: an object with state of its own, read but not changed", async () => {
    const path =
      moduleFile(`class Model { id = "mine"; title = "t"; apply(stored, mask) { return this.read(stored, mask); }
      read(stored, mask) { return stored ^ mask; } }
      export default new Model();`);
    expect((await loadFaultModel(path)).apply(5, 3)).toBe(6);
  });

  it("refuses what is no fault model, and says why", async () => {
    const refused = async (content: string, reason: string) => {
      const path = moduleFile(content);
      const error = await loadFaultModel(path).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).toContain(path);
      expect((error as Error).message).toContain(reason);
    };
    await refused(
      "export const model = 1;",
      "a fault model must be an object { id, title, apply }, the default export of its module, got undefined",
    );
    await refused("export default null;", "got null");
    await refused(WITH('id: "Mine"'), "id must be lower-case letters, digits and hyphens");
    await refused(WITH('id: "flip/bits:3"'), "beginning with a letter, got flip/bits:3");
    await refused(
      WITH('id: "flip"'),
      "id must not be one of flip, sa0, sa1, asymmetric, none, all, got flip",
    );
    await refused(WITH('id: "none"'), "id must not be one of");
    await refused(WITH('title: ""'), "title must be a text that is not empty");
    await refused(WITH("relativeRates: { zero: 1, one: 0 }"), "a fault model has no option relativeRates");
    await refused(WITH("relativeRate: { zero: 1, ones: 0 }"), "relativeRate has no option ones");
    await refused(WITH("apply: 3"), "apply must be a function, got number");
    await refused(WITH("relativeRate: { zero: 2, one: 0 }"), "must be in [0, 1] and one of them above 0");
    await refused(
      WITH('sites: { kind: "bits", positions: [8] }'),
      "bit positions must be ascending integers",
    );
    await refused(WITH("sites: 3"), "kind of sites must be one of bits, rows, columns, weights");
    await refused(
      WITH("apply: (stored, mask) => stored ^ mask ^ 128"),
      "apply(0, 0) must return an integer from 0 to 1 for weights of 1 bits, got 128",
    );
    await refused(WITH("apply: (stored) => ~stored"), "apply(0, 0) must return an integer");
    await refused(WITH("apply: () => NaN"), "got NaN");
    await refused(
      `let calls = 0; export default { id: "mine", title: "t", apply: (stored, mask) => (calls++ < 70000 ? stored : mask & stored) };`,
      "apply must be pure: apply(",
    );
    await refused(
      WITH("apply: (stored, mask) => (Math.random() < 0.5 ? stored : stored | mask)"),
      "apply must be pure",
    );
    await refused(WITH('apply: () => { throw new Error("not today"); }'), "not today");
    await refused("export default {", "cannot be loaded");
    await refused('import "./missing.mjs";', "cannot be loaded");
  });

  it("takes what begins like a path or ends like a module for a file", async () => {
    for (const spec of ["./missing", "../missing", "/missing", "missing.js", "missing.mjs"])
      await expect(loadFaultModel(spec)).rejects.toThrow(
        new RegExp(`^fault model ${spec} cannot be loaded: ENOENT.*compile TypeScript first`),
      );
  });
});
