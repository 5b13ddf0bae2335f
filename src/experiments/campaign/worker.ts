/** A thread that evaluates trials: one network at a time, with an engine of its own. */

import { parentPort, workerData } from "node:worker_threads";
import { messageOf, UserError } from "../../base/errors.js";
import type { ImageDataset } from "../../datasets/images.js";
import { deploy } from "../../inference/deploy.js";
import { type IntegerClassifier, integerClassifier } from "../../inference/engine.js";
import type { Checkpoint } from "../../networks/checkpoints/checkpoint.js";
import { type FaultModule, loadFaultModules } from "../fault-files/load.js";
import type { NetworkRow, TrialRow } from "../results/rows.js";
import { modelOf } from "../study/content.js";

import type { Study } from "../study/study.js";
import { describeNetwork } from "./describe-network.js";
import { evaluateTrials, type Subject } from "./evaluate-trial.js";
import type { Trial } from "./plan.js";

/** What a worker is given at its start. */
export interface WorkerData {
  readonly study: Study;
  readonly checkpoints: readonly Checkpoint[];
  /** The user's own fault models that the study names. */
  readonly faultModules: readonly FaultModule[];
}

/** What a worker does at a time: trials of one network, or the measurement of the network without faults. */
export type Task =
  | { readonly kind: "trials"; readonly network: number; readonly trials: readonly Trial[] }
  | { readonly kind: "describe"; readonly network: number };

/** What a worker is told: first, once, the campaign's images, in memory that all workers share; then tasks. */
export type Message = Task | { readonly kind: "images"; readonly images: ImageDataset };

/** What a worker says: a result as soon as there is one, the end of a task, or why it cannot go on. */
export type Reply =
  | { readonly kind: "trial"; readonly row: TrialRow }
  | { readonly kind: "network"; readonly row: NetworkRow }
  | { readonly kind: "done" }
  | { readonly kind: "error"; readonly message: string; readonly user: boolean };

const { study, checkpoints, faultModules } = workerData as WorkerData;
const modules = loadFaultModules(faultModules);
modules.catch(() => {}); // told when there is a task, since before nobody listens
let images: ImageDataset;
let loaded: { index: number; subject: Subject & { classifier: IntegerClassifier } } | undefined;

parentPort!.on("message", async (task: Message) => {
  if (task.kind === "images") {
    images = task.images;
    return;
  }
  try {
    await modules;
    run(task);
    reply({ kind: "done" });
  } catch (error) {
    const user = error instanceof UserError;
    const stack = error instanceof Error ? error.stack : undefined;
    reply({ kind: "error", message: user ? error.message : (stack ?? messageOf(error)), user });
  }
});

function run(task: Task): void {
  const subject = load(task.network);
  if (task.kind === "trials") {
    for (const row of evaluateTrials(subject, task.trials)) reply({ kind: "trial", row });
    return;
  }
  const { network, classifier } = subject;
  const row = describeNetwork(study, checkpoints[task.network]!, network, { images, classifier });
  reply({ kind: "network", row });
}

function load(index: number): Subject & { classifier: IntegerClassifier } {
  if (loaded?.index === index) return loaded.subject;
  loaded?.subject.classifier.dispose();
  loaded = undefined; // before the next is made, so that there is room
  const checkpoint = checkpoints[index]!;
  const { arm, seed } = checkpoint.origin;
  const network = deploy(modelOf(study), checkpoint);
  const all = Uint32Array.from({ length: images.count }, (_, i) => i);
  const classifier = integerClassifier(network, images, all);
  loaded = { index, subject: { study, arm, seed, network, classifier, labels: images.labels } };
  return loaded.subject;
}

function reply(message: Reply): void {
  parentPort!.postMessage(message);
}
