import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import { fileName } from "../base/files/file-name.js";
import { lockRun } from "../base/files/lock.js";
import { makeFolder } from "../base/files/make-folder.js";
import { duration } from "../base/progress-text.js";
import { settingsHash } from "../base/settings-hash.js";
import { gatherLabels } from "../datasets/images.js";
import { singleBitLoss } from "../exhibits/figures/single-bit-loss.js";
import { toCsv } from "../exhibits/forms/table.js";
import { armStyles } from "../exhibits/style/arms.js";
import { singleBitTable } from "../exhibits/tables/single-bit-table.js";
import { requireTrained } from "../experiments/campaign/campaign.js";
import { campaignImages } from "../experiments/campaign/images.js";
import { loadFaultModel } from "../experiments/fault-files/load.js";
import { isExploratory } from "../experiments/results/rows.js";
import { openBitRows } from "../experiments/single-bit/bit-rows.js";
import {
  planSingleBits,
  type SingleBitResults,
  summarizeBits,
} from "../experiments/single-bit/single-bit.js";
import { testBits } from "../experiments/single-bit/test-bits.js";
import { armOf } from "../experiments/study/arms.js";
import { contentOf, modelOf } from "../experiments/study/content.js";
import { aboutStudy } from "../experiments/study/definition.js";
import type { Study } from "../experiments/study/study.js";
import { deploy } from "../inference/deploy.js";
import { integerClassifier } from "../inference/engine.js";
import { quantizedLayers } from "../networks/bits.js";
import { type Checkpoint, networkHash, readCheckpoint } from "../networks/checkpoints/checkpoint.js";
import { writeFigures } from "../publishing/write-exhibits.js";
import { untilInterrupted } from "./interrupts.js";
import { progressReporter } from "./progress-line.js";
import { checkpointsFor, loadStudy, openRun, type RunOptions, seedsOf } from "./selection.js";
import { tableText } from "./terminal.js";

export interface SingleBitOptions extends RunOptions {
  readonly arm?: string;
  readonly checkpoint?: string;
  readonly checkpoints?: string;
  /** Absent: the first of the study's campaign. */
  readonly fault?: string;
  readonly images?: number;
  readonly margin: number;
  readonly exhaustive: number;
  readonly all?: boolean;
}

/** `flatenn single-bit` */
export async function singleBit(options: SingleBitOptions): Promise<void> {
  const { study, checkpoint, root } = chosenNetwork(options);
  const { arm, seed, bits } = checkpoint.origin;
  const model = modelOf(study);
  const network = deploy(model, checkpoint);
  const fault = await loadFaultModel(options.fault ?? study.campaign.faults[0]!);
  if (fault.sites)
    throw new UserError(`--fault must be a model of single bits, without sites, got ${fault.id}`);
  const { encoding, split } = study.campaign;
  const { dataset, indices: all } = campaignImages(study);
  const count = options.images ?? all.length;
  if (count > all.length)
    throw new UserError(`--images must be at most the ${all.length} of the study's campaign, got ${count}`);
  const indices = all.subarray(0, count);
  const strata = planSingleBits(
    { name: model.name, layers: quantizedLayers(model, network.bits) },
    {
      margin: options.margin,
      exhaustive: options.all ? Infinity : options.exhaustive,
    },
  );

  // Everything that decides a row, and nothing that decides only which rows there are.
  const decides = { network: networkHash(checkpoint), fault: fault.id, encoding, split, count };
  const id = settingsHash({ ...decides, ...contentOf(study) }).slice(0, 8);
  const folder = join(root, "single-bit", fileName(`${arm}-seed${seed}-${fault.id}-${id}`));
  makeFolder(folder);
  lockRun(folder);
  const rows = openBitRows(join(folder, "bits.csv"));

  const report = progressReporter(`single bits of ${arm}, seed ${seed}`);
  const started = performance.now();
  const labels = gatherLabels(dataset, indices);
  const classifier = integerClassifier(network, dataset, indices);
  const { faultFree, tested } = await untilInterrupted((signal) =>
    testBits({ network, classifier, labels, fault, encoding }, strata, rows, {
      onProgress: report.update,
      signal,
    }),
  );
  rows.sort(network.layers.map(({ name }) => name));
  const results: SingleBitResults = {
    study: study.name,
    profile: study.profile,
    arm,
    seed,
    fault: fault.id,
    encoding,
    bits: bits!,
    split,
    images: count,
    faultFree,
    exploratory: isExploratory(study),
    summary: summarizeBits(strata, rows.rows(), { faultFree, images: count }),
  };
  const titles = armStyles({ study, ...aboutStudy(study) });
  const table = singleBitTable(results, titles);
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  writeFileAtomic(join(folder, "summary.csv"), toCsv(table));
  writeFileAtomic(join(folder, "summary.json"), json(results));
  const seconds = (performance.now() - started) / 1000;
  report.finish(tested > 0 ? `${tested} bits tested in ${duration(seconds)}` : "all bits already tested");
  await writeFigures([["figure", singleBitLoss(results, titles)]], folder);
  console.log(`\n${tableText(table)}\nIn ${folder}`);
}

/** The network to test, and the folder in which its analysis goes. */
function chosenNetwork(options: SingleBitOptions): { study: Study; checkpoint: Checkpoint; root: string } {
  if (options.checkpoint !== undefined) {
    if (options.arm !== undefined || options.seed !== undefined)
      throw new UserError("--checkpoint names one network already; leave out --arm and --seed");
    const study = loadStudy(options.study, options.profile);
    const checkpoint = readCheckpoint(options.checkpoint);
    if (checkpoint.origin.model !== modelOf(study).name)
      throw new UserError(
        `--checkpoint must hold a ${modelOf(study).name}, the network of study ${study.name}, got ${checkpoint.origin.model}`,
      );
    return { study, checkpoint, root: options.out ?? join("data", "runs") };
  }
  const { study, store } = openRun(options, (study, directory) =>
    checkpointsFor(study, directory, options.checkpoints),
  );
  const arm = armOf(study, options.arm ?? study.arms[0]!.id).id;
  const seed = seedsOf(study, options.seed)[0]!;
  return { study, checkpoint: requireTrained(study, store, arm, seed), root: store.directory };
}
