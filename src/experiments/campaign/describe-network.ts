import type { ImageDataset } from "../../datasets/images.js";
import { countCorrect } from "../../inference/classifier.js";
import { clipRatios } from "../../inference/clip-ratios.js";
import { codesOf, type DeployedNetwork } from "../../inference/deploy.js";
import { countZeros, type IntegerClassifier } from "../../inference/engine.js";
import { type Checkpoint, networkHash } from "../../networks/checkpoints/checkpoint.js";
import { weightValues } from "../../quantization/grid.js";
import { measureSparsity } from "../../sparsity/measure.js";
import type { NetworkRow } from "../results/rows.js";
import { armOf } from "../study/arms.js";

import type { Study } from "../study/study.js";

/**
 * Measures a network without faults.
 * @param images the campaign's images, all of them
 */
export function describeNetwork(
  study: Pick<Study, "arms">,
  checkpoint: Checkpoint,
  network: DeployedNetwork,
  { images, classifier }: { images: ImageDataset; classifier: IntegerClassifier },
): NetworkRow {
  const { arm, seed } = checkpoint.origin;
  const indices = Uint32Array.from({ length: images.count }, (_, i) => i);
  const sparsity = measureSparsity(network.model, countZeros(network, images, indices), images.count);
  const clips = clipRatios(network, checkpoint);
  const weightNorm = normOf(network);
  const { gradient } = armOf(study, arm);
  return {
    arm,
    seed,
    network: networkHash(checkpoint),
    correct: countCorrect(classifier.classify(codesOf(network)), images.labels),
    images: images.count,
    sparsity: sparsity.total,
    sparsityByLayer: sparsity.byLayer,
    skippedMacs: sparsity.skippedMacs,
    clipRatio: clips.total,
    clipRatioByLayer: clips.byLayer,
    weightNorm,
    relativeRho: "rho" in gradient ? gradient.rho / weightNorm : null,
  };
}

/** ||Q(w)||_2 over the weights of all layers. */
function normOf({ layers }: DeployedNetwork): number {
  let sum = 0;
  for (const { codes, clip, bits } of layers) for (const w of weightValues(codes, clip, bits)) sum += w * w;
  return Math.sqrt(sum);
}
