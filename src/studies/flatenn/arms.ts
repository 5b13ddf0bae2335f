import type { Arm } from "../../experiments/study/study.js";
import type { Sparsification } from "../../tensors/sparsity/table.js";
import type { GradientRule } from "../../training/gradients/rules.js";

/** What the numbers of the main arms are that a study selects on validation images. */
export interface MainParameters {
  /** Penalties alpha of L1. */
  readonly as: number;
  readonly asHigh: number;
  /** Radii rho of SAQ on each base network. */
  readonly standardSaq: number;
  readonly asSaq: number;
  readonly asHighSaq: number;
}

/** The two ways of training that the claims compare, as a study does them. */
interface Rules {
  readonly conventional: GradientRule;
  readonly saq: (rho: number) => GradientRule;
}

export const none: Sparsification = { kind: "none" };
export const l1 = (alpha: number): Sparsification => ({ kind: "l1", alpha });

/** The main arms of FlatENN's claims: standard, AS and AS-high, each trained in both ways. */
export function flatennArms({ conventional, saq }: Rules) {
  /** The arm that all others are compared with, and all selection starts from. */
  const standardArm: Arm = { id: "standard", sparsification: none, gradient: conventional };
  return {
    standardArm,
    /** Standard and AS, each trained conventionally and with SAQ: the arms of claims C1, C3a, C3b and C4. */
    claimArms({
      as,
      standardSaq,
      asSaq,
    }: Pick<MainParameters, "as" | "standardSaq" | "asSaq">): readonly Arm[] {
      return [
        standardArm,
        { id: "standard-saq", sparsification: none, gradient: saq(standardSaq) },
        { id: "as", sparsification: l1(as), gradient: conventional },
        { id: "as-saq", sparsification: l1(as), gradient: saq(asSaq) },
      ];
    },
    /** AS-high, trained conventionally and with SAQ. */
    highArms({ asHigh, asHighSaq }: Pick<MainParameters, "asHigh" | "asHighSaq">): readonly Arm[] {
      return [
        { id: "as-high", sparsification: l1(asHigh), gradient: conventional },
        { id: "as-high-saq", sparsification: l1(asHigh), gradient: saq(asHighSaq) },
      ];
    },
  };
}
