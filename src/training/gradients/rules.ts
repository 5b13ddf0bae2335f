import { requireOneOf } from "../../base/options.js";
import { requireSchema } from "../../base/schema.js";
import { conventional } from "./conventional.js";
import type { GradientKind } from "./kind.js";
import { randbet } from "./randbet.js";
import { sharpnessAware } from "./sharpness-aware.js";

/** Every rule by which gradients are taken, by the `rule` of its settings: a line each. */
export const GRADIENT_RULES = {
  conventional,
  saq: sharpnessAware("saq", "SAQ"),
  asam: sharpnessAware("asam", "ASAM"),
  "sam-latent": sharpnessAware("sam-latent", "latent SAM"),
  "sam-requantized": sharpnessAware("sam-requantized", "re-quantized SAM"),
  randbet,
};

type Table = typeof GRADIENT_RULES;
type SettingsOf<Kind> = Kind extends GradientKind<infer Own> ? Own : never;

/** How gradients are taken. */
export type GradientRule = { [R in keyof Table]: SettingsOf<Table[R]> & { readonly rule: R } }[keyof Table];

/** Checks how gradients are to be taken. @throws UserError for another rule, or settings that it has not */
export function requireGradientRule(own: GradientRule): GradientRule {
  requireOneOf("gradient.rule", own?.rule, GRADIENT_RULES);
  return requireSchema("gradient", gradientKind(own).schema, own);
}

/** The entry of a rule. */
export function gradientKind(own: GradientRule): GradientKind<GradientRule> {
  return GRADIENT_RULES[own.rule] as unknown as GradientKind<GradientRule>;
}
