import { extname } from "node:path";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import { toCsv } from "../exhibits/forms/table.js";
import { confusionTable, faultyBitsTable, faultyLayersTable } from "../exhibits/tables/replay-tables.js";
import { datasetOf } from "../experiments/study/content.js";
import { describeTrial } from "../experiments/verification/describe-trial.js";
import { type FaultyBit, type Replay, replayTrial } from "../experiments/verification/replay.js";
import {
  checkpointsFor,
  loadFaults,
  requireFolderOf,
  resultsFolder,
  type StudyOptions,
  studyOfResults,
} from "./selection.js";
import { tableText } from "./terminal.js";

export interface ReplayOptions extends StudyOptions {
  readonly results?: string;
  readonly checkpoints?: string;
  readonly fault: readonly string[];
  readonly all?: boolean;
  readonly out?: string;
}

const WRITERS: Readonly<Record<string, (replay: Replay, classes: readonly string[]) => string>> = {
  ".csv": (replay) => toCsv(faultyBitsTable(replay)),
  ".json": (replay, classes) => `${JSON.stringify({ ...replay, classes })}\n`,
};

/** Faulty bits of each layer that the terminal shows, unless all are asked for. */
const SHOWN = 5;

/** `flatenn replay` */
export async function replay(id: string, options: ReplayOptions): Promise<void> {
  const { out, all } = options;
  const writer = out === undefined ? undefined : WRITERS[extname(out)];
  if (out !== undefined && writer === undefined)
    throw new UserError(`--out must end with ${Object.keys(WRITERS).join(" or ")}, got ${out}`);
  requireFolderOf(out);
  await loadFaults(options.fault);
  const directory = resultsFolder(options);
  const study = studyOfResults(options);
  const { classes } = datasetOf(study);
  const found = await replayTrial(directory, id, checkpointsFor(study, directory, options.checkpoints));
  const { stored, recomputed, faultyBits } = found;
  console.log(`Trial ${stored.id}: ${describeTrial(stored)}, ${stored.images} images`);
  console.log(`Right: stored ${stored.correct}, recomputed ${recomputed.correct}`);
  console.log(
    `Faulty bits: ${recomputed.faulty} of ${recomputed.exposed}, ${recomputed.changed} of them read differently\n`,
  );
  console.log(tableText(faultyLayersTable(found)));
  if (faultyBits.length > 0) {
    const shown = all ? faultyBits : firstOfEachLayer(faultyBits);
    console.log(tableText(faultyBitsTable(found, shown), "--out FILE.csv"));
    if (shown.length < faultyBits.length)
      console.log(
        `The first ${SHOWN} of each layer; --all shows all ${faultyBits.length}, --out FILE.csv writes them.\n`,
      );
  }
  console.log(tableText(confusionTable(found, classes)));
  if (writer && out !== undefined) {
    writeFileAtomic(out, writer(found, classes));
    console.log(`Written: ${out}`);
  }
  requireEqual(found);
}

function firstOfEachLayer(faultyBits: readonly FaultyBit[]): FaultyBit[] {
  const seen = new Map<string, number>();
  return faultyBits.filter(({ layer }) => {
    const before = seen.get(layer) ?? 0;
    seen.set(layer, before + 1);
    return before < SHOWN;
  });
}

function requireEqual({ stored, recomputed }: Replay): void {
  const keys = Object.keys(stored) as (keyof typeof stored)[];
  const different = keys.filter((key) => String(stored[key]) !== String(recomputed[key]));
  if (different.length === 0) return;
  const list = different.map((key) => `${key} ${stored[key]}, recomputed ${recomputed[key]}`);
  throw new UserError(`trial ${stored.id} is stored with ${list.join("; ")}`);
}
