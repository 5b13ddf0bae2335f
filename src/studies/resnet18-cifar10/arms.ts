import type { Arm } from "../../experiments/study/study.js";
import { flatennArms, l1, type MainParameters, none } from "../flatenn/arms.js";

/** The numbers that are selected on validation images (docs/protocol.md section 9), by what they are chosen for. */
export interface SelectedParameters extends MainParameters {
  /** Penalty alpha of L1 by layer mean, at the sparsity of AS-high. */
  readonly asHighMean: number;
  /** Weight clips in standard deviations. */
  readonly clipped: number;
}

/*
 * Rules of the second phase: it normalizes by the stored statistics, which is what faults meet in a deployed network. The first
 * phase is conventional, by the batch's own, and shared by the arms of a network.
 */
const stored = { statistics: "stored" } as const;
const conventional = { rule: "conventional", ...stored } as const;
const saq = (rho: number) => ({ rule: "saq", rho, ...stored }) as const;

const { highArms, ...arms } = flatennArms({ conventional, saq });
export const { standardArm, claimArms } = arms;

/** The six main arms. */
export function mainArms(selected: SelectedParameters): readonly Arm[] {
  return [...claimArms(selected), ...highArms(selected)];
}

/** A control has the first three seeds of the study. */
const control = { group: "control", seeds: 3 } as const;
const observed = { ...control, range: { rule: "observed" }, gradient: conventional } as const;

/** SAQ as published: by the batch's own statistics, from the float network, at a radius at which the pilot was stable. */
const batchSaq = { ...control, gradient: { rule: "saq", rho: 0.5 }, phases: "one" } as const;

/** Controls of the standard arm whose numbers are given. */
export const givenControls: readonly Arm[] = [
  { ...batchSaq, base: "standard", id: "standard-batch-saq", sparsification: none },
  {
    ...control,
    base: "standard",
    id: "randbet-1",
    sparsification: none,
    gradient: { rule: "randbet", rate: 0.01, ...stored },
  },
  { ...observed, base: "standard", id: "standard-observed", sparsification: none },
];

/** What tells the explanations apart (docs/protocol.md section 9): each differs from its base arm in one thing. */
export function controlArms({ as, asHighMean, clipped }: SelectedParameters): readonly Arm[] {
  return [
    ...givenControls,
    { ...batchSaq, base: "as", id: "as-batch-saq", sparsification: l1(as) },
    { ...observed, base: "as", id: "as-observed", sparsification: l1(as) },
    {
      ...control,
      base: "standard",
      id: "clipped",
      sparsification: none,
      gradient: conventional,
      range: { rule: "deviations", tau: clipped },
    },
    {
      ...control,
      base: "as-high",
      id: "as-high-mean",
      sparsification: { kind: "l1-mean", alpha: asHighMean },
      gradient: conventional,
    },
  ];
}
