import { existsSync } from "node:fs";
import type { JobOptions } from "../../base/progress.js";
import { gatherLabels } from "../../datasets/images.js";
import { countCorrect } from "../../inference/classifier.js";
import { type Checkpoint, readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import { sharedImages } from "../campaign/campaign.js";
import { trainingData } from "../campaign/images.js";
import { openWorkers } from "../campaign/workers.js";
import { checkpointPath } from "../results/store.js";
import { FLOAT } from "../results/trained-network.js";
import { modelOf } from "../study/content.js";
import type { Study } from "../study/study.js";
import type { PublishedNetwork } from "./check-networks.js";
import type { Findings } from "./findings.js";

/** Recomputes what training curves end with: the share of validation images that each network classifies right. */
export async function recomputeValidation(
  study: Study,
  networks: readonly PublishedNetwork[],
  workers: number,
  signal: JobOptions["signal"] | undefined,
): Promise<string[]> {
  if (networks.length === 0) return [];
  const { stratified: _, ...campaign } = study.campaign;
  const { encoding } = campaign;
  const validating: Study = { ...study, campaign: { ...campaign, split: "validation", images: null } };
  const checkpoints = networks.map(({ checkpoint }) => checkpoint);
  const clean = { id: "validation", encoding, layer: "", fault: "none", rate: 0, map: -1 };
  const pool = openWorkers({ study: validating, checkpoints }, () => sharedImages(validating), workers);
  const problems: string[] = [];
  try {
    const tasks = networks.map((_, network) => ({ kind: "trials" as const, network, trials: [clean] }));
    for await (const result of pool.run(tasks, signal)) {
      if (result.kind !== "trial") continue;
      const { arm, seed, correct, images } = result.row;
      const { checkpoint } = networks.find((each) => each.arm === arm && each.seed === seed)!;
      problems.push(...accuracyProblem(checkpoint, correct, images));
    }
  } finally {
    await pool.close();
  }
  return problems.sort();
}

/**
 * Images of a thousand that may be classified otherwise than in training, which adds in floating point: there a sum that ties
 * between two codes, or two logits that are equal but for rounding, may fall on the other side.
 */
const CURVE_TOLERANCE = 1;

/** Likewise of the float networks, with TensorFlow. */
export async function recomputeFloats(study: Study, checkpoints: string): Promise<Findings> {
  const seeds = study.seeds.filter((seed) => existsSync(checkpointPath(checkpoints, { arm: FLOAT, seed })));
  if (seeds.length === 0) return { problems: [], notChecked: [] };
  if (!(await hasTensorFlow()))
    return {
      problems: [],
      notChecked: [
        "float networks: the accuracy with which their curves end takes TensorFlow, which is not installed here",
      ],
    };
  const { classifyFloat } = await import("../../tensors/classify-float.js");
  const { dataset, validation } = trainingData(study);
  const labels = gatherLabels(dataset, validation);
  const problems = seeds.flatMap((seed) => {
    try {
      const float = readCheckpoint(checkpointPath(checkpoints, { arm: FLOAT, seed }));
      const classes = classifyFloat(modelOf(study), float, dataset, validation);
      return accuracyProblem(float, countCorrect(classes, labels), labels.length);
    } catch {
      return []; // what is wrong with the file is told already
    }
  });
  return { problems, notChecked: [] };
}

/** Whether TensorFlow can be loaded; it is, if so. */
export async function hasTensorFlow(): Promise<boolean> {
  try {
    const { loadBackend } = await import("../../tensors/backend/load.js");
    await loadBackend();
    return true;
  } catch {
    return false;
  }
}

function accuracyProblem({ origin }: Checkpoint, correct: number, images: number): string[] {
  const stated = origin.curve.at(-1)?.validationAccuracy;
  const within = (CURVE_TOLERANCE * images) / 1000;
  if (stated !== undefined && Math.abs(stated * images - correct) <= within + 1e-6) return [];
  return [
    `the training curve of ${origin.arm}, seed ${origin.seed}, ends with the validation accuracy ${stated}, recomputed ${correct / images}`,
  ];
}
