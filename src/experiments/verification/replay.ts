import { UserError } from "../../base/errors.js";
import { forEachFaultyWeight } from "../../faults/inject.js";
import { faultModel } from "../../faults/models.js";
import { countCorrect } from "../../inference/classifier.js";
import { codesOf, type DeployedLayer, type DeployedNetwork, deploy } from "../../inference/deploy.js";
import { integerClassifier } from "../../inference/engine.js";
import { type Checkpoint, networkHash, readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import { weightValue } from "../../quantization/grid.js";
import { confusionMatrix } from "../../statistics/confusion-matrix.js";
import { campaignMap, injectionOf, injectTrial, struckLayers } from "../campaign/evaluate-trial.js";
import { campaignImages } from "../campaign/images.js";
import { type Trial, trialMaker, trialSettings } from "../campaign/plan.js";
import type { TrialRow } from "../results/rows.js";
import { checkpointPath } from "../results/store.js";
import { storedTrials } from "../results/trials.js";
import { modelOf } from "../study/content.js";

import type { Study } from "../study/study.js";
import { readStudy } from "./check-results.js";
import { listTrials } from "./describe-trial.js";

/** One stored bit that a trial makes faulty. */
export interface FaultyBit {
  readonly layer: string;
  /** Which weight of the layer, row-major, and where that is in the layer's shape. */
  readonly weight: number;
  readonly at: readonly number[];
  /** Which bit of the weight, 0 the least significant. */
  readonly bit: number;
  /** Whether this bit reads differently from what was written. */
  readonly changed: boolean;
  /** The bits of the weight as written and as read, all its faulty bits together. */
  readonly storedBefore: number;
  readonly storedAfter: number;
  /** The codes that these bits stand for, and the values c (2q - n)/n of the weight. */
  readonly codeBefore: number;
  readonly codeAfter: number;
  readonly valueBefore: number;
  readonly valueAfter: number;
}

/** A trial run again. */
export interface Replay {
  /** The trial as it is stored, and as it came out now. */
  readonly stored: TrialRow;
  readonly recomputed: TrialRow;
  readonly encoding: string;
  /** Weight layers in model order, with the bits of their weights. */
  readonly layers: readonly Pick<DeployedLayer, "name" | "shape" | "bits">[];
  /** Layer by layer, in the order of weights and bits. */
  readonly faultyBits: readonly FaultyBit[];
  /** Images by true class (row) and predicted class (column), without faults and in this trial. */
  readonly confusionBefore: readonly (readonly number[])[];
  readonly confusionAfter: readonly (readonly number[])[];
}

/**
 * Runs one trial of a folder of results, or of an unfinished run, again.
 * @param id a trial's id, or a beginning of it that no other trial has
 * @param checkpoints folder with the trained networks
 * @throws UserError for an id that no trial or more than one begins with, or a checkpoint of another network
 */
export async function replayTrial(directory: string, id: string, checkpoints: string): Promise<Replay> {
  const study = readStudy(directory);
  const stored = findTrial(await storedTrials(study, directory), id, directory);
  const path = checkpointPath(checkpoints, stored);
  const checkpoint = readCheckpoint(path);
  const trial = requireSame(study, checkpoint, stored, path);
  const network = deploy(modelOf(study), checkpoint);
  const map =
    trial.map < 0
      ? undefined
      : campaignMap(study, network, { index: trial.map, sites: faultModel(trial.fault).sites });
  const { codes, ...bits } = injectTrial(network, trial, map);

  const { dataset, indices } = campaignImages(study);
  const labels = Uint8Array.from(indices, (i) => dataset.labels[i]!);
  const classifier = integerClassifier(network, dataset, indices);
  const [before, after] = [classifier.classify(codesOf(network)), classifier.classify(codes)];
  classifier.dispose();

  const { arm, seed } = stored;
  const { classes } = network.model;
  return {
    stored,
    recomputed: {
      ...trial,
      arm,
      seed,
      correct: countCorrect(after, labels),
      images: labels.length,
      ...bits,
    },
    encoding: trial.encoding,
    layers: network.layers.map(({ name, shape, bits }) => ({ name, shape, bits })),
    faultyBits: map === undefined ? [] : faultyBits(network, trial, map),
    confusionBefore: confusionMatrix(labels, before, classes),
    confusionAfter: confusionMatrix(labels, after, classes),
  };
}

function findTrial(rows: readonly TrialRow[], id: string, directory: string): TrialRow {
  const found = rows.filter((row) => row.id.startsWith(id));
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new UserError(
      `no trial in ${directory} has an id that begins with "${id}"; the ids are in the column id of trials.parquet`,
    );
  throw new UserError(
    `${found.length} trials have an id that begins with "${id}"; give more of it:\n${listTrials(found)}`,
  );
}

/** The trial to run. @throws UserError if the checkpoint does not give it the id that it has */
function requireSame(study: Study, checkpoint: Checkpoint, row: TrialRow, path: string): Trial {
  const trial = trialMaker(trialSettings(study), networkHash(checkpoint))(row);
  if (trial.id === row.id) return trial;
  throw new UserError(
    `trial ${row.id} is not of the network in ${path}: with it the id would be ${trial.id}. ` +
      "Either the checkpoint or the row of the trial is not what it was; `npx flatenn verify` says more",
  );
}

function faultyBits(
  network: DeployedNetwork,
  trial: Trial,
  map: ReturnType<typeof campaignMap>,
): FaultyBit[] {
  const found: FaultyBit[] = [];
  const struck = struckLayers(trial, network);
  network.layers.forEach(({ name, shape, bits, codes, clip }, i) => {
    if (!struck.has(name)) return;
    forEachFaultyWeight(codes, map.layers[i]!, injectionOf({ bits }, trial), (faulty) => {
      const { weight, mask, written, stored, code } = faulty;
      for (let bit = 0; bit < bits; bit++)
        if ((mask >> bit) & 1)
          found.push({
            layer: name,
            weight,
            at: coordinates(weight, shape),
            bit,
            changed: (((written ^ stored) >> bit) & 1) === 1,
            storedBefore: written,
            storedAfter: stored,
            codeBefore: codes[weight]!,
            codeAfter: code,
            valueBefore: weightValue(codes[weight]!, clip, bits),
            valueAfter: weightValue(code, clip, bits),
          });
    });
  });
  return found;
}

/** Where an entry of a row-major array is: one index per dimension. */
function coordinates(index: number, shape: readonly number[]): number[] {
  let rest = index;
  return shape
    .map((_, axis) => {
      const size = shape.at(-1 - axis)!;
      const at = rest % size;
      rest = (rest - at) / size;
      return at;
    })
    .reverse();
}
