/** Mean and variance of the change of a weight under any fault model (docs/protocol.md section 3). */
import { UserError } from "../base/errors.js";
import { type Encoding, encodingTables } from "../quantization/encodings.js";
import { maxCode, requireClip, requireCode, weightValue } from "../quantization/grid.js";
import { squaredBits } from "./expectations.js";
import { bitCount, requireRate } from "./inject.js";
import { type FaultModel, requireRelativeRate } from "./models.js";
import { type Dependence, dependenceWithinWeight, requireSitesFit, type Sites } from "./sites.js";

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
}

/**
 * m_i and v_i of the predictor of the expected rise of the loss, m'g + (1/2) m'Hm + (1/2) sum_i v_i H_ii
 * (docs/protocol.md section 3), for every weight of a layer in offset binary. In closed form, so for models that treat
 * each bit by itself: flips, symmetric or not, and stuck bits, at any sites. Under faults in rows or columns different
 * weights change together, which moments of single weights do not say.
 *
 * @throws UserError for a model that does not treat each bit by itself, and for rows or columns that cut weights in two
 */
export function faultMoments(codes: Uint8Array, { clip, bits, rate, model }: MomentsOptions): Moments {
  const dependence = requireFit({ bits, rate, model });
  const [up, down] = flipRates(model, bits, rate);
  const struck = strikable(model.sites, bits);
  const n = maxCode(bits);
  const step = (2 * requireClip(clip)) / n;
  // Both depend on the code alone, so they are computed once per code.
  const byCode = Array.from({ length: n + 1 }, (_, code) => {
    // By how much the clear bits can raise the code, and the set bits lower it.
    const [rise, fall] = [~code & struck, code & struck];
    const mean = up * rise - down * fall;
    const variance = {
      independent: () => up * (1 - up) * squaredBits(rise) + down * (1 - down) * squaredBits(fall),
      exclusive: () => up * squaredBits(rise) + down * squaredBits(fall) - mean ** 2,
      together: () =>
        up * (1 - up) * rise ** 2 +
        down * (1 - down) * fall ** 2 -
        2 * (Math.min(up, down) - up * down) * rise * fall,
    }[dependence]();
    return [step * mean, step ** 2 * variance] as const;
  });
  const moments = { mean: new Float64Array(codes.length), variance: new Float64Array(codes.length) };
  for (let i = 0; i < codes.length; i++) {
    const pair = byCode[requireCode(codes[i]!, n)]!;
    moments.mean[i] = pair[0];
    moments.variance[i] = pair[1];
  }
  return moments;
}

/**
 * Mean and variance of w' - w for one code, for any model in any encoding, by summing over all 2^bits sets of faulty
 * bits.
 *
 * @throws UserError for rows or columns that cut weights in two
 */
export function enumeratedMoments(
  code: number,
  { clip, bits, rate, model, encoding }: MomentsOptions & { encoding: Encoding },
): { mean: number; variance: number } {
  const dependence = requireFit({ bits, rate, model });
  const tables = encodingTables(bits, encoding);
  const w = weightValue(code, clip, bits);
  const stored = tables.encode[code]!;
  const { zero, one } = requireRelativeRate(model.relativeRate);
  const struck = strikable(model.sites, bits);
  const rates = Array.from({ length: bits }, (_, bit) =>
    (struck >> bit) & 1 ? rate * ((stored >> bit) & 1 ? one : zero) : 0,
  );
  let mean = 0;
  let square = 0;
  for (let mask = 0; mask < 2 ** bits; mask++) {
    const probability = maskProbability(mask, rates, dependence);
    if (probability === 0) continue;
    const change = weightValue(tables.decode[model.apply(stored, mask)]!, clip, bits) - w;
    mean += probability * change;
    square += probability * change * change;
  }
  return { mean, variance: square - mean * mean };
}

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

/** Probabilities that a faulty memory turns a 0 into 1 and a 1 into 0. */
function flipRates(model: FaultModel, bits: number, rate: number): [number, number] {
  // What a faulty 0 and a faulty 1 read as, in all bits at once.
  const [zeros, ones] = [model.apply(0, 1) & 1 ? ~0 : 0, model.apply(1, 1) & 1 ? ~0 : 0];
  for (let stored = 0; stored < 2 ** bits; stored++) {
    for (let mask = 1; mask < 2 ** bits; mask++) {
      const read = (stored & ~mask) | (mask & ((~stored & zeros) | (stored & ones)));
      if (model.apply(stored, mask) !== read) {
        throw new UserError(
          `fault model ${model.id} has no closed form, since it does not treat each bit by itself; use enumeratedMoments`,
        );
      }
    }
  }
  const { zero, one } = requireRelativeRate(model.relativeRate);
  return [zeros ? zero * rate : 0, ones ? 0 : one * rate];
}

/** The bits that can be faulty, as a mask. */
function strikable(sites: Sites | undefined, bits: number): number {
  if (sites?.kind !== "bits") return maxCode(bits);
  return sites.positions.reduce((mask, position) => mask | (1 << position), 0);
}

function requireFit({ bits, rate, model }: Omit<MomentsOptions, "clip">): Dependence {
  requireSitesFit(model.sites, bits, requireRate(rate));
  return dependenceWithinWeight(model.sites, bits);
}
