import { z } from "zod";
import { sharpnessAwareGradient } from "./gradient.js";
import type { GradientKind } from "./kind.js";
import type { PerturbationRule } from "./perturbation.js";
import { TWO_PASSES, type TwoPasses } from "./statistics.js";

/** A sharpness-aware rule with a radius. @param name in titles */
export function sharpnessAware<Rule extends PerturbationRule>(
  rule: Rule,
  name: string,
): GradientKind<{ readonly rule: Rule; readonly rho: number } & TwoPasses> {
  return {
    schema: z.strictObject({ rule: z.literal(rule), rho: z.number().positive(), ...TWO_PASSES }),
    title: () => name,
    knob: { title: `rho of ${name}`, with: (rho) => ({ rule, rho }) },
    passes: 2,
    readsEncoding: false,
    take: ({ lossGradient, point, quantizer }, { rho }) =>
      sharpnessAwareGradient(lossGradient, point, quantizer, { rule, rho }),
  };
}
