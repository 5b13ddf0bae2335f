import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireOptions, shown } from "../../base/options.js";
import { JOB, type JobOptions, requireJob } from "../../base/progress.js";
import { settingsHash } from "../../base/settings-hash.js";
import { type ImageDataset, requireImagesOf, requireLabelsOf } from "../../datasets/images.js";
import { type FaultModel, faultModel, PLAIN_FAULTS, registerFaultModel } from "../../faults/models.js";
import { requireFaultModel } from "../../faults/probe.js";
import { requireSitesFit } from "../../faults/sites.js";
import { engineTitle } from "../../inference/choice.js";
import { deploy, requireCheckpoint } from "../../inference/deploy.js";
import { integerClassifier } from "../../inference/engine.js";
import { bitsLabel, quantizedLayers, requireBitsOf } from "../../networks/bits.js";
import { type Checkpoint, networkHash } from "../../networks/checkpoints/checkpoint.js";
import type { Model } from "../../networks/model.js";
import { requireModel } from "../../networks/schema.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { NetworkRow, Results, TrialRow } from "../results/rows.js";
import { noJudgement } from "../study/judgement.js";
import { parseCampaign } from "../study/schema.js";
import type { Arm, CampaignSettings } from "../study/study.js";
import { describeNetwork } from "./describe-network.js";
import { evaluateTrials } from "./evaluate-trial.js";
import { mainConditions, type TrialSettings, trialMaker } from "./plan.js";

/** A quantized network of no study: its description and its checkpoint. */
export interface OwnNetwork {
  readonly model: Model;
  readonly checkpoint: Checkpoint;
}

export interface MeasureOptions extends JobOptions {
  /** Ids of fault models, or models of your own. Default: flips and stuck-at faults. */
  readonly faults?: readonly (string | FaultModel)[];
  /** Fault probabilities per stored weight bit, ascending fractions. Default: those of the studies, 0.001 to 0.05. */
  readonly rates?: readonly number[];
  /** Number of fault maps; the networks share them. Default: 10. */
  readonly maps?: number;
  /** How codes lie in memory. Default: offset binary. */
  readonly encoding?: Encoding;
  /** What figures call the whole; the fault maps are a family of its name. Default: the name of the first model. */
  readonly name?: string;
  /** What the images are, for captions. Default: validation images. */
  readonly split?: "validation" | "test";
}

const OPTIONS: OptionKeys<MeasureOptions> = {
  faults: true,
  rates: true,
  maps: true,
  encoding: true,
  name: true,
  split: true,
  ...JOB,
};
const NETWORK: OptionKeys<OwnNetwork> = { model: true, checkpoint: true };
const RATES = [0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05];

/**
 * Measures networks of the reader's own under faults, in this thread and without TensorFlow: every fault at every rate on every
 * map, on all of the images. The rows are those of a study with one seed, so every table and figure of accuracies takes them,
 * such as `accuracyAgainstRate`.
 * @param networks by the name that figures give them, all of the same bits
 * @param images with their labels
 * @throws UserError for settings, a model or images that do not fit; the signal's reason when aborted
 */
