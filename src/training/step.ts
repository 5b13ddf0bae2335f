import type { Model } from "../models/model.js";
import { weightQuantizer } from "../quantization/straight-through.js";
import { conventionalGradient, sharpnessAwareGradient } from "../saq/gradient.js";
import type { PerturbationRule } from "../saq/perturbation.js";
import { type Batch, batchLoss, type Sparsification } from "./loss.js";
import { nesterovStep, type OptimizerState } from "./optimizer.js";
import { decays, flatten, unflatten } from "./parameters.js";
import { tensorLoss } from "./tensor-loss.js";

/** How gradients are taken. */
export type GradientRule =
  | { readonly rule: "conventional" }
  | { readonly rule: PerturbationRule; readonly rho: number };

/** What a training step needs to know beside its batch. */
export interface StepOptions {
  /** Undefined in float training. */
  readonly bits: { readonly weights: number; readonly activations: number } | undefined;
  readonly sparsification: Sparsification;
  readonly gradient: GradientRule;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** One step of training on one batch; the loss is the one before the step. */
export function trainStep(
  model: Model,
  state: OptimizerState,
  batch: Batch,
  { bits, sparsification, gradient: rule, learningRate, momentum, weightDecay }: StepOptions,
): { state: OptimizerState; loss: number } {
  const point = unflatten(model, state.parameters);
  const lossGradient = tensorLoss(
    batchLoss(model, batch, { activationBits: bits?.activations, sparsification }),
  );
  const quantizer = bits && weightQuantizer(bits.weights);
  const gradient =
    rule.rule === "conventional"
      ? conventionalGradient(lossGradient, point, quantizer)
      : sharpnessAwareGradient(lossGradient, point, quantizer, rule);
  const next = nesterovStep(state, flatten(gradient), {
    learningRate,
    momentum,
    weightDecay: (name) => (decays(name) ? weightDecay : 0),
  });
  return { state: next, loss: gradient.loss };
}
