import type { Arm } from "../../experiments/study/study.js";
import type { Bits } from "../../networks/bits.js";
import type { ArmClipRule } from "../../training/clip-rules.js";
import { flatennArms, l1, type MainParameters, none } from "../flatenn/arms.js";

/** The numbers that are selected on validation images (docs/protocol.md section 5), by what they are chosen for. */
export interface SelectedParameters extends MainParameters {
  /** The controls' own: tau, two radii, an alpha and a threshold. */
  readonly clipped: number;
  readonly samLatent: number;
  readonly samRequantized: number;
  readonly hoyer: number;
  readonly fatRelu: number;
}

const conventional = { rule: "conventional" } as const;
const saq = (rho: number) => ({ rule: "saq", rho }) as const;

export const { standardArm, claimArms, highArms } = flatennArms({ conventional, saq });

/** What tells the explanations apart (docs/protocol.md section 4): each differs from its base arm in one thing. */
export function controlArms(selected: SelectedParameters): readonly Arm[] {
  const control = { group: "control", base: "standard" } as const;
  const standard = { ...control, sparsification: none, gradient: conventional };
  const frozen: ArmClipRule = { rule: "frozen", of: "standard" };
  return [
    { id: "standard-long", ...standard, epochsFactor: 2 },
    { id: "standard-frozen", ...standard, range: frozen },
    { id: "standard-saq-frozen", ...standard, gradient: saq(selected.standardSaq), range: frozen },
    { id: "clipped", ...standard, range: { rule: "deviations", tau: selected.clipped } },
    { id: "randbet-0p1", ...standard, gradient: { rule: "randbet", rate: 0.001 } },
    { id: "randbet-1", ...standard, gradient: { rule: "randbet", rate: 0.01 } },
    { id: "sam-latent", ...standard, gradient: { rule: "sam-latent", rho: selected.samLatent } },
    {
      id: "sam-requantized",
      ...standard,
      gradient: { rule: "sam-requantized", rho: selected.samRequantized },
    },
    {
      ...control,
      base: "as-high",
      id: "hoyer",
      sparsification: { kind: "hoyer", alpha: selected.hoyer },
      gradient: conventional,
    },
    {
      ...control,
      base: "as-high",
      id: "fatrelu",
      sparsification: { kind: "fatrelu", threshold: selected.fatRelu },
      gradient: conventional,
    },
  ];
}

/** Bits of every arm but those of the ablations that change them. */
export const BITS: Bits = { weights: 4, activations: 4 };

/** An ablation has the first three seeds of the study. */
const ablation = { group: "ablation", seeds: 3 } as const;

/** The claims' arms under another range rule and other bits, and one sparsity between AS and AS-high. */
export function ablationArms(selected: SelectedParameters): readonly Arm[] {
  const claims = claimArms(selected);
  const middle = l1(between(selected.as, selected.asHigh));
  const changed = (suffix: string, change: Partial<Arm>) =>
    claims.map((arm): Arm => ({ ...ablation, ...arm, ...change, base: arm.id, id: `${arm.id}-${suffix}` }));
  return [
    ...changed("observed", { range: { rule: "observed" } }),
    ...[2, 3, 8].flatMap((k) => changed(`w${k}a${k}`, { bits: { weights: k, activations: k } })),
    ...changed("ends8", { bits: { ...BITS, ends: 8 } }),
    { ...ablation, base: "as", id: "as-middle", sparsification: middle, gradient: conventional },
    {
      ...ablation,
      base: "as-saq",
      id: "as-middle-saq",
      sparsification: middle,
      gradient: saq(between(selected.asSaq, selected.asHighSaq)),
    },
  ];
}

/** The geometric mean, to two significant digits. */
function between(a: number, b: number): number {
  return Number(Math.sqrt(a * b).toPrecision(2));
}