export async function measureFaults(
  networks: Readonly<Record<string, OwnNetwork>>,
  images: ImageDataset,
  options: MeasureOptions = {},
): Promise<Results> {
  requireJob("measureFaults", options, OPTIONS);
  const names = Object.keys(requireNetworks(networks));
  const bits = commonBits(networks);
  const first = networks[names[0]!]!.model;
  requireImagesOf(first, images);
  const campaign = campaignOf(images, options);
  if (typeof (options.name ?? "") !== "string")
    throw new UserError(`name must be a text, got ${shown(options.name)}`);
  const settings = {
    name: options.name ?? first.name,
    profile: "own",
    exploratory: true,
    bits,
    images: createHash("sha256").update(images.images).update(images.labels).digest("hex"),
    campaign,
  };
  const conditions = mainConditions(campaign);
  const rows: NetworkRow[] = [];
  const trials: TrialRow[] = [];
  const engine = engineTitle();
  const started = performance.now();
  for (const [arm, { model, checkpoint }] of Object.entries(networks)) {
    requireFit(model, images, campaign, bits);
    const study: TrialSettings = {
      ...settings,
      content: { model: `${model.name}@${settingsHash(model).slice(0, 8)}`, dataset: settings.images },
    };
    const network = deploy(model, checkpoint);
    const all = Uint32Array.from({ length: images.count }, (_, i) => i);
    const classifier = integerClassifier(network, images, all);
    const named = { ...checkpoint, origin: { ...checkpoint.origin, arm, seed: 0 } };
    rows.push(describeNetwork({ arms: [armNamed(arm)] }, named, network, { images, classifier }));
    const subject = { study, arm, seed: 0, network, classifier, labels: images.labels };
    const planned = conditions.map(trialMaker(study, networkHash(checkpoint)));
    for (const row of evaluateTrials(subject, planned)) {
      trials.push(row);
      const rate = (1000 * trials.length) / (performance.now() - started);
      options.onProgress?.({
        done: trials.length,
        of: names.length * conditions.length,
        rate,
        unit: "trials/s",
        note: engine,
      });
      await setImmediate(); // lets signals and messages in
      options.signal?.throwIfAborted();
    }
    classifier.dispose();
  }
  const arms = names.map((id) => armNamed(id));
  const { name, profile, exploratory } = settings;
  return {
    study: { name, profile, exploratory, frozen: false, bits, seeds: [0], arms, campaign },
    judgement: noJudgement(campaign.faults),
    presentation: { titles: Object.fromEntries(names.map((id) => [id, id])), looks: {} },
    networks: rows,
    failures: [],
    trials,
  };
}

/** An arm of nothing but its name: how a network of the reader's own was trained is not known. */
function armNamed(id: string): Arm {
  return { id, sparsification: { kind: "none" }, gradient: { rule: "conventional" } };
}

/** The campaign that options ask for; models of the user's own are known by their ids from here on. */
function campaignOf(images: ImageDataset, options: MeasureOptions): CampaignSettings {
  const { faults = PLAIN_FAULTS, rates = RATES, maps = 10, encoding = "offset-binary" } = options;
  for (const [name, list] of Object.entries({ faults, rates }))
    if (!Array.isArray(list))
      throw new UserError(`${name} must be a list, got ${shown(list)}; write [${shown(list)}]`);
  const ids = faults.map((fault) => {
    if (typeof fault === "string") return fault;
    if (PLAIN_FAULTS.some(({ apply }) => apply === fault?.apply)) return fault.id;
    const model = requireFaultModel(fault);
    registerFaultModel(model);
    return model.id;
  });
  if (new Set(ids).size !== ids.length)
    throw new UserError(`faults must be different from each other, got ${ids.join(", ")}`);
  const ceiling = rates.at(-1);
  const split = options.split ?? "validation";
  return parseCampaign({ split, images: images.count, faults: ids, rates, maps, ceiling, encoding });
}

function requireNetworks(networks: Readonly<Record<string, OwnNetwork>>) {
  if (typeof networks !== "object" || networks === null)
    throw new UserError(`networks must be by name, { mine: { model, checkpoint } }, got ${shown(networks)}`);
  for (const [name, network] of Object.entries(networks)) {
    const { model, checkpoint } = requireOptions(`network ${name}`, network, NETWORK);
    requireModel(model);
    requireCheckpoint(checkpoint);
    if (checkpoint.origin.bits) requireBitsOf(checkpoint.origin.bits);
  }
  return networks;
}

function commonBits(networks: Readonly<Record<string, OwnNetwork>>) {
  const all = Object.entries(networks).map(([name, { checkpoint }]) => {
    const { bits } = checkpoint.origin;
    if (bits) return bits;
    throw new UserError(`network ${name} is a float network; quantize it first`);
  });
  const labels = [...new Set(all.map(bitsLabel))];
  if (labels.length !== 1)
    throw new UserError(
      `networks must be at least one and have the same bits, since their fault maps are shared, got ${labels.join(", ") || "none"}; measure others by a call of their own`,
    );
  return all[0]!;
}

function requireFit(
  model: Model,
  images: ImageDataset,
  { faults, ceiling }: CampaignSettings,
  bits: Parameters<typeof bitsLabel>[0],
): void {
  for (const id of faults)
    for (const layer of quantizedLayers(model, bits))
      requireSitesFit(faultModel(id).sites, layer.bits, ceiling);
  requireImagesOf(model, images);
  requireLabelsOf(model, images);
}
