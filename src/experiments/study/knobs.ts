import { SPARSIFICATIONS, type Sparsification } from "../../sparsity/penalties.js";
import { type ArmClipRule, CLIP_RULES } from "../../training/clip-rules.js";
import type { PerturbationRule } from "../../training/gradients/perturbation.js";
import { GRADIENT_RULES, type GradientRule } from "../../training/gradients/rules.js";

/**
 * The one number of an arm that a stage varies, by the setting that has it: alpha of a penalty (`l1`, `hoyer`), the threshold
 * of FATReLU, rho of a sharpness-aware rule, or tau of fixed weight clips (`deviations`).
 */
export type Knob = Exclude<Sparsification["kind"], "none"> | "deviations" | PerturbationRule;

/** What an arm has of the number. */
interface KnobSpec {
  /** In words, such as `"alpha of L1"`. */
  readonly title: string;
  /** The settings of an arm with this value. */
  readonly change: (value: number) => {
    readonly sparsification?: Sparsification;
    readonly range?: ArmClipRule;
    readonly gradient?: GradientRule;
  };
  /** Whether an arm is nearer to its base the smaller the value is; for tau, the larger. */
  readonly isGentlerBelow: boolean;
}

interface Family<Setting> {
  readonly knob: { readonly title: string; readonly with: (value: number) => Setting } | null;
}

function knobOf<Key extends string, Setting>(
  key: Key,
  { knob }: Family<Setting>,
  { isGentlerBelow = true } = {},
): KnobSpec {
  if (!knob) throw new RangeError(`a ${key} without a number is no knob`);
  return { title: knob.title, change: (value) => ({ [key]: knob.with(value) }), isGentlerBelow };
}

/** Every knob: a missing one does not compile. */
export const KNOBS: Readonly<Record<Knob, KnobSpec>> = {
  l1: knobOf("sparsification", SPARSIFICATIONS.l1),
  hoyer: knobOf("sparsification", SPARSIFICATIONS.hoyer),
  fatrelu: knobOf("sparsification", SPARSIFICATIONS.fatrelu),
  deviations: knobOf("range", CLIP_RULES.deviations, { isGentlerBelow: false }),
  saq: knobOf("gradient", GRADIENT_RULES.saq),
  asam: knobOf("gradient", GRADIENT_RULES.asam),
  "sam-latent": knobOf("gradient", GRADIENT_RULES["sam-latent"]),
  "sam-requantized": knobOf("gradient", GRADIENT_RULES["sam-requantized"]),
};
