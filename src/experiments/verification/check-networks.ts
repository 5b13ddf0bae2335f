/** Whether the checkpoints, `networks/` and failures of published results belong together, and to the study. */

import { existsSync } from "node:fs";
import { splitOf } from "../../datasets/dataset.js";
import { deploy } from "../../inference/deploy.js";
import { type Checkpoint, networkHash, readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import { activationNodes, weightLayers } from "../../networks/model.js";
import { NORM_PARTS, parameterName, weightClipsOf } from "../../networks/parameters.js";
import type { TrainingPhase } from "../../training/phase.js";
import { failurePath, readFailure } from "../results/failures.js";
import { readDocument } from "../results/read-document.js";
import { type Failure, type NetworkRow, networkRowSchema } from "../results/rows.js";
import { checkpointPath, networkPath } from "../results/store.js";
import { dependenciesOf, FLOAT, networkSettingsHash, originProblems } from "../results/trained-network.js";
import { armOf, type NetworkKey, networksOf } from "../study/arms.js";
import { datasetOf, modelOf } from "../study/content.js";
import { definitionOf } from "../study/definition.js";
import { phasesOf, sharedNetworksOf, trainedArmOf } from "../study/phases.js";
import type { Study } from "../study/study.js";
import { curveProblems } from "./check-curve.js";
import { attempting, type Findings, listed } from "./findings.js";

/** A network of published results: its checkpoint, and what was measured on it without faults, if that can be read. */
export interface PublishedNetwork extends NetworkKey {
  readonly checkpoint: Checkpoint;
  readonly row: NetworkRow | undefined;
}

export interface CheckedNetworks extends Findings {
  /** Networks whose checkpoint can be read and deployed. */
  readonly networks: readonly PublishedNetwork[];
  /** All that was measured without faults, and the trainings that failed. */
  readonly measured: readonly NetworkRow[];
  readonly failures: readonly Failure[];
  /** What is not wrong but limits what the check says. */
  readonly notes: readonly string[];
}

/**
 * Checks every network of a study that a folder of results has anything of: results of some of a study's networks are right
 * if those are, and those that there is nothing of are named.
 * @param trials of any networks
 */
export function checkNetworks(
  study: Study,
  directory: string,
  { checkpoints, trials }: { checkpoints: string; trials: readonly NetworkKey[] },
): CheckedNetworks {
  const problems: string[] = [];
  const notes: string[] = [];
  const notChecked: string[] = [];
  const attempt = attempting((problem) => problems.push(problem));
  const all = networksOf(study);
  const tried = new Set(trials.map(nameOf));
  const failures = checkFailures(study, { directory, checkpoints, tried }, problems);
  const failed = new Set(failures.map(nameOf));
  const networks: PublishedNetwork[] = [];
  const measured: NetworkRow[] = [];
  const absent: string[] = [];
  const floats = study.seeds.map((seed) => ({ arm: FLOAT, seed }));
  const starts = new Map<string, Checkpoint>();
  for (const key of [...floats, ...sharedNetworksOf(study)]) {
    const file = checkpointPath(checkpoints, key);
    const found = existsSync(file) ? attempt(() => readCheckpoint(file)) : undefined;
    if (!found) continue;
    const start = startOf(study, key, starts);
    problems.push(...checkCheckpoint(study, key, found, start), ...checkStart(study, key, found, start));
    starts.set(nameOf(key), found);
  }
  for (const key of all) {
    if (failed.has(nameOf(key))) continue;
    const [file, measurement] = [checkpointPath(checkpoints, key), networkPath(directory, key)];
    if (!existsSync(file) && !existsSync(measurement) && !tried.has(nameOf(key))) {
      absent.push(nameOf(key));
      continue;
    }
    if (!existsSync(measurement))
      problems.push(`${nameOf(key)} is not measured without faults: there is no ${measurement}`);
    const row = existsSync(measurement)
      ? attempt(() => readDocument(measurement, networkRowSchema))
      : undefined;
    if (row) measured.push(row);
    if (row && nameOf(row) !== nameOf(key)) problems.push(`${measurement} says that it is of ${nameOf(row)}`);
    const checkpoint = attempt(() => readCheckpoint(file));
    if (!checkpoint) continue;
    const start = startOf(study, key, starts);
    problems.push(
      ...checkCheckpoint(study, key, checkpoint, start),
      ...checkStart(study, key, checkpoint, start),
    );
    if (attempt(() => deploy(modelOf(study), checkpoint)) === undefined) continue;
    networks.push({ ...key, checkpoint, row });
    problems.push(...checkMeasured({ ...key, checkpoint, row }));
  }
  if (absent.length > 0) {
    notes.push(`${all.length - absent.length} of ${all.length} networks of the study are in these results`);
    notChecked.push(`networks that the study has and these results do not: ${listed(absent)}`);
  }
  const seeds = new Set(networks.map(({ seed }) => seed));
  for (const seed of seeds)
    problems.push(
      ...checkFrozenClips(
        study,
        networks.filter((network) => network.seed === seed),
      ),
    );
  for (const key of floats.filter(({ seed }) => seeds.has(seed))) {
    const file = checkpointPath(checkpoints, key);
    if (!existsSync(file))
      notes.push(
        `${file} is not there, so whether the networks of seed ${key.seed} began with it is not checked`,
      );
  }
  const begun = new Map(networks.map((key) => [nameOf(startKey(study, key)), startKey(study, key)]));
  const missing = [...begun.values()].filter((key) => key.arm !== FLOAT && !starts.has(nameOf(key)));
  if (missing.length > 0)
    notChecked.push(
      `what networks of two phases began with: the first phase of ${missing.length} is not in these results (${listed(missing.map(nameOf))})`,
    );
  problems.push(...checkDifferent(networks));
  const older = networks.filter(({ checkpoint }) => checkpoint.origin.start === undefined).length;
  if (older > 0)
    notes.push(
      `${older} of ${networks.length} checkpoints are of a version that did not write which float network they began with: ` +
        "for them float checkpoints are checked by sha256 and settings alone",
    );
  if (failures.length > 0)
    notChecked.push(
      `failed trainings: only training them again shows that they fail (${listed(failures.map(nameOf))})`,
    );
  notChecked.push(
    "trained weights: that they came of the training which a checkpoint names shows only by training again, on the same kind of " +
      "processor; weights exchanged between two networks with all that was measured on them would not show",
    "training curves: losses, and accuracies before the last epoch, and the last one within 1 image of 1,000",
    "what trained the networks: versions, threads and instruction set (`backend`) are what the checkpoints say",
  );
  return { networks, measured, failures, problems, notes, notChecked };
}

function nameOf({ arm, seed }: NetworkKey): string {
  return `${arm}, seed ${seed}`;
}

/** The network that another one's training begins with: the float one of its seed, or one that arms share. */
function startKey(study: Study, { arm, seed }: NetworkKey): NetworkKey {
  return { arm: dependenciesOf(study, arm)[0]!, seed };
}

function startOf(
  study: Study,
  key: NetworkKey,
  starts: ReadonlyMap<string, Checkpoint>,
): Checkpoint | undefined {
  return key.arm === FLOAT ? undefined : starts.get(nameOf(startKey(study, key)));
}

/** The failures of a study's networks, as far as nothing speaks against them. */
function checkFailures(
  study: Study,
  places: { directory: string; checkpoints: string; tried: ReadonlySet<string> },
  problems: string[],
): Failure[] {
  const { directory, checkpoints, tried } = places;
  const attempt = attempting((problem) => problems.push(problem));
  const begun = [...study.seeds.map((seed) => ({ arm: FLOAT, seed })), ...sharedNetworksOf(study)];
  const keys = [...begun, ...networksOf(study)];
  const read = ({ arm, seed }: NetworkKey) =>
    attempt(() => readFailure({ directory }, arm, seed, networkSettingsHash(study, arm, seed)));
  const found = keys.flatMap((key) => {
    const failure = read(key);
    if (!failure && existsSync(failurePath(directory, key.arm, key.seed)))
      problems.push(
        `failed/ has a note that ${nameOf(key)} failed, which cannot be read or is of other settings than study.json has`,
      );
    return failure ?? [];
  });
  const failed = new Set(found.map(nameOf));
  for (const failure of found) {
    const { arm, seed, epoch, step } = failure;
    const contradiction = [
      existsSync(checkpointPath(checkpoints, failure)) && "has a checkpoint",
      existsSync(networkPath(directory, failure)) && "was measured without faults",
      tried.has(nameOf(failure)) && "has trials",
    ].find((what) => typeof what === "string");
    if (contradiction) problems.push(`failed/ says that ${nameOf(failure)} failed, but it ${contradiction}`);
    const phases: readonly TrainingPhase[] =
      arm === FLOAT ? [study.float] : phasesOf(study, trainedArmOf(study, arm));
    const { epochs, batch } = phases.at(-1)!;
    const last = phases.reduce((sum, phase) => sum + phase.epochs, 0);
    const images = study.trainingImages ?? splitOf(datasetOf(study)).train.length;
    const steps = epochs * Math.floor(images / batch);
    const hasBegun = epoch > last - epochs;
    const needed = dependenciesOf(study, arm).some((each) => failed.has(nameOf({ arm: each, seed })));
    if (hasBegun ? epoch > last || step < 1 || step > steps : epoch !== 0 || step !== 0 || !needed)
      problems.push(
        `failed/ says that ${nameOf(failure)} failed in epoch ${epoch}, step ${step}, which no training of it has`,
      );
  }
  const supports = new Set(begun.map(nameOf));
  return found.filter((failure) => !supports.has(nameOf(failure)));
}

/** What a checkpoint is not that the study has there. */
function checkCheckpoint(
  study: Study,
  key: NetworkKey,
  checkpoint: Checkpoint,
  start: Checkpoint | undefined,
): string[] {
  const { origin, parameters, velocity } = checkpoint;
  const model = modelOf(study);
  const clips = key.arm === FLOAT ? [] : [...activationNodes(model).map(parameterName.clip)];
  const known = new Set([
    ...weightLayers(model).flatMap(({ name }) => [
      parameterName.weight(name),
      parameterName.bias(name),
      ...(key.arm === FLOAT ? [] : [parameterName.weightClip(name)]),
    ]),
    ...clips,
    ...model.nodes.flatMap(({ name }) => NORM_PARTS.map((part) => parameterName.norm(name, part))),
  ]);
  const surplus = Object.keys(parameters).filter((name) => !known.has(name));
  const wrongOrigin = originProblems(study, key, checkpoint);
  const problems = [
    ...wrongOrigin,
    ...profileProblems(study, key, origin.profile),
    ...surplus.map((name) => `has the tensor ${name}, which is none of the network's`),
    ...(velocity ? ["has velocities, as the state of an unfinished training"] : []),
    ...(key.arm === FLOAT && origin.start !== undefined ? ["says what a float network began with"] : []),
  ].map((problem) => `the checkpoint of ${nameOf(key)} ${problem}`);
  if (wrongOrigin.length > 0) return problems;
  const curve = curveProblems(study, key, checkpoint, start);
  return [...problems, ...curve.map((problem) => `the training curve of ${nameOf(key)} ${problem}`)];
}

/** A profile that a network may name: that of the results, or one that has the same network, of no later version. */
function profileProblems(study: Study, { arm, seed }: NetworkKey, profile: string): string[] {
  if (profile === study.profile) return [];
  const config = networkSettingsHash(study, arm, seed);
  const has = (other: Study) =>
    other.profile === profile &&
    other.version <= study.version &&
    (arm === FLOAT
      ? other.seeds.includes(seed)
      : [...sharedNetworksOf(other), ...networksOf(other)].some(
          (each) => nameOf(each) === nameOf({ arm, seed }),
        )) &&
    networkSettingsHash(other, arm, seed) === config;
  if ((definitionOf(study)?.profiles ?? []).some(has)) return [];
  return [`says that its profile is ${profile}, which has no such network`];
}

function checkMeasured({ checkpoint, row, ...key }: PublishedNetwork): string[] {
  const network = networkHash(checkpoint);
  if (!row || row.network === network) return [];
  return [`the checkpoint of ${nameOf(key)} is the network ${network}, the one measured was ${row.network}`];
}

/** Compares the network that a training begins with by the study with the one that the checkpoint names. */
function checkStart(
  study: Study,
  key: NetworkKey,
  { origin }: Checkpoint,
  start: Checkpoint | undefined,
): string[] {
  if (!start || origin.start === undefined) return [];
  const hash = networkHash(start);
  if (origin.start === hash) return [];
  const what = startKey(study, key).arm === FLOAT ? "the float network" : "the network";
  return [
    `${nameOf(origin)} began with ${what} ${origin.start}, the checkpoint of ${nameOf(start.origin)} is ${hash}`,
  ];
}

/** Whether clips that are frozen at those of another network are those. */
function checkFrozenClips(study: Study, networks: readonly PublishedNetwork[]): string[] {
  const clipsOf = ({ checkpoint }: PublishedNetwork) =>
    Object.entries(weightClipsOf(modelOf(study), checkpoint)).map(
      ([layer, { data }]) => `${layer} ${data[0]}`,
    );
  return networks.flatMap((network) => {
    const { range } = armOf(study, network.arm);
    if (range?.rule !== "frozen") return [];
    const source = networks.find(({ arm }) => arm === range.of);
    if (!source || clipsOf(source).join() === clipsOf(network).join()) return [];
    return [
      `the weight clips of ${nameOf(network)} are not those of ${nameOf(source)}, at which they are frozen`,
    ];
  });
}

/** Two trainings do not end with the same weights. */
function checkDifferent(networks: readonly PublishedNetwork[]): string[] {
  const seen = new Map<string, PublishedNetwork>();
  return networks.flatMap((network) => {
    const { origin, parameters } = network.checkpoint;
    const weights = networkHash({ origin: { ...origin, bits: null, threshold: 0 }, parameters });
    const other = seen.get(weights);
    if (!other) seen.set(weights, network);
    return other ? [`${nameOf(network)} has the weights of ${nameOf(other)}`] : [];
  });
}
