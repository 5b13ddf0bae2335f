import type { Arrays } from "../base/arrays.js";
import { stream } from "../base/random/index.js";
import { type Bits, quantizedLayers } from "../networks/bits.js";
import type { Model } from "../networks/model.js";
import type { Point } from "../networks/parameters.js";
import { decays, flatten, unflatten } from "../networks/parameters.js";
import type { Encoding } from "../quantization/encodings.js";
import { type WeightQuantizer, weightQuantizer } from "../quantization/straight-through.js";
import type { Sparsification } from "../sparsity/penalties.js";
import type { Batch } from "../tensors/batches.js";
import { type ClipRule, clipObserver, clipRuleSpec, settleClips, withoutClips } from "./clip-rules.js";
import {
  conventionalGradient,
  faultAwareGradient,
  type LossGradient,
  type PointGradient,
  sharpnessAwareGradient,
} from "./gradients/gradient.js";
import type { PerturbationRule } from "./gradients/perturbation.js";
import { flippedWeights } from "./gradients/random-flips.js";
import type { GradientRule } from "./gradients/rules.js";
import { batchLoss } from "./loss.js";
import { nesterovStep, type OptimizerState } from "./optimizer.js";
import { tensorLoss } from "./tensor-loss.js";

/** What a training step needs to know beside its batch. */
export interface StepOptions {
  /** Undefined in float training. */
  readonly bits: Bits | undefined;
  readonly sparsification: Sparsification;
  readonly gradient: GradientRule;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  /** Default: learned. */
  readonly clips?: ClipRule;
  /** How codes lie in memory, for flips of their bits. Default: offset binary. */
  readonly encoding?: Encoding;
  /** Names the random numbers of this step. Default: none, which only RandBET minds. */
  readonly key?: readonly (string | number)[];
}

/** One step of training on one batch; the loss is the one before the step. */
export function trainStep(
  model: Model,
  state: OptimizerState,
  batch: Batch,
  options: StepOptions,
): { state: OptimizerState; loss: number } {
  const { bits, sparsification, learningRate, momentum, weightDecay, clips = LEARNED } = options;
  const point = unflatten(model, state.parameters);
  const { observesActivations, learnsWeightClips } = clipRuleSpec(clips);
  const observer = observesActivations ? clipObserver(point.rest) : undefined;
  const lossGradient = tensorLoss(
    batchLoss(model, batch, { activationBits: bits?.activations, sparsification, observer }),
  );
  const learned = observer ? { ...point, rest: withoutClips(point.rest) } : point;
  const widths = bits && new Map(quantizedLayers(model, bits).map((layer) => [layer.name, layer.bits]));
  const gradient = gradientOf(lossGradient, learned, widths, options);
  const weightClips = learnsWeightClips ? gradient.weightClips : {};
  const next = nesterovStep(state, flatten({ ...gradient, weightClips }), {
    learningRate,
    momentum,
    weightDecay: (name) => (decays(name) ? weightDecay : 0),
  });
  const parameters = settled(model, { ...next.parameters, ...observer?.clips }, clips);
  return { state: { ...next, parameters }, loss: gradient.loss };
}

const LEARNED: ClipRule = { rule: "learned" };

/** What a gradient is taken of. */
interface Subject {
  readonly lossGradient: LossGradient;
  readonly point: Point;
  /** Bits of weights by layer; undefined in float training. */
  readonly widths: ReadonlyMap<string, number> | undefined;
  readonly quantizer: WeightQuantizer | undefined;
  readonly encoding: Encoding;
  readonly key: StepOptions["key"];
}

const sharpnessAware =
  (rule: PerturbationRule) =>
  ({ lossGradient, point, quantizer }: Subject, { rho }: { readonly rho: number }) =>
    sharpnessAwareGradient(lossGradient, point, quantizer, { rule, rho });

type Rule = GradientRule["rule"];
type Of<R extends Rule> = R extends PerturbationRule
  ? { readonly rho: number }
  : Extract<GradientRule, { rule: R }>;

/** Every rule: a missing one does not compile. */
const GRADIENTS: { readonly [R in Rule]: (subject: Subject, own: Of<R>) => PointGradient } = {
  conventional: ({ lossGradient, point, quantizer }) => conventionalGradient(lossGradient, point, quantizer),
  saq: sharpnessAware("saq"),
  asam: sharpnessAware("asam"),
  "sam-latent": sharpnessAware("sam-latent"),
  "sam-requantized": sharpnessAware("sam-requantized"),
  randbet: ({ lossGradient, point, widths, quantizer, encoding, key }, { rate }) => {
    if (!widths || !quantizer || !key)
      throw new RangeError("randbet needs a quantized network and a key for its flips");
    const flips = { rate, encoding, draws: stream(...key) };
    return faultAwareGradient(lossGradient, point, quantizer, (latent, clip, layer) =>
      flippedWeights(latent, clip, { ...flips, bits: widths.get(layer)! }),
    );
  },
};

function gradientOf(
  lossGradient: LossGradient,
  point: Point,
  widths: ReadonlyMap<string, number> | undefined,
  { gradient, encoding = "offset-binary", key }: StepOptions,
): PointGradient {
  const take = GRADIENTS[gradient.rule] as (subject: Subject, own: GradientRule) => PointGradient;
  return take(
    { lossGradient, point, widths, quantizer: widths && weightQuantizer(widths), encoding, key },
    gradient,
  );
}

function settled(model: Model, parameters: Arrays, clips: ClipRule): Arrays {
  if (clipRuleSpec(clips).settle === null) return parameters;
  return { ...parameters, ...flatten(settleClips(unflatten(model, parameters), clips)) };
}
