import { type Arrays, mapArrays, scalar, scalarValue } from "../../base/arrays.js";
import { dictionary } from "../../base/dictionary.js";
import { requireOneOf, requireOptions } from "../../base/options.js";
import type { Point } from "../../networks/parameters.js";
import type { WeightQuantizer } from "../../quantization/straight-through.js";
import {
  addPerturbation,
  PERTURBATIONS,
  type Perturbation,
  type PerturbationRule,
  perturb,
} from "./perturbation.js";

/**
 * The training loss and its gradient, for a network whose layers hold `weights` as given: no quantization of weights
 * happens inside. Any framework will do; `tensorLoss` makes one from tensors.
 * @param pass `"second"` is the pass at the perturbed point, in which running statistics stay as they are
 */
export type LossGradient = (
  weights: Arrays,
  rest: Arrays,
  pass: "first" | "second",
) => { readonly loss: number; readonly weights: Arrays; readonly rest: Arrays };

export interface PointGradient extends Point {
  /** Loss at the unperturbed point, before the step. */
  readonly loss: number;
}

/**
 * Gradient of one conventional step: the loss at Q(w), pulled back to latent weights and clips by straight-through.
 * @param quantizer undefined for a float network, which has no weight clips
 */
export function conventionalGradient(
  lossGradient: LossGradient,
  point: Point,
  quantizer: WeightQuantizer | undefined,
): PointGradient {
  const quantized = quantize(point, quantizer);
  const { loss, weights, rest } = lossGradient(quantized, point.rest, "first");
  return { loss, rest, ...pullBack(weights, point, quantized, quantizer) };
}

/**
 * Gradient of one sharpness-aware quantization (SAQ) step, or of a sibling rule (docs/protocol.md section 2;
 * SAQ: arXiv 2111.12273, case 3): ascend by `rho` along the normalized gradient, take the gradient there, and pull it
 * back to the unmoved latent weights. `point` is not changed.
 *
 * | rule | ascent direction from the gradient at | second gradient at |
 * |---|---|---|
 * | `"saq"` | Q(w) | Q(w) + e, which leaves the grid |
 * | `"asam"` | Q(w), scaled by \|Q(w)\| + 0.01 (arXiv 2102.11600) | Q(w) + e |
 * | `"sam-latent"` | w (case 1: the perturbation belongs to another loss, "mismatch") | Q(w) + e |
 * | `"sam-requantized"` | Q(w) (case 2: rounding swallows small perturbations, "diminishment") | Q(w + e) |
 *
 * @param quantizer undefined for a float network: `"saq"` is then SAM (arXiv 2010.01412)
 * @param options.rho radius of the perturbation over all weights and `rest` together, >= 0; at 0 this is the conventional gradient
 */
export function sharpnessAwareGradient(
  lossGradient: LossGradient,
  point: Point,
  quantizer: WeightQuantizer | undefined,
  options: { readonly rule: PerturbationRule; readonly rho: number },
): PointGradient & { readonly perturbation: Perturbation } {
  const { rule, rho } = requireOptions("sharpnessAwareGradient", options, { rule: true, rho: true });
  if (!(rho >= 0 && Number.isFinite(rho)))
    throw new RangeError(`rho must be a finite number >= 0, got ${rho}`);
  const { ascendsFrom, requantizes } = PERTURBATIONS[requireOneOf("rule", rule, PERTURBATIONS)];
  const quantized = quantize(point, quantizer);
  const first = lossGradient(ascendsFrom === "latent" ? point.weights : quantized, point.rest, "first");
  const perturbation = perturb(first, quantized, { rule, rho });
  const movedRest = addPerturbation(point.rest, perturbation.rest);

  if (requantizes) {
    const moved = { ...point, weights: addPerturbation(point.weights, perturbation.weights) };
    const requantized = quantize(moved, quantizer);
    const second = lossGradient(requantized, movedRest, "second");
    return {
      loss: first.loss,
      rest: second.rest,
      ...pullBack(second.weights, moved, requantized, quantizer),
      perturbation,
    };
  }
  const second = lossGradient(addPerturbation(quantized, perturbation.weights), movedRest, "second");
  return {
    loss: first.loss,
    rest: second.rest,
    ...pullBack(second.weights, point, quantized, quantizer),
    perturbation,
  };
}

/**
 * Gradient of one step of random bit error training (RandBET, arXiv 2006.13977): the mean of the gradient at Q(w) and the
 * gradient at the weights as read from a faulty memory, both pulled back by straight-through. A faulty code stays the same
 * multiple of the clip, so the clip has its share of both.
 * @param read the weights that a layer's memory gives back: levels of the grid, drawn anew at each call
 */
export function faultAwareGradient(
  lossGradient: LossGradient,
  point: Point,
  quantizer: WeightQuantizer,
  read: (latent: Float32Array, clip: number, name: string) => Float32Array,
): PointGradient {
  const clean = conventionalGradient(lossGradient, point, quantizer);
  const faulty = mapArrays(point.weights, (w, name) => read(w, clipOf(point, name), name));
  const hit = lossGradient(faulty, point.rest, "second");
  const pulled = pullBack(hit.weights, point, faulty, quantizer);
  return {
    loss: clean.loss,
    weights: mean(clean.weights, pulled.weights),
    weightClips: mean(clean.weightClips, pulled.weightClips),
    rest: mean(clean.rest, hit.rest),
  };
}

function mean(a: Arrays, b: Arrays): Arrays {
  return mapArrays(a, (x, name) => {
    const y = b[name]!.data;
    return x.map((value, i) => (value + y[i]!) / 2);
  });
}

function quantize(point: Point, quantizer: WeightQuantizer | undefined): Arrays {
  if (!quantizer) return point.weights;
  return mapArrays(point.weights, (w, name) => quantizer.value(w, clipOf(point, name), name));
}

function pullBack(
  gradients: Arrays,
  point: Point,
  quantized: Arrays,
  quantizer: WeightQuantizer | undefined,
) {
  if (!quantizer) return { weights: gradients, weightClips: {} };
  const weightClips = dictionary<ReturnType<typeof scalar>>();
  const weights = mapArrays(gradients, (dy, name) => {
    const pulled = quantizer.gradient(
      dy,
      point.weights[name]!.data,
      clipOf(point, name),
      quantized[name]!.data,
    );
    weightClips[name] = scalar(pulled.clip);
    return pulled.latent;
  });
  return { weights, weightClips };
}

function clipOf(point: Point, name: string): number {
  const clip = point.weightClips[name];
  if (!clip)
    throw new RangeError(
      `weight ${name} has no clip: weightClips holds ${Object.keys(point.weightClips).join(", ")}`,
    );
  return scalarValue(clip);
}
