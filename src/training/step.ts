import type { Arrays } from "../base/arrays.js";
import { type OptionKeys, requireOptions } from "../base/options.js";
import { type Bits, quantizedLayers } from "../networks/bits.js";
import type { Model } from "../networks/model.js";
import type { Point } from "../networks/parameters.js";
import {
  decays,
  flatten,
  idleBiases,
  normNodes,
  runningStatistics,
  unflatten,
} from "../networks/parameters.js";
import type { Encoding } from "../quantization/encodings.js";
import { weightQuantizer } from "../quantization/straight-through.js";
import type { Batch } from "../tensors/batches.js";
import type { Sparsification } from "../tensors/sparsity/table.js";
import { type ClipRule, clipObserver, clipRuleSpec, settleClips, withoutClips } from "./clip-rules.js";
import type { LossGradient, PointGradient } from "./gradients/gradient.js";
import { type GradientRule, gradientKind, requireGradientRule } from "./gradients/rules.js";
import { statisticsOf } from "./gradients/statistics.js";
import { batchLoss } from "./loss.js";
import { normObserver, STATISTICS_SHARE } from "./norm-statistics.js";
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
  /** Factors of the learning rate, by parameter. Default: 1. */
  readonly rateFactors?: Readonly<Record<string, number>>;
  /** Weight of this batch in the running statistics of batch norm. Default: 0.1. */
  readonly statisticsShare?: number;
}

const OPTIONS: OptionKeys<StepOptions> = {
  bits: true,
  sparsification: true,
  gradient: true,
  learningRate: true,
  momentum: true,
  weightDecay: true,
  clips: true,
  encoding: true,
  key: true,
  rateFactors: true,
  statisticsShare: true,
};

/** One step of training on one batch; the loss is the one before the step. */
export function trainStep(
  model: Model,
  state: OptimizerState,
  batch: Batch,
  options: StepOptions,
): { state: OptimizerState; loss: number } {
  const {
    bits,
    sparsification,
    learningRate,
    momentum,
    weightDecay,
    clips = LEARNED,
    rateFactors = {},
    statisticsShare = STATISTICS_SHARE,
  } = requireOptions("trainStep", options, OPTIONS);
  requireGradientRule(options.gradient);
  const idle = idleBiases(model);
  const point = unflatten(
    model,
    Object.fromEntries(Object.entries(state.parameters).filter(([name]) => !idle.has(name))),
  );
  const { observesActivations, learnsWeightClips } = clipRuleSpec(clips);
  const observer = observesActivations ? clipObserver(point.rest) : undefined;
  const norms =
    normNodes(model).length > 0
      ? {
          observer: normObserver(runningStatistics(model, state.parameters), statisticsShare),
          by: statisticsOf(options.gradient),
        }
      : undefined;
  const lossGradient = tensorLoss(
    batchLoss(model, batch, { activationBits: bits?.activations, sparsification, observer, norms }),
  );
  const learned = observer ? { ...point, rest: withoutClips(point.rest) } : point;
  const widths = bits && new Map(quantizedLayers(model, bits).map((layer) => [layer.name, layer.bits]));
  const gradient = gradientOf(lossGradient, learned, widths, options);
  const weightClips = learnsWeightClips ? gradient.weightClips : {};
  const next = nesterovStep(state, flatten({ ...gradient, weightClips }), {
    learningRate,
    momentum,
    weightDecay: (name) => (decays(name) ? weightDecay : 0),
    rateFactor: (name) => rateFactors[name] ?? 1,
  });
  const observed = { ...observer?.clips, ...norms?.observer.statistics };
  const parameters = settled(model, { ...next.parameters, ...observed }, clips);
  return { state: { ...next, parameters }, loss: gradient.loss };
}

const LEARNED: ClipRule = { rule: "learned" };

function gradientOf(
  lossGradient: LossGradient,
  point: Point,
  widths: ReadonlyMap<string, number> | undefined,
  { gradient, encoding = "offset-binary", key }: StepOptions,
): PointGradient {
  const quantizer = widths && weightQuantizer(widths);
  return gradientKind(gradient).take({ lossGradient, point, widths, quantizer, encoding, key }, gradient);
}

function settled(model: Model, parameters: Arrays, clips: ClipRule): Arrays {
  if (clipRuleSpec(clips).settle === null) return parameters;
  return { ...parameters, ...flatten(settleClips(unflatten(model, parameters), clips)) };
}
