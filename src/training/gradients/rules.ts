import { z } from "zod";
import { percentOf } from "../../base/percent.js";
import type { PerturbationRule } from "./perturbation.js";

/** How gradients are taken. */
export type GradientRule =
  | { readonly rule: "conventional" }
  | { readonly rule: PerturbationRule; readonly rho: number }
  /** Half of it under fresh flips of the stored bits, each with probability `rate` in (0, 1). */
  | { readonly rule: "randbet"; readonly rate: number };

type Rule = GradientRule["rule"];
type Of<R extends Rule> = R extends PerturbationRule
  ? { readonly rule: R; readonly rho: number }
  : Extract<GradientRule, { rule: R }>;

/** What there is to know of one rule, but for the gradient itself (`step.ts`). */
export interface GradientSpec<R extends Rule> {
  readonly schema: z.ZodType<Of<R>>;
  /** Behind the network's name in the titles of arms; empty for conventional training. */
  readonly title: (own: Of<R>) => string;
  /** The number that a selection can vary, and the rule with another value of it; null where there is none. */
  readonly knob: { readonly title: string; readonly with: (value: number) => Of<R> } | null;
  /** Gradients that a step takes. */
  readonly passes: 1 | 2;
}

const sharpnessAware = <R extends PerturbationRule>(rule: R, name: string) => ({
  schema: z.strictObject({ rule: z.literal(rule), rho: z.number().positive() }) as unknown as z.ZodType<
    Of<R>
  >,
  title: () => name,
  knob: { title: `rho of ${name}`, with: (value: number) => ({ rule, rho: value }) as unknown as Of<R> },
  passes: 2 as const,
});

/** Every rule: a missing one does not compile. */
export const GRADIENT_RULES: { readonly [R in Rule]: GradientSpec<R> } = {
  conventional: {
    schema: z.strictObject({ rule: z.literal("conventional") }),
    title: () => "",
    knob: null,
    passes: 1,
  },
  saq: sharpnessAware("saq", "SAQ"),
  asam: sharpnessAware("asam", "ASAM"),
  "sam-latent": sharpnessAware("sam-latent", "latent SAM"),
  "sam-requantized": sharpnessAware("sam-requantized", "re-quantized SAM"),
  randbet: {
    schema: z.strictObject({ rule: z.literal("randbet"), rate: z.number().gt(0).lt(1) }),
    title: ({ rate }) => `RandBET ${percentOf(rate)} %`,
    knob: null,
    passes: 2,
  },
};

/** The entry of a rule. */
export function gradientSpec(own: GradientRule): GradientSpec<Rule> {
  return GRADIENT_RULES[own.rule] as unknown as GradientSpec<Rule>;
}

/** Gradients that a step takes. */
export function passesOf(own: GradientRule): number {
  return gradientSpec(own).passes;
}
