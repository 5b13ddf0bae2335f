import { z } from "zod";
import { type Array32, type Arrays, mapArrays, scalar, scalarValue } from "../base/arrays.js";
import { UserError } from "../base/errors.js";
import { requireOneOf } from "../base/options.js";
import { idSchema } from "../base/schema.js";
import { varianceOf } from "../inference/clip-ratios.js";
import { isClip, isWeightClip, type Point } from "../networks/parameters.js";
import type { ClipRates } from "./phase.js";

/**
 * Where the clips of a quantized network come from while it is trained (docs/protocol.md section 4).
 * - `learned`: by gradient, weights and activations
 * - `frozen`: weight clips given from the first step on; activation clips learned
 * - `deviations`: weight clips fixed at tau times the standard deviation of the float layer, latent weights projected into
 *   them at the start and after each step; activation clips learned
 * - `observed`: weight clips are max|w| at each step; activation clips follow the batch maximum with a moving average; no
 *   gradient to either
 *
 * @typeParam Frozen how the frozen clips are given: as arrays by layer, or in a study as the arm that has them
 */
export type ClipRule<Frozen = { readonly weightClips: Arrays }> =
  | { readonly rule: "learned" }
  | ({ readonly rule: "frozen" } & Frozen)
  | { readonly rule: "deviations"; readonly tau: number }
  | { readonly rule: "observed" };

/** The rule of an arm of a study; learned clips are what it has without one. */
export type ArmClipRule = Exclude<ClipRule<{ readonly of: string }>, { rule: "learned" }>;

type Rule = ClipRule["rule"];
type Of<R extends Rule> = Extract<ClipRule, { rule: R }>;
type OfArm<R extends Rule> = Extract<ArmClipRule, { rule: R }>;

/** What a rule does, and what there is to know of it. */
interface ClipRuleSpec<R extends Rule> {
  /** In a study's settings; null for what an arm has without a rule. */
  readonly schema: z.ZodType<OfArm<R>> | null;
  /** In the titles of arms; empty for learned clips. */
  readonly title: (own: OfArm<R>) => string;
  /** The number that a selection can vary; null where there is none. */
  readonly knob: {
    readonly title: string;
    readonly with: (value: number) => OfArm<R>;
    /** Whether the larger value is the one nearer to what an arm has without a rule. */
    readonly isGentlerAbove: true;
  } | null;
  /** Whether weight clips follow their gradient, and whether activation clips are observed in place of learned. */
  readonly learnsWeightClips: boolean;
  readonly observesActivations: boolean;
  /** The starting point. @param point with clips to learn from */
  readonly start: (point: Point, own: Of<R>) => Point;
  /** What is done after each step; null: nothing. */
  readonly settle: ((point: Point) => Point) | null;
}

/** Every rule: a missing one does not compile. */
export const CLIP_RULES: { readonly [R in Rule]: ClipRuleSpec<R> } = {
  learned: {
    schema: null,
    title: () => "",
    knob: null,
    learnsWeightClips: true,
    observesActivations: false,
    start: (point) => point,
    settle: null,
  },
  frozen: {
    schema: z.strictObject({ rule: z.literal("frozen"), of: idSchema }),
    title: () => "frozen clips",
    knob: null,
    learnsWeightClips: false,
    observesActivations: false,
    start: (point, { weightClips }) => ({ ...point, weightClips: given(point, weightClips) }),
    settle: null,
  },
  deviations: {
    schema: z.strictObject({ rule: z.literal("deviations"), tau: z.number().positive() }),
    title: ({ tau }) => `clips at ${tau} sd`,
    knob: {
      title: "tau: clip / sd",
      with: (value) => ({ rule: "deviations", tau: value }),
      isGentlerAbove: true,
    },
    learnsWeightClips: false,
    observesActivations: false,
    start: (point, { tau }) => {
      const clips = Object.entries(point.weights).map(
        ([name, { data }]) => [name, scalar(tau * Math.sqrt(varianceOf(data)))] as const,
      );
      return projected({ ...point, weightClips: Object.fromEntries(clips) });
    },
    settle: projected,
  },
  observed: {
    schema: z.strictObject({ rule: z.literal("observed") }),
    title: () => "observed ranges",
    knob: null,
    learnsWeightClips: false,
    observesActivations: true,
    start: (point) => point,
    settle: (point) => ({
      ...point,
      weightClips: Object.fromEntries(
        Object.entries(point.weights).map(([name, { data }]) => [name, largest(data)]),
      ),
    }),
  },
};

/** The entry of a rule. */
export function clipRuleSpec({ rule }: { readonly rule: Rule }): ClipRuleSpec<Rule> {
  return CLIP_RULES[requireOneOf("clips.rule", rule, CLIP_RULES)] as unknown as ClipRuleSpec<Rule>;
}

/** The starting point of quantized training under a rule: weight clips as it says. @param point with clips to learn from */
export function startClips(point: Point, own: ClipRule): Point {
  return clipRuleSpec(own).start(point, own);
}

/** What a rule does after each step: projects the latent weights, or takes the clips from them. */
export function settleClips(point: Point, own: ClipRule): Point {
  return clipRuleSpec(own).settle?.(point) ?? point;
}

/**
 * Factors of the learning rate that learn s in place of c, where c = s c_0: since dL/ds = c_0 dL/dc, a step of s at a rate r
 * is one of c at r c_0^2, momentum included.
 * @param initialClips c_0 by name
 */
export function relativeRates(
  initialClips: Readonly<Record<string, number>>,
  { weights, activations }: ClipRates,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(initialClips).map(([name, clip]) => [
      name,
      (isWeightClip(name) ? weights : activations) * clip ** 2,
    ]),
  );
}

/** Weight of a batch in the moving average of observed activation maxima. */
export const OBSERVED_SHARE = 0.01;

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

function projected(point: Point): Point {
  const weights = mapArrays(point.weights, (w, name) => {
    const c = scalarValue(point.weightClips[name]!);
    return w.map((value) => Math.min(Math.max(value, -c), c));
  });
  return { ...point, weights };
}

function largest(data: Float32Array): Array32 {
  return scalar(data.reduce((found, value) => Math.max(found, Math.abs(value)), 0));
}
