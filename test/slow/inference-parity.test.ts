import { existsSync, readdirSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { fashionMnistSplit, loadFashionMnist } from "../../src/datasets/index.js";
import { codesOf, deploy, integerClassifier, tensorClassifier } from "../../src/inference/index.js";
import { readCheckpoint } from "../../src/networks/checkpoints/index.js";
import { lenet5 } from "../../src/networks/index.js";
import { loadBackend } from "../../src/tensors/backend/index.js";
import { compareCodes } from "../support/tensor-codes.js";

const RESULTS = "data/results";

/** Trained LeNet-5 checkpoints that the repository holds, one of each arm: seeds differ in values only. */
const checkpoints = (existsSync(RESULTS) ? readdirSync(RESULTS, { recursive: true, encoding: "utf8" }) : [])
  .filter((file) => file.startsWith("lenet5") && file.endsWith(".safetensors"))
  .filter((file) => file.includes("checkpoints") && !file.includes("float") && file.includes("-seed0."))
  .map((file) => `${RESULTS}/${file}`);

describe.skipIf(checkpoints.length === 0)("trained LeNet-5", () => {
  const data = loadFashionMnist({ split: "train" });
  const { train, validation } = fashionMnistSplit();
  const indices = Uint32Array.from([...validation, ...train.subarray(0, 5000)]);

  beforeAll(async () => {
    await loadBackend();
  });

  test.each(checkpoints)("%s: at least 9,990 of 10,000 classes are TensorFlow's", (checkpoint) => {
    const network = deploy(lenet5, readCheckpoint(checkpoint));
    const tensors = tensorClassifier(network, data, indices);
    const theirs = tensors.classify(codesOf(network));
    tensors.dispose();
    const ours = integerClassifier(network, data, indices).classify(codesOf(network));
    expect(ours.filter((c, i) => c === theirs[i]).length).toBeGreaterThanOrEqual(9990);
  });

  test("every code of 10,000 images is TensorFlow's, but within 1e-5 of a step from a tie", () => {
    const network = deploy(lenet5, readCheckpoint(checkpoints[0]!));
    let differing = 0;
    for (let from = 0; from < indices.length; from += 500) {
      const counts = compareCodes(network, data, indices.subarray(from, from + 500));
      expect(counts.furthest).toBeLessThan(1e-5);
      differing += counts.differing;
    }
    console.log(`${differing} of 17,800,000 codes differ, all of them on ties`);
  });
});
