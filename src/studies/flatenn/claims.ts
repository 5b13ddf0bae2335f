import type { Claim, SharpnessClaim, Substitution } from "../../experiments/study/judgement.js";

const C1: Claim = {
  id: "C1",
  statement: "under faults, activation-sparse networks are less accurate than standard ones",
  better: "standard",
  worse: "as",
  paper: { v1: 17.32, revised: 11.13 },
};

/** FlatENN's claims as arXiv 2301.00675v1 and its revision arXiv 2406.10528 print them (docs/protocol.md section 1). */
export const FLATENN_CLAIMS: readonly Claim[] = [
  C1,
  { ...C1, worse: "as-high", variant: true },
  {
    id: "C3a",
    statement: "SAQ makes activation-sparse networks more accurate under faults than conventional training",
    better: "as-saq",
    worse: "as",
    paper: { v1: 36.71, revised: 19.5 },
  },
  {
    id: "C3b",
    statement: "SAQ makes standard networks more accurate under faults than conventional training",
    better: "standard-saq",
    worse: "standard",
    paper: { v1: 24.76, revised: 15.82 },
  },
  {
    id: "C4",
    statement:
      "an activation-sparse network trained with SAQ is more accurate under faults than a standard one trained conventionally",
    better: "as-saq",
    worse: "standard",
    paper: null,
  },
];

/** The claim on sharpness, judged by the measure that is fixed beforehand (docs/protocol.md section 5). */
export const FLATENN_SHARPNESS: SharpnessClaim = {
  id: "C2",
  statement: "the activation-sparse network lies in a sharper minimum",
  measure: "average:p=0.01",
  sharper: [
    { first: "as", second: "standard" },
    { first: "as-high", second: "standard" },
  ],
  flatter: [
    { first: "standard-saq", second: "standard" },
    { first: "as-saq", second: "as" },
    { first: "as-high-saq", second: "as-high" },
  ],
};

/** The sparser network in the place of the sparse one. */
export const SPARSER: Substitution = { arms: { as: "as-high", "as-saq": "as-high-saq" } };
