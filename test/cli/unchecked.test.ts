import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openStore, publishedDirectory, readResultsFrom } from "../../src/experiments/results/index.js";
import {
  failureOf,
  networkSettingsHash,
  trainedNetwork,
} from "../../src/experiments/results/trained-network.js";
import { readCheckpoint, writeCheckpoint } from "../../src/networks/checkpoints/index.js";
import { writeFigures } from "../../src/publishing/write-exhibits.js";
import { findStudy } from "../../src/studies/index.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

const quick = findStudy("lenet5-fashion", "quick");

function copyOfQuick(): string {
  const folder = join(temporaryFolder(), "quick");
  cpSync(publishedDirectory("lenet5-fashion", "quick"), folder, { recursive: true });
  return folder;
}

describe("what is read", { timeout: 60_000 }, () => {
  it("is held against the manifest; --unchecked reads it all the same and says so in the table", async () => {
    const folder = copyOfQuick();
    writeFileSync(join(folder, "results.json"), `${readFileSync(join(folder, "results.json"), "utf8")} `);
    const refused = await flatenn(["claims", "--results", folder]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("results.json has the sha256"),
    ]);
    const out = join(temporaryFolder(), "claims.md");
    const { code } = await flatenn(["claims", "--results", folder, "--unchecked", "--out", out]);
    expect(code).toBe(0);
    expect(readFileSync(out, "utf8")).toContain("UNCHECKED: files not held against their checksums");
  });

  it("is an error where sharpness was asked for and there is none", async () => {
    const { code, stderr } = await flatenn(["claims", "--profile", "quick", "--sharpness", "/nope"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is nothing in /nope/sharpness")]);
  });

  it("is named where it is not of the form, never a defect", async () => {
    for (const [file, content, said] of [
      ["results.json", '{"networks": []}', "results.json.failures"],
      ["study.json", '{"name": "../x"}', "study.json.name: must be lower-case letters"],
      ["study.json", "null", "study.json: Invalid input"],
    ] as const) {
      const folder = copyOfQuick();
      writeFileSync(join(folder, file), content);
      await expect(readResultsFrom(folder, { unchecked: true })).rejects.toThrow(said);
    }
  });
});

describe("a trained network", () => {
  it("of other bits, or another threshold, than its study has is refused", () => {
    for (const [changes, said] of [
      [{ bits: { weights: 5, activations: 4 } }, "says that its bits is"],
      [{ threshold: 0.5 }, "says that its threshold is 0.5"],
    ] as const) {
      const folder = temporaryFolder();
      const checkpoints = join(copyOfQuick(), "checkpoints");
      const path = join(checkpoints, "as-seed0.safetensors");
      const { origin, ...rest } = readCheckpoint(path);
      writeCheckpoint(path, { origin: { ...origin, ...changes }, ...rest });
      const read = (unchecked: boolean) =>
        trainedNetwork(quick, openStore(quick, folder, { checkpoints, unchecked }), "as", 0);
      expect(() => read(false)).toThrow("checkpoints/as-seed0.safetensors has the sha256");
      expect(() => read(true)).toThrow(said);
    }
  });

  it("that failed is known where its note lies beside the checkpoints", () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    mkdirSync(join(elsewhere, "failed"));
    const config = networkSettingsHash(quick, "as", 0);
    const failure = { arm: "as", seed: 0, config, reason: "the loss is not finite", epoch: 1, step: 2 };
    writeFileSync(join(elsewhere, "failed", "as-seed0.json"), JSON.stringify(failure));
    const store = openStore(quick, folder, { checkpoints: join(elsewhere, "checkpoints") });
    expect(failureOf(quick, store, "as", 0)).toEqual(failure);
    expect(failureOf(quick, store, "standard", 0)).toBeUndefined();
  });
});

it("a picture that is not drawn does not stay beside the figure that took its place", async () => {
  const folder = temporaryFolder();
  vi.stubEnv("FLATENN_CHROMIUM", join(folder, "no-browser"));
  vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });
  const figure = (title: string) =>
    ({ data: [], layout: { title: { text: title } } }) as unknown as Parameters<typeof writeFigures>[0][0][1];
  await writeFigures([["a", figure("first")]], folder);
  writeFileSync(join(folder, "a.svg"), "the first");
  await writeFigures([["a", figure("first")]], folder);
  expect(existsSync(join(folder, "a.svg"))).toBe(true);
  await writeFigures([["a", figure("second")]], folder);
  expect(existsSync(join(folder, "a.svg"))).toBe(false);
});
