/** Mean and variance of the change of a weight under any fault model in any encoding (docs/protocol.md section 3). */
import { requireOptions } from "../base/options.js";
import { type Encoding, encodingTables } from "../quantization/encodings.js";
import { levels, maxCode, requireClip, requireCode, weightValue } from "../quantization/grid.js";
import { bitCount } from "./bit-count.js";
import { refuseStored, requireRate } from "./inject.js";
import { type FaultModel, requireRelativeRate } from "./models.js";
import { type Dependence, dependenceWithinWeight, exposedMask, requireSitesFit } from "./sites.js";

/** Mean and variance of the change w' - w, one entry per weight. */
export interface Moments {
  mean: Float64Array;
  variance: Float64Array;
}

/** What the moments depend on beside the code. */
export interface MomentsOptions {
  clip: number;
  bits: number;
  /** As in `injectFaults`: the rate of the model, before relative rates. */
  rate: number;
  model: FaultModel;
  /** How codes are written into memory. Default: offset binary. */
  encoding?: Encoding | undefined;
}

/**
 * m_i and v_i of the predictor of the expected rise of the loss, m'g + (1/2) m'Hm + (1/2) sum_i v_i H_ii
 * (docs/protocol.md section 3), for every weight of a layer; exact for any model at any sites in any encoding. In closed
 * form for codes that faulty bits move by amounts that add up, else by {@link enumeratedMoments}. Under faults in rows or
 * columns different weights change together, which moments of single weights do not say.
 *
 * @throws UserError for rows or columns that cut weights in two
 */
export function faultMoments(codes: Uint8Array, options: MomentsOptions): Moments {
  const keys = { clip: true, bits: true, rate: true, model: true, encoding: true } as const;
  requireOptions("faultMoments", options, keys);
  return momentsOf(codes, options, dependenceOf(options));
}

/**
 * The mean change of every weight of a layer over the rate, in the limit of small rates, where at most one of the bits
 * of a weight that are faulty by themselves is so: where faults lead on average. Exactly m / p at every rate where
 * {@link momentsScale}.
 *
 * @throws UserError for rows or columns that cut weights in two
 */
export function smallRateMeans(codes: Uint8Array, options: Omit<MomentsOptions, "rate">): Float64Array {
  const keys = { clip: true, bits: true, model: true, encoding: true } as const;
  requireOptions("smallRateMeans", options, keys);
  // With at most one faulty bit, or all at one u, the mean is proportional to the rate: here to one for all bit widths.
  const own = { ...options, rate: 1 / 8 };
  const dependence = dependenceOf(own);
  const { mean } = momentsOf(codes, own, dependence === "independent" ? "exclusive" : dependence);
  return mean.map((m) => m / own.rate);
}

/**
 * Whether the mean change of every weight is p m1 and its variance p (1 - p) v1 at every rate p: where each faulty bit is
 * so by itself, at p or never, and moves the code by an amount that does not depend on the other bits. So flips and stuck
 * bits have it in offset binary and two's complement, and not in sign-magnitude and Gray code.
 *
 * @throws UserError for rows or columns that cut weights in two
 */
export function momentsScale(options: Omit<MomentsOptions, "rate" | "clip">): boolean {
  requireOptions("momentsScale", options, { bits: true, model: true, encoding: true });
  const { bits, model } = options;
  requireSitesFit(model.sites, bits, 0);
  if (dependenceWithinWeight(model.sites, bits) !== "independent") return false;
  return Array.from({ length: levels(bits) }, (_, code) => code).every((code) => {
    const faults = faultsOf(code, { ...options, rate: 1 });
    const moves = movesOf(code, faults, "independent");
    return moves?.every((move, bit) => move === 0 || faults.rates[bit] === 1) ?? false;
  });
}

/**
 * Mean and variance of w' - w for one code, for any model in any encoding, by summing over all 2^bits sets of faulty
 * bits.
 *
 * @throws UserError for rows or columns that cut weights in two
 */
export function enumeratedMoments(code: number, options: MomentsOptions): { mean: number; variance: number } {
  const keys = { clip: true, bits: true, rate: true, model: true, encoding: true } as const;
  requireOptions("enumeratedMoments", options, keys);
  return enumerated(code, options, dependenceOf(options));
}

function dependenceOf({ bits, rate, model }: Omit<MomentsOptions, "clip">): Dependence {
  requireSitesFit(model.sites, bits, requireRate(rate));
  return dependenceWithinWeight(model.sites, bits);
}

