import { textOf, UserError } from "../base/errors.js";
import { type OptionKeys, requireOneOf, requireOptions, shown } from "../base/options.js";
import { activationCodes, activationValues, weightCodes, weightValues } from "./grid.js";

/**
 * How a clip is chosen from the values that it is to clip, without training.
 * - `share`: this share of the largest magnitude; 1 clips nothing, 0.8 is where training starts
 * - `least-squares`: the one of 1 %, 2 %, …, 100 % of the largest magnitude with the least squared error of quantization
 */
export type ClipRule =
  | { readonly rule: "share"; readonly share: number }
  | { readonly rule: "least-squares" };

/** The two grids of docs/protocol.md section 2. */
export type Grid = "weights" | "activations";

const GRIDS: Readonly<Record<Grid, true>> = { weights: true, activations: true };
/** The keys of each rule. */
const RULES: Readonly<Record<ClipRule["rule"], object>> = {
  share: { rule: true, share: true },
  "least-squares": { rule: true },
};
const CANDIDATES = 100;

/**
 * Chooses the clip of a grid for these values, the positive ones alone for activations: all others have code 0.
 * @throws UserError if there is nothing to clip
 */
export function chooseClip(values: Float32Array, grid: Grid, bits: number, rule: ClipRule): number {
  requireOneOf("grid", grid, GRIDS);
  if (!Object.hasOwn(RULES, String(rule?.rule)))
    throw new UserError(`a clip's rule must be share or least-squares, got ${shown(rule)}`);
  requireOptions("rule of chooseClip", rule, RULES[rule.rule] as OptionKeys<ClipRule>);
  const counted = grid === "weights" ? values : values.filter((value) => value > 0);
  const largest = counted.reduce((found, value) => Math.max(found, Math.abs(value)), 0);
  if (!(largest > 0)) throw new UserError(`all ${values.length} values are 0, so there is nothing to clip`);
  if (rule.rule === "share") {
    if (rule.share > 0 && rule.share <= 1) return rule.share * largest;
    throw new UserError(`share must be above 0 and at most 1, got ${textOf(rule.share)}`);
  }
  const clips = Array.from({ length: CANDIDATES }, (_, i) => ((i + 1) / CANDIDATES) * largest);
  const errors = clips.map((clip) => squaredError(counted, grid, clip, bits));
  return clips[errors.indexOf(Math.min(...errors))]!;
}

/** The sum of (Q(x) - x)^2 over the values. */
export function squaredError(values: Float32Array, grid: Grid, clip: number, bits: number): number {
  requireOneOf("grid", grid, GRIDS);
  const quantized =
    grid === "weights"
      ? weightValues(weightCodes(values, clip, bits), clip, bits)
      : activationValues(activationCodes(values, clip, bits), clip, bits);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (quantized[i]! - values[i]!) ** 2;
  return sum;
}
