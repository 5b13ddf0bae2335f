import type { Arrays } from "../arrays.js";
import { type Bits, quantizedLayers } from "../models/bits.js";
import type { Model } from "../models/model.js";
import type { Encoding } from "../quantization/encodings.js";
import { weightQuantizer } from "../quantization/straight-through.js";
import { stream } from "../random/index.js";
import {
  conventionalGradient,
  faultAwareGradient,
  type LossGradient,
  type Point,
  type PointGradient,
  sharpnessAwareGradient,
} from "../saq/gradient.js";
import type { PerturbationRule } from "../saq/perturbation.js";
import { type Batch, batchLoss, type Sparsification } from "./loss.js";
import { nesterovStep, type OptimizerState } from "./optimizer.js";
import { decays, flatten, unflatten } from "./parameters.js";
import { flippedWeights } from "./random-flips.js";
import { clipObserver, type Ranges, settleRanges, withoutClips } from "./ranges.js";
import { tensorLoss } from "./tensor-loss.js";

/** How gradients are taken. */
export type GradientRule =
  | { readonly rule: "conventional" }
  | { readonly rule: PerturbationRule; readonly rho: number }
  /** Half of it under fresh flips of the stored bits, each with probability `rate` in (0, 1). */
  | { readonly rule: "randbet"; readonly rate: number };

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
  readonly ranges?: Ranges;
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
  const { bits, sparsification, learningRate, momentum, weightDecay, ranges = LEARNED } = options;
  const point = unflatten(model, state.parameters);
  const observer = ranges.rule === "observed" ? clipObserver(point.rest) : undefined;
  const lossGradient = tensorLoss(
    batchLoss(model, batch, { activationBits: bits?.activations, sparsification, observer }),
  );
  const learned = observer ? { ...point, rest: withoutClips(point.rest) } : point;
  const widths = bits && new Map(quantizedLayers(model, bits).map((layer) => [layer.name, layer.bits]));
  const gradient = gradientOf(lossGradient, learned, widths, options);
  const weightClips = ranges.rule === "learned" ? gradient.weightClips : {};
  const next = nesterovStep(state, flatten({ ...gradient, weightClips }), {
    learningRate,
    momentum,
    weightDecay: (name) => (decays(name) ? weightDecay : 0),
  });
  const parameters = settled(model, { ...next.parameters, ...observer?.clips }, ranges);
  return { state: { ...next, parameters }, loss: gradient.loss };
}

const LEARNED: Ranges = { rule: "learned" };

function gradientOf(
  lossGradient: LossGradient,
  point: Point,
  widths: ReadonlyMap<string, number> | undefined,
  { gradient, encoding = "offset-binary", key }: StepOptions,
): PointGradient {
  const quantizer = widths && weightQuantizer(widths);
  if (gradient.rule === "conventional") return conventionalGradient(lossGradient, point, quantizer);
  if (gradient.rule !== "randbet") return sharpnessAwareGradient(lossGradient, point, quantizer, gradient);
  if (!widths || !quantizer || !key)
    throw new RangeError("randbet needs a quantized network and a key for its flips");
  const flips = { rate: gradient.rate, encoding, draws: stream(...key) };
  return faultAwareGradient(lossGradient, point, quantizer, (latent, clip, layer) =>
    flippedWeights(latent, clip, { ...flips, bits: widths.get(layer)! }),
  );
}

function settled(model: Model, parameters: Arrays, ranges: Ranges): Arrays {
  if (ranges.rule === "learned" || ranges.rule === "frozen") return parameters;
  return { ...parameters, ...flatten(settleRanges(unflatten(model, parameters), ranges)) };
}
