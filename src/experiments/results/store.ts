import { existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { networkFile } from "../../base/files/network-file.js";
import { readJson } from "../../base/files/read-json.js";
import { requireOptions } from "../../base/options.js";
import { settingsHash } from "../../base/settings-hash.js";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import type { NetworkKey } from "../study/arms.js";
import { studyHash } from "../study/identity.js";
import type { Study } from "../study/study.js";
import { forgetFormer, hasManifest, isListed, requireSums } from "./manifest.js";
import { readDocument } from "./read-document.js";
import { type NetworkRow, networkRowSchema } from "./rows.js";

/**
 * The folder of one run of a study: its checkpoints and what was measured on them; its trials are in trials.ts. Everything
 * in it is either whole or not there.
 */
export interface Store {
  readonly directory: string;
  /** Where the trained networks are: a folder of this one, unless another was named. */
  readonly checkpoints: string;
  /** Path of a network's checkpoint; arm `"float"` is the start of all arms of a seed. */
  checkpoint(arm: string, seed: number): string;
  /** State of an unfinished training, if there is one of these settings. */
  unfinished(arm: string, seed: number, settingsHash: string): Checkpoint | undefined;
  saveUnfinished(state: Checkpoint): void;
  /** Removes that state, if there is one: the training is done, or failed. */
  dropUnfinished(arm: string, seed: number): void;
  /** A finished network of these settings, if there is one; held against the manifest beside it, unless told otherwise. */
  finished(arm: string, seed: number, settingsHash: string): Checkpoint | undefined;
  saveFinished(checkpoint: Checkpoint): void;
  /** What is known of a network without faults, if its campaign has been run. */
  network(arm: string, seed: number): NetworkRow | undefined;
  saveNetwork(row: NetworkRow): void;
}

/**
 * Opens, or makes, the folder of a run.
 * @param checkpoints where the trained networks are; default: in the folder
 * @param unchecked networks are read whatever the manifest beside them states of their files; default: false
 * @throws UserError if the folder holds a run with other settings
 */
export function openStore(
  study: Study,
  directory: string,
  options: { checkpoints?: string; unchecked?: boolean } = {},
): Store {
  const keys = { checkpoints: true, unchecked: true } as const;
  const given = requireOptions("openStore", options, keys);
  const { checkpoints = join(directory, "checkpoints"), unchecked = false } = given;
  claim(study, directory);
  const checkpoint = (arm: string, seed: number) => checkpointPath(checkpoints, { arm, seed });
  const state = (arm: string, seed: number) => checkpointPath(join(directory, "unfinished"), { arm, seed });
  const network = (arm: string, seed: number) => networkPath(directory, { arm, seed });
  const read = (path: string, settingsHash: string) => {
    if (!existsSync(path)) return undefined;
    const found = unchecked ? readCheckpoint(path) : readNetwork(path);
    if (found.origin.settingsHash === settingsHash) return found;
    throw new UserError(
      `${path} was made with other settings; move it away, or choose another folder with --out`,
    );
  };
  return {
    directory,
    checkpoints,
    checkpoint,
    unfinished: (arm, seed, settingsHash) => read(state(arm, seed), settingsHash),
    saveUnfinished: (found) => writeCheckpoint(state(found.origin.arm, found.origin.seed), found),
    finished: (arm, seed, settingsHash) => read(checkpoint(arm, seed), settingsHash),
    dropUnfinished: (arm, seed) => rmSync(state(arm, seed), { force: true }),
    saveFinished(found) {
      const path = checkpoint(found.origin.arm, found.origin.seed);
      writeCheckpoint(path, found);
      if (basename(checkpoints) === FOLDER) forgetFormer(dirname(checkpoints), `${FOLDER}/${basename(path)}`);
    },
    network(arm, seed) {
      const path = network(arm, seed);
      return existsSync(path) ? readDocument(path, networkRowSchema) : undefined;
    },
    saveNetwork: (row) => writeFileAtomic(network(row.arm, row.seed), `${JSON.stringify(row, null, 2)}\n`),
  };
}

/** Name of the folder of checkpoints, in that of a run. */
const FOLDER = "checkpoints";

/**
 * Reads the checkpoint of a trained network, held against the manifest of the results that it lies in, if it lies in finished
 * ones. @throws UserError if it is missing, damaged or not as that states
 */
export function readNetwork(path: string): Checkpoint {
  const folder = dirname(path);
  const [results, name] = [dirname(folder), `${FOLDER}/${basename(path)}`];
  // a network that the manifest does not list yet was trained since
  if (basename(folder) === FOLDER && hasManifest(results) && isListed(results, name))
    requireSums(results, (each) => each === name);
  return readCheckpoint(path);
}

/** Where a folder of checkpoints has that of a network. */
export function checkpointPath(checkpoints: string, network: NetworkKey): string {
  return networkFile(checkpoints, network, ".safetensors");
}

/** Where a run's folder has what was measured on a network without faults. */
export function networkPath(directory: string, network: NetworkKey): string {
  return networkFile(join(directory, "networks"), network);
}

/** Where a run's folder has its settings. */
export function studyPath(directory: string): string {
  return join(directory, "study.json");
}

/** Writes a run's settings again where the presentation has changed since: it decides no result. */
export function updatePresentation(study: Study, directory: string): void {
  const path = studyPath(directory);
  if (settingsHash(readJson(path)) !== settingsHash(study)) writeStudy(study, path);
}

function writeStudy(study: Study, path: string): void {
  writeFileAtomic(path, `${JSON.stringify(study, null, 2)}\n`);
}

/** Marks the folder as this study's. */
function claim(study: Study, directory: string): void {
  const path = studyPath(directory);
  if (!existsSync(path)) {
    writeStudy(study, path);
    return;
  }
  const found = readDocument(path, z.looseObject({}));
  if (studyHash(found as unknown as Study) === studyHash(study)) return;
  throw new UserError(
    `${directory} holds a run with other settings; choose another folder with --out, or move that one away`,
  );
}
