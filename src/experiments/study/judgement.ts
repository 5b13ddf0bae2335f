import { z } from "zod";

/** Two arms, of which `better` is said to be more accurate under faults. */
export interface ArmPair {
  readonly better: string;
  readonly worse: string;
}

/** What is said of accuracy under faults: `better` is more accurate than `worse`. */
export interface Claim extends ArmPair {
  /** Short name, such as `"C1"`; variants of a claim share it. */
  readonly id: string;
  /** What the claim says, in words that go on with "holds here". */
  readonly statement: string;
  /** "Up to", in percentage points, as the paper's two versions print it; null where it gives no number. */
  readonly paper: { readonly v1: number; readonly revised: number } | null;
  /** Another arm in the place of one of the claim's own: judged beside it, and left out where a study lacks the arm. */
  readonly variant?: true;
}

/** Two arms whose sharpness is compared: `first` is said to be sharper, or flatter. */
export interface SharpnessPair {
  readonly first: string;
  readonly second: string;
}

/** What is said of sharpness, and by which measure it is judged. */
export interface SharpnessClaim {
  readonly id: string;
  readonly statement: string;
  /** Id of the measure that alone decides, fixed before any is taken. */
  readonly measure: string;
  /** Pairs of which the first arm is said to be the sharper one; those whose arms a study lacks are left out. */
  readonly sharper: readonly SharpnessPair[];
  /** Pairs of which the first is trained to be flatter: shown beside, and not judged. */
  readonly flatter: readonly SharpnessPair[];
}

/** Arms that may stand in the place of those of the claims: the same comparison with one choice made otherwise. */
export interface Substitution {
  /** By id of an arm of the claims, the arm in its place. */
  readonly arms: Readonly<Record<string, string>>;
}

/**
 * What a study is judged by, fixed with its settings before its test images are read (docs/protocol.md section 5): the effect
 * is the mean paired difference in accuracy over `faults` and all rates above 0; the verdict follows from the side of 0 on
 * which its whole 95 % interval lies.
 */
export interface Judgement {
  /** Fault model ids over which effects are averaged. */
  readonly faults: readonly string[];
  readonly claims: readonly Claim[];
  readonly sharpness?: SharpnessClaim;
  readonly substitutions?: readonly Substitution[];
  /** The gain of one training over another, with clips that are free to move and with frozen ones. */
  readonly mediation?: { readonly free: ArmPair; readonly frozen: ArmPair };
}

const name = z.string().min(1);
const pair = z.strictObject({ first: name, second: name });
const armPair = z.strictObject({ better: name, worse: name });

/** A judgement, checked. */
export const judgementSchema: z.ZodType<Judgement> = z.strictObject({
  faults: z.array(name).min(1),
  claims: z.array(
    z.strictObject({
      id: name,
      statement: name,
      better: name,
      worse: name,
      paper: z.strictObject({ v1: z.number(), revised: z.number() }).nullable(),
      variant: z.exactOptional(z.literal(true)),
    }),
  ),
  sharpness: z.exactOptional(
    z.strictObject({
      id: name,
      statement: name,
      measure: name,
      sharper: z.array(pair),
      flatter: z.array(pair),
    }),
  ),
  substitutions: z.exactOptional(z.array(z.strictObject({ arms: z.record(name, name) }))),
  mediation: z.exactOptional(z.strictObject({ free: armPair, frozen: armPair })),
});

/** Of a study that tests no claim. */
export function noJudgement(faults: readonly string[]): Judgement {
  return { faults, claims: [] };
}
