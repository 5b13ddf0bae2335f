import type { Stream } from "../../base/random/index.js";
import { flip, injectFaults } from "../../faults/index.js";
import { type Encoding, weightCodes, weightValues } from "../../quantization/index.js";

/** What {@link flippedWeights} is told. */
export interface RandomFlips {
  /** Probability that a stored bit flips, in [0, 1). */
  readonly rate: number;
  /** Of a weight of the layer. */
  readonly bits: number;
  /** How codes lie in memory. */
  readonly encoding: Encoding;
  /** Where the flips are drawn from. */
  readonly draws: Stream;
}

/** The weights of one layer as read from a memory in which every stored bit flips independently. */
export function flippedWeights(
  latent: Float32Array,
  clip: number,
  { rate, bits, encoding, draws }: RandomFlips,
): Float32Array {
  const codes = weightCodes(latent, clip, bits);
  const positions = randomPositions(codes.length * bits, rate, draws);
  const map = { name: "step", weights: codes.length, bits, ceiling: 1, positions };
  const u = new Float64Array(positions.length); // each is below any rate: all of them flip
  const read = injectFaults(codes, { ...map, u }, { rate, model: flip, bits, encoding });
  return weightValues(read.codes, clip, bits);
}

/**
 * Which of 0 .. count - 1 are hit if each is, independently, with probability `rate`; ascending. The gaps between hits are
 * drawn, floor(ln(1 - u) / ln(1 - rate)): one number a hit, not one a bit, which would take longer than the training step.
 */
export function randomPositions(count: number, rate: number, draws: Stream): Uint32Array {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`rate must be in [0, 1), got ${rate}`);
  const positions: number[] = [];
  if (rate === 0) return new Uint32Array();
  const scale = 1 / Math.log1p(-rate);
  const gap = () => Math.floor(Math.log1p(-draws.uniform()) * scale);
  for (let at = gap(); at < count; at += 1 + gap()) positions.push(at);
  return Uint32Array.from(positions);
}