function momentsOf(codes: Uint8Array, options: MomentsOptions, dependence: Dependence): Moments {
  const n = maxCode(options.bits);
  const step = (2 * requireClip(options.clip)) / n;
  const ofCode = (code: number) => {
    const faults = faultsOf(code, options);
    const moves = movesOf(code, faults, dependence);
    if (moves === undefined) return enumerated(code, options, dependence);
    const mean = sum(moves, (move, bit) => faults.rates[bit]! * move);
    return { mean: step * mean, variance: step ** 2 * VARIANCES[dependence](moves, faults.rates) };
  };
  const moments = { mean: new Float64Array(codes.length), variance: new Float64Array(codes.length) };
  // Both depend on the code alone, so they are computed once per code.
  const known = new Map<number, ReturnType<typeof ofCode>>();
  for (const [i, code] of codes.entries()) {
    const pair = known.get(code) ?? ofCode(requireCode(code, n));
    known.set(code, pair);
    moments.mean[i] = pair.mean;
    moments.variance[i] = pair.variance;
  }
  return moments;
}

function enumerated(code: number, options: MomentsOptions, dependence: Dependence) {
  const { clip, bits } = options;
  const w = weightValue(code, clip, bits);
  const { rates, read } = faultsOf(code, options);
  const outcomes = Array.from({ length: levels(bits) }, (_, mask) => ({
    mask,
    probability: maskProbability(mask, rates, dependence),
  }))
    .filter(({ probability }) => probability > 0)
    .map(({ mask, probability }) => ({ probability, change: weightValue(read(mask), clip, bits) - w }));
  const mean = sum(outcomes, ({ probability, change }) => probability * change);
  return { mean, variance: sum(outcomes, ({ probability, change }) => probability * (change - mean) ** 2) };
}

/** What can become of a weight of one code. */
interface CodeFaults {
  /** How often each stored bit is faulty, bit 0 first. */
  readonly rates: readonly number[];
  /** The code that is read when the bits of a mask are faulty. */
  read(mask: number): number;
}

function faultsOf(
  code: number,
  { bits, rate, model, encoding = "offset-binary" }: Omit<MomentsOptions, "clip">,
): CodeFaults {
  const { encode, decode } = encodingTables(bits, encoding);
  const written = encode[requireCode(code, maxCode(bits))]!;
  const { zero, one } = requireRelativeRate(model.relativeRate);
  const exposed = exposedMask(model.sites, bits);
  return {
    rates: Array.from({ length: bits }, (_, bit) =>
      (exposed >> bit) & 1 ? rate * ((written >> bit) & 1 ? one : zero) : 0,
    ),
    read(mask) {
      const stored = model.apply(written, mask);
      return decode[stored] ?? refuseStored(model, bits, stored);
    },
  };
}

/** By how much each bit moves the code when it is faulty; undefined if several may be and do not move it by the sum. */
function movesOf(code: number, { rates, read }: CodeFaults, dependence: Dependence): number[] | undefined {
  const moves = rates.map((rate, bit) => (rate === 0 ? 0 : read(1 << bit) - code));
  if (dependence === "exclusive") return moves;
  const sound = rates.reduce((mask, rate, bit) => (rate === 0 ? mask | (1 << bit) : mask), 0);
  for (let mask = 1; mask < 2 ** rates.length; mask++) {
    if (mask & sound) continue;
    if (read(mask) - code !== sum(moves, (move, bit) => ((mask >> bit) & 1 ? move : 0))) return undefined;
  }
  return moves;
}

/** The variance of the sum of the moves of faulty bits. */
const VARIANCES: Readonly<
  Record<Dependence, (moves: readonly number[], rates: readonly number[]) => number>
> = {
  independent: (moves, rates) => sum(moves, (move, bit) => rates[bit]! * (1 - rates[bit]!) * move ** 2),
  exclusive: (moves, rates) =>
    sum(moves, (move, bit) => rates[bit]! * move ** 2) - sum(moves, (move, bit) => rates[bit]! * move) ** 2,
  together: (moves, rates) =>
    sum(moves, (move, a) =>
      sum(moves, (other, b) => (Math.min(rates[a]!, rates[b]!) - rates[a]! * rates[b]!) * move * other),
    ),
};

/** Probability that exactly the bits of `mask` are faulty, when each of them is so with its own rate. */
function maskProbability(mask: number, rates: readonly number[], dependence: Dependence): number {
  const faulty = rates.filter((_, bit) => (mask >> bit) & 1);
  const sound = rates.filter((_, bit) => !((mask >> bit) & 1));
  switch (dependence) {
    case "independent":
      return faulty.reduce((a, p) => a * p, 1) * sound.reduce((a, p) => a * (1 - p), 1);
    case "exclusive":
      if (bitCount(mask) > 1) return 0;
      return faulty[0] ?? 1 - rates.reduce((a, p) => a + p, 0);
    case "together":
      // One u for all bits: below the rates of the faulty ones and not below those of the others.
      return Math.max(0, Math.min(1, ...faulty) - Math.max(0, ...sound));
  }
}

function sum<T>(items: readonly T[], of: (item: T, index: number) => number): number {
  return items.reduce((total, item, index) => total + of(item, index), 0);
}
