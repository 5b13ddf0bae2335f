import { type Array32, type Arrays, mapArrays, scalar, scalarValue } from "../arrays.js";
import { UserError } from "../errors.js";
import { varianceOf } from "../inference/clip-ratios.js";
import type { Point } from "../saq/gradient.js";
import { isClip } from "./parameters.js";

/**
 * Where the clips of a quantized network come from while it is trained (docs/protocol.md section 4).
 * - `learned`: by gradient, weights and activations
 * - `frozen`: weight clips given from the first step on; activation clips learned
 * - `deviations`: weight clips fixed at tau times the standard deviation of the float layer, latent weights projected into
 *   them at the start and after each step; activation clips learned
 * - `observed`: weight clips are max|w| at each step; activation clips follow the batch maximum with a moving average; no
 *   gradient to either
 */
export type Ranges =
  | { readonly rule: "learned" | "observed" }
  | { readonly rule: "frozen"; readonly weightClips: Arrays }
  | { readonly rule: "deviations"; readonly tau: number };

/** Weight of a batch in the moving average of observed activation maxima. */
export const OBSERVED_SHARE = 0.01;

/** The starting point of quantized training under a rule: weight clips as it says. @param point with clips to learn from */
export function startRanges(point: Point, ranges: Ranges): Point {
  switch (ranges.rule) {
    case "frozen":
      return { ...point, weightClips: given(point, ranges.weightClips) };
    case "deviations": {
      const clips = Object.entries(point.weights).map(
        ([name, { data }]) => [name, scalar(ranges.tau * Math.sqrt(varianceOf(data)))] as const,
      );
      return settleRanges({ ...point, weightClips: Object.fromEntries(clips) }, ranges);
    }
    default:
      return point;
  }
}

/** What a rule does after each step: projects the latent weights, or takes the clips from them. */
export function settleRanges(point: Point, { rule }: Ranges): Point {
  if (rule === "deviations") return { ...point, weights: projected(point) };
  if (rule !== "observed") return point;
  const clips = Object.entries(point.weights).map(([name, { data }]) => [name, largest(data)] as const);
  return { ...point, weightClips: Object.fromEntries(clips) };
}

/** Moving averages of the largest activations, by clip name, as they stand after a step's first pass. */
export interface ClipObserver {
  readonly clips: Record<string, Array32>;
  /** Takes in the largest activation of a batch; gives the clip to quantize this batch with. */
  observe(clip: string, batchMaximum: number): number;
}

/** An observer that goes on from the clips of a point. */
export function clipObserver(rest: Arrays): ClipObserver {
  const clips = Object.fromEntries(Object.entries(rest).filter(([name]) => isClip(name)));
  return {
    clips,
    observe(name, batchMaximum) {
      const before = scalarValue(clips[name]!);
      const after = scalar(before + OBSERVED_SHARE * (Math.max(batchMaximum, 0) - before));
      clips[name] = after;
      return scalarValue(after);
    },
  };
}

/** Without the activation clips: what is left to learn when they are observed. */
export function withoutClips(rest: Arrays): Arrays {
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !isClip(name)));
}

function given({ weights }: Point, weightClips: Arrays): Arrays {
  for (const name of Object.keys(weights))
    if (!weightClips[name]) throw new UserError(`the weight clips to freeze lack the one of layer ${name}`);
  return weightClips;
}

function projected({ weights, weightClips }: Point): Arrays {
  return mapArrays(weights, (w, name) => {
    const c = scalarValue(weightClips[name]!);
    return w.map((value) => Math.min(Math.max(value, -c), c));
  });
}

function largest(data: Float32Array): Array32 {
  return scalar(data.reduce((found, value) => Math.max(found, Math.abs(value)), 0));
}
