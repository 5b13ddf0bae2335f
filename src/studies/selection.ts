import type { PerturbationRule } from "../saq/perturbation.js";
import type { Arm } from "./study.js";

/**
 * The one number of an arm that a stage varies: alpha of a penalty (`l1`, `hoyer`), the threshold of FATReLU, rho of a
 * sharpness-aware rule, or tau of fixed weight clips (`deviations`).
 */
export type Knob = "l1" | "hoyer" | "fatrelu" | "deviations" | PerturbationRule;

/** One choice: a number is varied on a base arm, and a rule picks its value (docs/protocol.md section 5). */
export interface SelectionStage {
  /** Name of the choice; stages that build on it use it as their base. */
  readonly id: string;
  /** `"standard"`, or an earlier stage: the number is set on the arm which that stage chose. */
  readonly base: string;
  readonly varies: Knob;
  /** Values to begin with, ascending. */
  readonly grid: readonly number[];
  /** A grid whose end is selected goes on by this factor. */
  readonly factor: number;
  /**
   * - `clean`: the largest value that costs at most `tolerance` of clean accuracy
   * - `sparsity`: the value whose share of zero codes is nearest to the target and within its tolerance
   * - `faults`: the value with the highest mean accuracy under faults, among those that cost at most `tolerance`
   */
  readonly rule: "clean" | "sparsity" | "faults";
}

/** A whole selection. Its seeds, images, faults, rate and maps are those of the study that has it. */
export interface SelectionSettings {
  /** Clean accuracy that a value may cost against its base arm, a fraction. */
  readonly tolerance: number;
  /** Share of zero codes to reach. */
  readonly sparsity: { readonly target: number; readonly within: number };
  /** Values a stage may add to its grid, one after another. */
  readonly extensions: number;
  readonly stages: readonly SelectionStage[];
}

/** The arm that all selection starts from. */
export const STANDARD: Arm = {
  id: "standard",
  sparsification: { kind: "none" },
  gradient: { rule: "conventional" },
};

/** The arm with one number set: its id says which, so that stages that try the same arm share its networks. */
export function armWith(base: Arm, varies: Knob, value: number): Arm {
  const id = `${base.id}-${varies}-${String(value).replace(".", "p").replace("+", "")}`;
  switch (varies) {
    case "l1":
    case "hoyer":
      return { ...base, id, sparsification: { kind: varies, alpha: value } };
    case "fatrelu":
      return { ...base, id, sparsification: { kind: varies, threshold: value } };
    case "deviations":
      return { ...base, id, range: { rule: varies, tau: value } };
    default:
      return { ...base, id, gradient: { rule: varies, rho: value } };
  }
}

/** Whether the arm is nearer to its base the smaller the value is; for tau, the larger. */
export function gentlerBelow(varies: Knob): boolean {
  return varies !== "deviations";
}
