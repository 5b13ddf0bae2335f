import { expect, test } from "vitest";
import { publishedDirectory } from "../../src/experiments/results/index.js";
import { verifyResults } from "../../src/experiments/verification/index.js";

test("the published full study is right in a sample of trials drawn anew, its networks among them", async () => {
  const sampleSeed = Math.floor(Math.random() * 2 ** 32);
  const directory = publishedDirectory("lenet5-fashion", "full");
  const found = await verifyResults(directory, { sampleSeed, share: 1e-6 });
  expect([found.problems, found.mismatches], `sample seed ${sampleSeed}`).toEqual([[], []]);
  expect(found.recomputedTrials).toBe(10);
});
