import * as tf from "@tensorflow/tfjs-core";
import type { WeightQuantizer } from "../quantization/tensor.js";
import { mapTensors, nameTensors, type Tensors } from "../tensors/named.js";
import { tidy } from "../tensors/tidy.js";
import { addPerturbation, type Perturbation, type PerturbationRule, perturb } from "./perturbation.js";

/** Everything that is trained, by name. */
export interface Point {
  /** Latent (float) weights of the quantized layers. */
  readonly weights: Tensors;
  /** Scalar weight clips, under the names of their weights. */
  readonly weightClips: Tensors;
  /** Biases, batch-norm parameters, activation clips: all that is neither a weight nor a weight clip. */
  readonly rest: Tensors;
}

/**
 * The training loss of a network whose layers hold `weights` as given: no quantization of weights happens inside.
 * @param pass `"second"` is the pass at the perturbed point, in which running statistics stay as they are
 */
export type Loss = (weights: Tensors, rest: Tensors, pass: "first" | "second") => tf.Scalar;

export interface PointGradient extends Point {
  /** Loss at the unperturbed point, before the step. */
  readonly loss: tf.Scalar;
}

/**
 * Gradient of one conventional step: the loss at Q(w), pulled back to latent weights and clips by straight-through.
 * @param quantizer undefined for a float network, which has no weight clips
 */
export function conventionalGradient(
  loss: Loss,
  point: Point,
  quantizer: WeightQuantizer | undefined,
): PointGradient {
  return tidy(() => {
    const quantized = quantize(point, quantizer);
    const { value, weights, rest } = lossGradient(loss, quantized, point.rest, "first");
    return { loss: value, rest, ...pullBack(weights, point, quantized, quantizer) };
  });
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
 * @param rho radius of the perturbation over all weights and `rest` together, >= 0; at 0 this is the conventional gradient
 */
export function sharpnessAwareGradient(
  loss: Loss,
  point: Point,
  quantizer: WeightQuantizer | undefined,
  { rule, rho }: { readonly rule: PerturbationRule; readonly rho: number },
): PointGradient & { readonly perturbation: Perturbation } {
  if (!(rho >= 0 && Number.isFinite(rho)))
    throw new RangeError(`rho must be a finite number >= 0, got ${rho}`);
  return tidy(() => {
    const quantized = quantize(point, quantizer);
    const ascentFrom = rule === "sam-latent" ? point.weights : quantized;
    const first = lossGradient(loss, ascentFrom, point.rest, "first");
    const perturbation = perturb(first, quantized, { rule, rho });
    const movedRest = addPerturbation(point.rest, perturbation.rest);

    const requantized = rule === "sam-requantized";
    const latent = requantized ? addPerturbation(point.weights, perturbation.weights) : point.weights;
    const at = { ...point, weights: latent };
    const grid = requantized ? quantize(at, quantizer) : quantized;
    const moved = requantized ? grid : addPerturbation(quantized, perturbation.weights);
    const second = lossGradient(loss, moved, movedRest, "second");
    return {
      loss: first.value,
      rest: second.rest,
      ...pullBack(second.weights, at, grid, quantizer),
      perturbation,
    };
  });
}

function quantize(point: Point, quantizer: WeightQuantizer | undefined): Tensors {
  if (!quantizer) return point.weights;
  return mapTensors(point.weights, (w, name) => quantizer.value(w, clipOf(point, name)));
}

/** The loss and its gradient in every weight and every tensor of `rest`, by name. */
function lossGradient(loss: Loss, weights: Tensors, rest: Tensors, pass: "first" | "second") {
  const weightNames = Object.keys(weights);
  const restNames = Object.keys(rest);
  const inputs = [...Object.values(weights), ...Object.values(rest)];
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) =>
    loss(nameTensors(weightNames, xs), nameTensors(restNames, xs.slice(weightNames.length)), pass),
  )(inputs);
  return {
    value: value as tf.Scalar,
    weights: nameTensors(weightNames, grads),
    rest: nameTensors(restNames, grads.slice(weightNames.length)),
  };
}

function pullBack(
  gradients: Tensors,
  point: Point,
  quantized: Tensors,
  quantizer: WeightQuantizer | undefined,
) {
  if (!quantizer) return { weights: gradients, weightClips: {} };
  const weights: Record<string, tf.Tensor> = {};
  const weightClips: Record<string, tf.Tensor> = {};
  for (const [name, dy] of Object.entries(gradients)) {
    const pulled = quantizer.gradient(dy, point.weights[name]!, clipOf(point, name), quantized[name]!);
    weights[name] = pulled.latent;
    weightClips[name] = pulled.clip;
  }
  return { weights, weightClips };
}

function clipOf(point: Point, name: string): tf.Tensor {
  const clip = point.weightClips[name];
  if (!clip)
    throw new RangeError(
      `weight ${name} has no clip: weightClips holds ${Object.keys(point.weightClips).join(", ")}`,
    );
  return clip;
}
