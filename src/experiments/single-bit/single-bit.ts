/**
 * Single-bit analysis: what each stored weight bit costs when it alone is faulty. Every bit of small layers is tested, of
 * large ones a sample of each bit position, large enough for a stated margin (`leveugleSampleSize`).
 */
import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireOptions, shown } from "../../base/options.js";
import { stream } from "../../base/random/stream.js";
import type { FaultModel } from "../../faults/models.js";
import type { Bits } from "../../networks/bits.js";
import { type Encoding, encodingTables } from "../../quantization/encodings.js";
import {
  finiteMeanInterval,
  finiteShareInterval,
  leveugleSampleSize,
} from "../../statistics/finite-population.js";
import { mean } from "../../statistics/matrix.js";

/** One stored bit, faulty alone, and what came of it. */
export interface BitRow {
  readonly layer: string;
  /** Index of the weight, row-major in the checkpoint's layout. */
  readonly weight: number;
  /** 0 is the least significant. */
  readonly bit: number;
  /** The weight's code without the fault and with it. */
  readonly before: number;
  readonly after: number;
  /** Images classified correctly. */
  readonly correct: number;
  /** Images classified otherwise than without the fault. */
  readonly changed: number;
}

/** The bits of one layer at one position, and which of them are tested. */
export interface Stratum {
  readonly layer: string;
  readonly bit: number;
  /** How many there are: one per weight. */
  readonly population: number;
  /** The weights whose bit is tested, in the order of the draw. */
  readonly weights: Uint32Array;
}

export interface SamplingOptions {
  /** Half the width of the 95 % interval of a share, by which samples are sized. Default 0.01. */
  readonly margin?: number;
  /** Layers of at most so many bits are tested completely. Default 10,000; Infinity tests every layer completely. */
  readonly exhaustive?: number;
}

const SAMPLING: OptionKeys<SamplingOptions> = { margin: true, exhaustive: true };
const CONFIDENCE = 0.95;

/**
 * Which bits are tested. Samples are the beginnings of permutations from `stream("single-bit", model, layer, bit)`, so
 * those of a smaller margin contain those of a larger one, and all networks of a model share them.
 * @param model its weight layers in model order, with the bits of their weights
 */
export function planSingleBits(
  model: {
    readonly name: string;
    readonly layers: readonly { readonly name: string; readonly weights: number; readonly bits: number }[];
  },
  options: SamplingOptions = {},
): Stratum[] {
  const { margin = 0.01, exhaustive = 10_000 } = requireOptions("planSingleBits", options, SAMPLING);
  if (!Array.isArray(model?.layers))
    throw new UserError(
      "model must have a name and layers: { name: model.name, layers: networks.quantizedLayers(model, bits) }",
    );
  if (!(exhaustive >= 0))
    throw new UserError(`exhaustive must be a number of bits from 0, got ${shown(exhaustive)}`);
  if (!(margin > 0 && margin < 1))
    throw new UserError(`margin must be in (0, 1), got ${margin}; to test every bit, ask for all`);
  return model.layers.flatMap(({ name: layer, weights: population, bits }) =>
    Array.from({ length: bits }, (_, bit): Stratum => {
      const all = population * bits <= exhaustive;
      const size = all ? population : leveugleSampleSize(population, { margin, confidence: CONFIDENCE });
      const weights =
        size === population
          ? Uint32Array.from({ length: population }, (_, weight) => weight)
          : stream("single-bit", model.name, layer, bit).shuffle(population).slice(0, size);
      return { layer, bit, population, weights };
    }),
  );
}

/** The tests of all strata, mixed so that the speed of any stretch is that of the whole. */
export function inMixedOrder(strata: readonly Stratum[]): { layer: string; weight: number; bit: number }[] {
  return strata
    .flatMap(({ layer, bit, weights }) =>
      Array.from(weights, (weight, i) => ({ layer, weight, bit, share: (i + 0.5) / weights.length })),
    )
    .sort((a, b) => a.share - b.share)
    .map(({ layer, weight, bit }) => ({ layer, weight, bit }));
}

/** The code that is read where one bit of a stored code is faulty. */
export function codeWithFault(
  code: number,
  bit: number,
  { model, bits, encoding }: { model: FaultModel; bits: number; encoding: Encoding },
): number {
  const { encode, decode } = encodingTables(bits, encoding);
  return decode[model.apply(encode[code]!, 1 << bit)]!;
}

/** What faults in single bits cost at one position of a layer. */
export interface BitSummary {
  readonly layer: string;
  readonly bit: number;
  /** Bits there are, and those tested. */
  readonly bits: number;
  readonly tested: number;
  /** Mean and largest loss of accuracy, in percentage points; negative where faults help. */
  readonly meanLoss: number;
  readonly largestLoss: number;
  /** Share of bits whose fault changes the predicted class of any image. */
  readonly critical: number;
  /** 95 % intervals of mean and share; they have no width where every bit was tested. */
  readonly meanLossLow: number;
  readonly meanLossHigh: number;
  readonly criticalLow: number;
  readonly criticalHigh: number;
}

/**
 * Sums up the tested bits of every stratum.
 * @param rows at least those of the strata
 * @param faultFree images classified correctly without faults, of `images`
 * @throws UserError if a row is missing
 */
export function summarizeBits(
  strata: readonly Stratum[],
  rows: readonly BitRow[],
  counts: { faultFree: number; images: number },
): BitSummary[] {
  const { faultFree, images } = requireOptions("summarizeBits", counts, { faultFree: true, images: true });
  const known = new Map(rows.map((row) => [bitKey(row), row]));
  return strata.map(({ layer, bit, population, weights }) => {
    const tested = Array.from(weights, (weight) => {
      const row = known.get(bitKey({ layer, weight, bit }));
      if (row) return row;
      throw new UserError(`bit ${bit} of weight ${weight} of layer ${layer} is not tested yet`);
    });
    const losses = tested.map(({ correct }) => (100 * (faultFree - correct)) / images);
    const critical = tested.filter(({ changed }) => changed > 0).length;
    const meanInterval = finiteMeanInterval(losses, population);
    const shareInterval = finiteShareInterval(critical, tested.length, population);
    return {
      layer,
      bit,
      bits: population,
      tested: tested.length,
      meanLoss: mean(losses),
      meanLossLow: meanInterval.low,
      meanLossHigh: meanInterval.high,
      largestLoss: losses.reduce((a, b) => Math.max(a, b)),
      critical: critical / tested.length,
      criticalLow: shareInterval.low,
      criticalHigh: shareInterval.high,
    };
  });
}

/** A single-bit analysis as plain data: the input of its table and figure. */
export interface SingleBitResults {
  readonly study: string;
  readonly profile: string;
  readonly arm: string;
  readonly seed: number;
  /** Fault model id. */
  readonly fault: string;
  readonly encoding: Encoding;
  readonly bits: Bits;
  readonly split: "validation" | "test";
  readonly images: number;
  /** Images classified correctly without faults. */
  readonly faultFree: number;
  readonly exploratory: boolean;
  readonly summary: readonly BitSummary[];
}

/** What tells one bit from all others. */
export function bitKey({ layer, weight, bit }: Pick<BitRow, "layer" | "weight" | "bit">): string {
  return `${layer} ${weight} ${bit}`;
}
