/** Whether the checkpoints, `networks/` and failures of published results belong together, and to the study. */

import { existsSync } from "node:fs";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files/read-json.js";

import { type Checkpoint, networkHash, readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import { readFailure } from "../results/failures.js";
import type { Failure, NetworkRow } from "../results/rows.js";
import { checkpointPath, networkPath } from "../results/store.js";
import { FLOAT, networkSettingsHash } from "../results/trained-network.js";
import type { NetworkKey } from "../study/arms.js";
import { networksOf } from "../study/arms.js";
import type { Study } from "../study/study.js";

/** A network of published results: its checkpoint, and what was measured on it without faults, if that can be read. */
export interface PublishedNetwork extends NetworkKey {
  readonly checkpoint: Checkpoint;
  readonly row: NetworkRow | undefined;
}

export interface CheckedNetworks {
  /** Networks whose checkpoint can be read. */
  readonly networks: readonly PublishedNetwork[];
  /** All that was measured without faults, and the trainings that failed. */
  readonly measured: readonly NetworkRow[];
  readonly failures: readonly Failure[];
  /** What is wrong, and what is not wrong but limits what the check says. */
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Checks every network of a study that a folder of results has anything of: results of some of a study's networks are right
 * if those are.
 * @param trials of any networks
 */
export function checkNetworks(
  study: Study,
  directory: string,
  { checkpoints, trials }: { checkpoints: string; trials: readonly NetworkKey[] },
): CheckedNetworks {
  const problems: string[] = [];
  const notes: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const all = networksOf(study);
  const failures = all.flatMap(
    ({ arm, seed }) =>
      attempt(() => readFailure({ directory }, arm, seed, networkSettingsHash(study, arm, seed))) ?? [],
  );
  const failed = new Set(failures.map(nameOf));
  const tried = new Set(trials.map(nameOf));
  const networks: PublishedNetwork[] = [];
  const measured: NetworkRow[] = [];
  let absent = 0;
  for (const key of all) {
    if (failed.has(nameOf(key))) continue;
    const [file, measurement] = [checkpointPath(checkpoints, key), networkPath(directory, key)];
    if (!existsSync(file) && !existsSync(measurement) && !tried.has(nameOf(key))) {
      absent++;
      continue;
    }
    if (!existsSync(measurement))
      problems.push(`${nameOf(key)} is not measured without faults: there is no ${measurement}`);
    const row = existsSync(measurement) ? attempt(() => readJson(measurement) as NetworkRow) : undefined;
    if (row) measured.push(row);
    const checkpoint = attempt(() => readCheckpoint(file));
    if (!checkpoint) continue;
    networks.push({ ...key, checkpoint, row });
    problems.push(...checkOrigin(study, key, checkpoint), ...checkMeasured({ ...key, checkpoint, row }));
  }
  if (absent > 0)
    notes.push(`${all.length - absent} of ${all.length} networks of the study are in these results`);
  for (const seed of new Set(networks.map(({ seed }) => seed))) {
    const file = checkpointPath(checkpoints, { arm: FLOAT, seed });
    const float = existsSync(file) ? attempt(() => readCheckpoint(file)) : undefined;
    if (float) problems.push(...checkOrigin(study, { arm: FLOAT, seed }, float));
    const own = networks.filter((network) => network.seed === seed);
    problems.push(...checkStarts(own, float));
    if (!existsSync(file))
      notes.push(
        `${file} is not there, so whether the networks of seed ${seed} began with it is not checked`,
      );
  }
  const older = networks.filter(({ checkpoint }) => checkpoint.origin.start === undefined).length;
  if (older > 0)
    notes.push(
      `${older} of ${networks.length} checkpoints are of a version that did not write which float network they began with: ` +
        "for them float checkpoints are checked by sha256 and settings alone",
    );
  return { networks, measured, failures, problems, notes };
}

function nameOf({ arm, seed }: NetworkKey): string {
  return `${arm}, seed ${seed}`;
}

function checkOrigin(study: Study, key: NetworkKey, { origin }: Checkpoint): string[] {
  const checkpoint = `the checkpoint of ${nameOf(key)}`;
  if (nameOf(origin) !== nameOf(key)) return [`${checkpoint} says that it is ${nameOf(origin)}`];
  if (origin.settingsHash === networkSettingsHash(study, key.arm, key.seed)) return [];
  return [`${checkpoint} was made with other settings than study.json has`];
}

function checkMeasured({ checkpoint, row, ...key }: PublishedNetwork): string[] {
  const network = networkHash(checkpoint);
  if (!row || row.network === network) return [];
  return [`the checkpoint of ${nameOf(key)} is the network ${network}, the one measured was ${row.network}`];
}

/** Compares the float network of a seed with the one that the others of the seed say they began with. */
function checkStarts(networks: readonly PublishedNetwork[], float: Checkpoint | undefined): string[] {
  if (!float) return [];
  const hash = networkHash(float);
  return networks.flatMap(({ checkpoint: { origin } }) =>
    origin.start === undefined || origin.start === hash
      ? []
      : [
          `${nameOf(origin)} began with the float network ${origin.start}, the checkpoint of ${nameOf(float.origin)} is ${hash}`,
        ],
  );
}
