import type { z } from "zod";
import type { Point } from "../../networks/parameters.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { WeightQuantizer } from "../../quantization/straight-through.js";
import type { LossGradient, PointGradient } from "./gradient.js";

/** What a gradient is taken of. */
export interface GradientSubject {
  readonly lossGradient: LossGradient;
  readonly point: Point;
  /** Bits of weights by layer, and their quantizer; undefined in float training. */
  readonly widths: ReadonlyMap<string, number> | undefined;
  readonly quantizer: WeightQuantizer | undefined;
  /** How codes lie in memory, for rules that make them faulty. */
  readonly encoding: Encoding;
  /** Names the random numbers of this step; undefined: none may be drawn. */
  readonly key: readonly (string | number)[] | undefined;
}

/**
 * One rule by which gradients are taken: all there is to know of it.
 * @typeParam Own its settings, told apart from others by `rule`
 */
export interface GradientKind<Own extends { readonly rule: string }> {
  readonly schema: z.ZodType<Own>;
  /** Behind the network's name in the titles of arms; empty for conventional training. */
  readonly title: (own: Own) => string;
  /** The number that a selection can vary, and the rule with another value of it; null where there is none. */
  readonly knob: { readonly title: string; readonly with: (value: number) => Own } | null;
  /** Gradients that a step takes. */
  readonly passes: 1 | 2;
  /** Whether the encoding of stored codes decides what is trained. */
  readonly readsEncoding: boolean;
  readonly take: (subject: GradientSubject, own: Own) => PointGradient;
}
