import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyResults } from "../../../src/experiments/verification/index.js";
import { contents } from "../../support/cli.js";
import { alterTrials, changeJson, published } from "../../support/published.js";

const results = published();

const verifyAll = (folder: string) => verifyResults(folder, { share: 1, sampleSeed: 1 });

describe("verification of published results", { timeout: 60_000 }, () => {
  it("finds untouched ones right: every file, trial and network, and leaves them as they are", async () => {
    const before = contents(results.folder);
    expect(await verifyAll(results.folder)).toEqual({
      filesRight: 11,
      problems: [],
      notes: [],
      notChecked: [
        expect.stringContaining("settings: this program has no profile small of a study lenet5-fashion"),
        expect.stringContaining("files of networks that the study does not have: checkpoints/standard-saq"),
        ...[
          "trained weights: ",
          "training curves: losses",
          "what trained the networks: ",
          "sharpness: none",
          "timings: ",
          "who made these results: ",
        ].map((what) => expect.stringContaining(what)),
      ],
      trials: 18,
      recomputedTrials: 18,
      networks: 2,
      recomputedNetworks: 2,
      mismatches: [],
    });
    expect(contents(results.folder)).toEqual(before);
  });

  it("recomputes at least ten trials however small the share is", async () => {
    const found = await verifyResults(results.folder, { sampleSeed: 7 });
    expect([found.recomputedTrials, found.problems, found.mismatches]).toEqual([10, [], []]);
    await expect(verifyResults(results.folder, { sampleSeed: 7, share: 1.5 })).rejects.toThrow(
      "share must be above 0 and at most 1, got 1.5",
    );
  });

  it("recomputes the trials of some arms only, where told so", async () => {
    const verifyArm = (folder: string, arm: string) =>
      verifyResults(folder, { share: 1, sampleSeed: 1, arms: [arm] });
    const folder = results.copy();
    const altered = results.rows.find(({ arm, map }) => arm === "as" && map === 1)!.id;
    const other = results.rows.find(({ arm }) => arm !== "as")!.arm;
    await alterTrials(folder, `UPDATE trials SET correct = correct + 1 WHERE id = '${altered}'`);
    const found = await verifyArm(folder, "as");
    expect(found).toMatchObject({
      filesRight: 11,
      trials: 9,
      recomputedTrials: 9,
      networks: 1,
      problems: [],
    });
    expect(found.mismatches.map(({ trial }) => trial.id)).toEqual([altered]);
    expect(await verifyArm(folder, other)).toMatchObject({ recomputedTrials: 9, mismatches: [] });
    await expect(verifyArm(folder, "dense")).rejects.toThrow("arm must be one of");
  });

  it("catches, by recomputing alone, numbers that were altered together with summary, results and manifest", async () => {
    const folder = results.copy();
    const [first, second, third] = results.rows.filter(({ map }) => map === 1);
    const alter = (row: object) => ({ ...row, sparsity: 0.7, skippedMacs: 0.5 });
    changeJson(folder, "networks/as-seed0.json", alter);
    changeJson(folder, "results.json", ({ networks, ...rest }: { networks: { arm: string }[] }) => ({
      ...rest,
      networks: networks.map((row) => (row.arm === "as" ? alter(row) : row)),
    }));
    await alterTrials(
      folder,
      `UPDATE trials SET faultyByLayer = [1, 2, 3, 4, 5] WHERE id = '${third!.id}'`,
      `UPDATE trials SET correct = correct + 1 WHERE id = '${first!.id}'`,
      `UPDATE trials SET exposed = exposed - 4, changedByLayer = [0] WHERE id = '${second!.id}'`,
    );
    const { problems, mismatches, filesRight } = await verifyAll(folder);
    expect([filesRight, problems]).toEqual([
      11,
      [
        expect.stringMatching(/^networks\/as-seed0.json has the skippedMacs 0.5, recomputed 0\.\d+$/),
        expect.stringMatching(/^networks\/as-seed0.json has the sparsity 0.7, recomputed 0\.\d+$/),
      ],
    ]);
    const { id, correct } = first!;
    expect(mismatches.map(({ trial, column, ...values }) => [trial.id, column, values])).toEqual([
      [id, "correct", { stored: String(correct + 1), recomputed: String(correct) }],
      [second!.id, "exposed", { stored: String(second!.exposed - 4), recomputed: String(second!.exposed) }],
      [second!.id, "changedByLayer", { stored: "0", recomputed: String(second!.changedByLayer) }],
      [third!.id, "faultyByLayer", { stored: "1,2,3,4,5", recomputed: String(third!.faultyByLayer) }],
    ]);
  });

  it("goes on with what is left where a file, a network and a trial are wrong", async () => {
    const folder = results.copy();
    await alterTrials(folder, `DELETE FROM trials WHERE id = '${results.rows.at(-1)!.id}'`);
    rmSync(join(folder, "checkpoints", "as-seed0.safetensors"));
    const found = await verifyAll(folder);
    expect(found).toMatchObject({ filesRight: 10, trials: 17, recomputedTrials: 8, recomputedNetworks: 1 });
    for (const problem of [
      "as-seed0.safetensors is missing",
      "there is no checkpoint",
      "lacks trials of the plan (1)",
    ])
      expect(found.problems.join("\n")).toContain(problem);
  });

  it("stops when told to", async () => {
    const controller = new AbortController();
    const stopped = verifyResults(results.folder, {
      share: 1,
      sampleSeed: 0,
      signal: controller.signal,
      onProgress: ({ done }) => done === 3 && controller.abort(),
    });
    await expect(stopped).rejects.toThrow("aborted");
  });
});
