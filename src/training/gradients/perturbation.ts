import { type Arrays, mapArrays } from "../../base/arrays.js";

export type PerturbationRule = "saq" | "asam" | "sam-latent" | "sam-requantized";

/** How one sharpness-aware rule differs from the others. */
export interface PerturbationSpec {
  /** Where the gradient that is climbed is taken: at Q(w), or at the latent weights. */
  readonly ascendsFrom: "quantized" | "latent";
  /** Whether each weight moves in proportion to its size. */
  readonly isAdaptive: boolean;
  /** Whether the latent weights are moved and quantized again, in place of moving Q(w) off the grid. */
  readonly requantizes: boolean;
}

const saq: PerturbationSpec = { ascendsFrom: "quantized", isAdaptive: false, requantizes: false };

/** Every rule: a missing one does not compile. */
export const PERTURBATIONS: Readonly<Record<PerturbationRule, PerturbationSpec>> = {
  saq,
  asam: { ...saq, isAdaptive: true },
  "sam-latent": { ...saq, ascendsFrom: "latent" },
  "sam-requantized": { ...saq, requantizes: true },
};

/** The step of the ascent, e, by the names of the arrays it moves. */
export interface Perturbation {
  readonly weights: Arrays;
  readonly rest: Arrays;
}

/** Keeps a zero gradient from dividing by zero. */
const TINY = 1e-12;
/** ASAM's eta: how far a weight of size zero may move, relative to others. */
const ASAM_ETA = 0.01;

/**
 * e = rho g / (||g|| + 1e-12) with one norm over all arrays; for ASAM e = rho s^2 g / (||s g|| + 1e-12), where
 * s = |Q(w)| + 0.01 for weights and 1 for the rest.
 * @param quantized the weights Q(w) that ASAM's scale is taken from
 */
export function perturb(
  gradient: { readonly weights: Arrays; readonly rest: Arrays },
  quantized: Arrays,
  { rule, rho }: { readonly rule: PerturbationRule; readonly rho: number },
): Perturbation {
  const { isAdaptive } = PERTURBATIONS[rule];
  const scaled = (weights: Arrays) =>
    isAdaptive ? mapArrays(weights, (g, name) => scale(g, quantized[name]!.data)) : weights;
  const { rest } = gradient;
  const weights = scaled(gradient.weights);
  const factor = rho / (norm({ weights, rest }) + TINY);
  const times = (g: Float32Array) => g.map((value) => factor * value);
  return { weights: mapArrays(scaled(weights), times), rest: mapArrays(rest, times) };
}

/** Every array plus its step. */
export function addPerturbation(arrays: Arrays, steps: Arrays): Arrays {
  return mapArrays(arrays, (x, name) => {
    const e = steps[name]!.data;
    return x.map((value, i) => value + e[i]!);
  });
}

/** ||e||_2 over all that is moved. */
export function norm({ weights, rest }: Perturbation): number {
  let sum = 0;
  for (const { data } of [...Object.values(weights), ...Object.values(rest)])
    for (let i = 0; i < data.length; i++) sum += data[i]! * data[i]!;
  return Math.sqrt(sum);
}

function scale(g: Float32Array, weights: Float32Array): Float32Array {
  return g.map((value, i) => value * (Math.abs(weights[i]!) + ASAM_ETA));
}
