import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../checkpoints/atomic.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../checkpoints/checkpoint.js";
import { UserError } from "../errors.js";
import type { NetworkRow, TrialRow } from "../exhibits/results.js";
import { settingsHash, studyHash } from "../studies/hash.js";
import type { Study } from "../studies/study.js";
import { readJson } from "./read-json.js";
import { parseTrials, printTrials } from "./trials-csv.js";

/** The folder of one run of a study: checkpoints, trials, results. Everything in it is either whole or not there. */
export interface Store {
  readonly directory: string;
  /** Path of a network's checkpoint; arm `"float"` is the start of all arms of a seed. */
  checkpoint(arm: string, seed: number): string;
  /** State of an unfinished training, if there is one of these settings. */
  unfinished(arm: string, seed: number, config: string): Checkpoint | undefined;
  saveUnfinished(state: Checkpoint): void;
  /** A finished network of these settings, if there is one. */
  finished(arm: string, seed: number, config: string): Checkpoint | undefined;
  saveFinished(checkpoint: Checkpoint): void;
  /** What is known of a network without faults, if its campaign has been run. */
  network(arm: string, seed: number): NetworkRow | undefined;
  saveNetwork(row: NetworkRow): void;
  /** Every stored trial, in the order of `trials.csv`. */
  trials(): TrialRow[];
  /** Adds a finished trial. */
  addTrial(row: TrialRow): void;
  /**
   * Moves trials into `trials.csv`, sorted: equal trials give equal bytes.
   * @param wanted ids of the trials that belong to the networks there are now; others, of networks since replaced, go
   */
  mergeTrials(wanted: ReadonlySet<string>): void;
}

/**
 * Opens, or makes, the folder of a run.
 * @throws UserError if the folder holds a run with other settings
 */
export function openStore(study: Study, directory: string): Store {
  claim(study, directory);
  const checkpoint = (arm: string, seed: number) =>
    join(directory, "checkpoints", `${arm}-seed${seed}.safetensors`);
  const state = (arm: string, seed: number) =>
    join(directory, "unfinished", `${arm}-seed${seed}.safetensors`);
  const network = (arm: string, seed: number) => join(directory, "networks", `${arm}-seed${seed}.json`);
  const pending = join(directory, "unfinished", "trials");
  const merged = join(directory, "trials.csv");
  const read = (path: string, config: string) => {
    if (!existsSync(path)) return undefined;
    const found = readCheckpoint(path);
    if (found.origin.config === config) return found;
    throw new UserError(
      `${path} was made with other settings; move it away, or choose another folder with --out`,
    );
  };
  return {
    directory,
    checkpoint,
    unfinished: (arm, seed, config) => read(state(arm, seed), config),
    saveUnfinished: (found) => writeCheckpoint(state(found.origin.arm, found.origin.seed), found),
    finished: (arm, seed, config) => read(checkpoint(arm, seed), config),
    saveFinished(found) {
      const { arm, seed } = found.origin;
      writeCheckpoint(checkpoint(arm, seed), found);
      rmSync(state(arm, seed), { force: true });
    },
    network(arm, seed) {
      const path = network(arm, seed);
      return existsSync(path) ? (readJson(path) as NetworkRow) : undefined;
    },
    saveNetwork: (row) => writeFileAtomic(network(row.arm, row.seed), `${JSON.stringify(row, null, 2)}\n`),
    trials: () => storedTrials(merged, pendingFiles(pending)),
    addTrial(row) {
      mkdirSync(pending, { recursive: true });
      // one file per network and so per writer; the line end stands first, so that what a kill cut off spoils no other line
      appendFileSync(join(pending, `${row.arm}-seed${row.seed}.jsonl`), `\n${JSON.stringify(row)}`);
    },
    mergeTrials(wanted) {
      const files = pendingFiles(pending);
      const rows = storedTrials(merged, files).filter(({ id }) => wanted.has(id));
      writeFileAtomic(merged, printTrials(rows));
      for (const path of files) rmSync(path);
      for (const folder of [pending, join(directory, "unfinished")]) removeEmpty(folder);
    },
  };
}

/** Marks the folder as this study's. */
function claim(study: Study, directory: string): void {
  const path = join(directory, "study.json");
  if (!existsSync(path)) {
    writeFileAtomic(path, `${JSON.stringify(study, null, 2)}\n`);
    return;
  }
  const found = readJson(path);
  if (settingsHash(found) === studyHash(study)) return;
  throw new UserError(
    `${directory} holds a run with other settings; choose another folder with --out, or move that one away`,
  );
}

function pendingFiles(pending: string): string[] {
  const names = existsSync(pending) ? readdirSync(pending).filter((name) => name.endsWith(".jsonl")) : [];
  return names.sort().map((name) => join(pending, name));
}

function storedTrials(merged: string, files: readonly string[]): TrialRow[] {
  const rows = existsSync(merged) ? parseTrials(readFileSync(merged, "utf8")) : [];
  for (const path of files) rows.push(...readLines(path));
  // two writers of one network would have stored the same result twice
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** Removes a folder if nothing is in it. */
function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** The whole lines of a file of JSON lines; one that a kill cut off is a trial not done. */
function readLines(path: string): TrialRow[] {
  const rows: TrialRow[] = [];
  for (const line of readFileSync(path, "utf8").split("\n"))
    if (line.endsWith("}")) rows.push(JSON.parse(line) as TrialRow);
  return rows;
}
