import { cpSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { campaignMap, injectTrial } from "../../../src/experiments/campaign/evaluate-trial.js";
import { replayTrial } from "../../../src/experiments/verification/index.js";
import { faultModel } from "../../../src/faults/index.js";
import { deploy } from "../../../src/inference/index.js";
import { readCheckpoint } from "../../../src/networks/checkpoints/index.js";
import { lenet5 } from "../../../src/networks/index.js";
import { temporaryFolder } from "../../support/cli.js";
import { published, smallStudy } from "../../support/published.js";

const results = published();
const { folder } = results;
const checkpoints = join(folder, "checkpoints");
const trialOf = (fault: string) =>
  results.rows.find(
    (row) => row.fault === fault && row.rate === (fault === "none" ? 0 : 0.05) && row.arm === "as-saq",
  )!;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("a trial replayed", { timeout: 60_000 }, () => {
  it.each(["none", "flip", "sa1/bits:3"])("comes out as stored: %s", async (fault) => {
    const stored = trialOf(fault);
    const replay = await replayTrial(folder, stored.id, checkpoints);
    expect(replay.stored).toEqual(stored);
    expect(replay.recomputed).toEqual(stored);
    expect(replay.faultyBits.length).toBe(stored.faulty);
    expect(replay.faultyBits.filter(({ changed }) => changed).length).toBe(stored.changed);
    for (const [i, { name }] of replay.layers.entries())
      expect(replay.faultyBits.filter(({ layer }) => layer === name).length).toBe(stored.faultyByLayer[i]);
  });

  it.each(["flip", "sa1/bits:3"])(
    "has faulty bits that give the codes the engine ran on: %s",
    async (fault) => {
      const stored = trialOf(fault);
      const { faultyBits } = await replayTrial(folder, stored.id, checkpoints);
      const network = deploy(lenet5, readCheckpoint(join(checkpoints, "as-saq-seed0.safetensors")));
      const { sites } = faultModel(fault);
      const map = campaignMap(smallStudy, network, { index: stored.map, sites });
      const { codes } = injectTrial(network, stored, map);
      for (const layer of network.layers) {
        const read = layer.codes.slice();
        for (const bit of faultyBits.filter(({ layer: name }) => name === layer.name)) {
          expect(bit.codeBefore).toBe(layer.codes[bit.weight]);
          expect(bit.valueAfter).toBe(layer.clip * ((2 * bit.codeAfter - 15) / 15));
          expect(bit.at.reduce((index, at, axis) => index * layer.shape[axis]! + at, 0)).toBe(bit.weight);
          expect(bit.changed).toBe((((bit.storedBefore ^ bit.storedAfter) >> bit.bit) & 1) === 1);
          if (fault === "sa1/bits:3") expect([bit.bit, bit.storedAfter & 8]).toEqual([3, 8]);
          read[bit.weight] = bit.codeAfter;
        }
        expect(read).toEqual(codes[layer.name]);
      }
    },
  );

  it("has confusion matrices of the network with and without its faults", async () => {
    const [clean, faulty] = [trialOf("none"), trialOf("flip")];
    const { confusionBefore, confusionAfter } = await replayTrial(folder, faulty.id, checkpoints);
    const right = (matrix: readonly (readonly number[])[]) => sum(matrix.map((row, i) => row[i]!));
    expect([right(confusionBefore), right(confusionAfter)]).toEqual([clean.correct, faulty.correct]);
    expect(confusionBefore.map(sum)).toEqual(confusionAfter.map(sum));
    expect(sum(confusionAfter.map(sum))).toBe(faulty.images);
    const replayed = await replayTrial(folder, clean.id, checkpoints);
    expect(replayed.confusionAfter).toEqual(confusionBefore);
  });

  it("is found by the beginning of its id; one that none or several have is refused with those that there are", async () => {
    const { id } = trialOf("flip");
    expect((await replayTrial(folder, id.slice(0, 12), checkpoints)).stored.id).toBe(id);
    await expect(replayTrial(folder, "xyz", checkpoints)).rejects.toThrow('begins with "xyz"');
    const ambiguous = replayTrial(folder, "", checkpoints);
    await expect(ambiguous).rejects.toThrow('18 trials have an id that begins with ""; give more of it');
    await expect(ambiguous).rejects.toThrow(`  ${results.rows[0]!.id}  as, seed 0, flip at 0.01, map 0\n`);
  });

  it("is refused with a checkpoint of another network than the one it was run on", async () => {
    const others = temporaryFolder();
    cpSync(join(checkpoints, "as-seed0.safetensors"), join(others, "as-saq-seed0.safetensors"));
    await expect(replayTrial(folder, trialOf("flip").id, others)).rejects.toThrow("is not of the network in");
  });
});
