/** What a study leaves behind, as plain rows: the input of every table and figure. */

import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { restoring } from "../../base/files/restoring.js";
import { idSchema } from "../../base/schema.js";
import type { EpochRecord } from "../../networks/checkpoints/checkpoint.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { About } from "../study/definition.js";
import type { Study } from "../study/study.js";

/** One evaluation of one network under one fault map (rate > 0), or without faults (`fault: "none"`, rate 0, map -1). */
export interface TrialRow {
  /** Hash of everything that decides the result. */
  readonly id: string;
  /** Arm of the study. */
  readonly arm: string;
  readonly seed: number;
  /** How the codes lie in memory, such as `"offset-binary"`. */
  readonly encoding: Encoding;
  /** The weight layer that alone has faults; empty if all have. */
  readonly layer: string;
  /** Fault model id, or `"none"`. */
  readonly fault: string;
  /** Fault probability per stored weight bit, a fraction. */
  readonly rate: number;
  /** Index of the fault map, shared by all arms and seeds; -1 without faults. */
  readonly map: number;
  /** Images classified correctly, of `images`. */
  readonly correct: number;
  readonly images: number;
  /** Stored weight bits that can be faulty (of `layer` alone, if one is named), those the map marks as faulty, and those whose value the fault changed. */
  readonly exposed: number;
  readonly faulty: number;
  readonly changed: number;
  /** `faulty` and `changed` by weight layer, in model order. */
  readonly faultyByLayer: readonly number[];
  readonly changedByLayer: readonly number[];
}

/** One trained network without faults. */
export interface NetworkRow {
  readonly arm: string;
  readonly seed: number;
  /** Hash of what the network computes, see `networkHash`. */
  readonly network: string;
  /** Images classified correctly, of `images`. */
  readonly correct: number;
  readonly images: number;
  /** Share of zero codes among the activations that weight layers read, input pixels apart; in all and by activation node. */
  readonly sparsity: number;
  readonly sparsityByLayer: Readonly<Record<string, number>>;
  /** Share of multiply-accumulates whose activation operand is zero, input layer apart. */
  readonly skippedMacs: number;
  /** Weight clip over standard deviation of the latent weights: sqrt(sum N c^2 / sum N sd^2), and by weight layer c/sd. */
  readonly clipRatio: number;
  readonly clipRatioByLayer: Readonly<Record<string, number>>;
  /** ||Q(w)||_2 over all layers, and SAQ's radius rho relative to it; null for conventional training. */
  readonly weightNorm: number;
  readonly relativeRho: number | null;
}

const whole = z.int().min(0);
const share = z.number().min(0).max(1);

/** The same as it stands in a file. */
export const networkRowSchema: z.ZodType<NetworkRow> = z
  .strictObject({
    arm: idSchema,
    seed: whole,
    network: z.string(),
    correct: whole,
    images: z.int().positive(),
    sparsity: share,
    sparsityByLayer: z.record(z.string(), share),
    skippedMacs: share,
    clipRatio: z.number(),
    clipRatioByLayer: z.record(z.string(), z.number()),
    weightNorm: z.number().min(0),
    relativeRho: z.number().nullable(),
  })
  .refine(({ correct, images }) => correct <= images, {
    path: ["correct"],
    message: "is more than the images",
  });

/** One network under one fault at one rate: what is measured until it is known precisely enough. */
export interface MeasuredCell {
  readonly arm: string;
  readonly seed: number;
  readonly fault: string;
  readonly rate: number;
  /** Maps that were used: the first so many. */
  readonly maps: number;
  /** Mean accuracy over these maps in percent, and the half-width of its interval in percentage points. */
  readonly accuracy: number;
  readonly halfWidth: number;
  /** Whether the interval became as narrow as was asked. */
  readonly reached: boolean;
}

/** One epoch of the training of one network. */
export interface CurveRow extends EpochRecord {
  /** Arm of the study, or `"float"` for the network that all arms of a seed start from. */
  readonly arm: string;
  readonly seed: number;
}

/** A training that failed (docs/protocol.md section 2): a result like any other, which the same settings give again. */
export interface Failure {
  readonly arm: string;
  readonly seed: number;
  /** Hash of every setting that decides the network. */
  readonly config: string;
  readonly reason: string;
  /** Where it happened, both from 1; 0 if it did not begin. */
  readonly epoch: number;
  readonly step: number;
}

/** The same as it stands in a file. */
export const failureSchema: z.ZodType<Failure> = z.strictObject({
  arm: idSchema,
  seed: whole,
  config: z.string(),
  reason: z.string().min(1),
  epoch: whole,
  step: whole,
});

/** What results are of: the settings of a study, as far as tables and figures need them. */
export type StudyOfResults = Pick<
  Study,
  | "name"
  | "profile"
  | "exploratory"
  | "frozen"
  | "bits"
  | "seeds"
  | "arms"
  | "campaign"
  | "extras"
  | "continues"
>;

/** All that a study leaves behind. */
export interface Results extends About {
  readonly study: StudyOfResults;
  readonly networks: readonly NetworkRow[];
  /** Trainings that failed: their networks are not there. */
  readonly failures: readonly Failure[];
  /** Trials of the main campaign and of those beside it. */
  readonly trials: readonly TrialRow[];
  /** True where the files were not held against their checksums, as was asked for: all that is shown of them says so. */
  readonly unchecked?: boolean;
}

/** Numbers of trials that are counts. */
const COUNTS = ["seed", "correct", "images", "exposed", "faulty", "changed"] as const;

/** What no trial can be, if this one is; undefined where it can be. */
function impossible(row: TrialRow): string | undefined {
  for (const column of COUNTS)
    if (!(Number.isInteger(row[column]) && row[column] >= 0)) return `${column} ${row[column]}`;
  const { correct, images, exposed, faulty, changed, faultyByLayer, changedByLayer, rate, map } = row;
  if (!Number.isInteger(map) || map < -1) return `map ${map}`;
  if (!(rate >= 0 && rate <= 1)) return `rate ${rate}`;
  if (correct > images) return `${correct} of ${images} images right`;
  if (faulty > exposed) return `${faulty} of ${exposed} bits faulty`;
  if (changed > faulty) return `${changed} of ${faulty} faulty bits changed`;
  for (const [what, total, byLayer] of [
    ["faulty", faulty, faultyByLayer],
    ["changed", changed, changedByLayer],
  ] as const) {
    if (!Array.isArray(byLayer)) return `no ${what} bits by layer`;
    if (byLayer.reduce((sum, n) => sum + n, 0) !== total)
      return `${total} ${what} bits, by layer ${byLayer.join(" + ")}`;
  }
  return undefined;
}

/** Checks that trials can be what they say. @param path where they were read @throws UserError that names one that cannot */
export function requireTrials(rows: readonly TrialRow[], path: string): readonly TrialRow[] {
  for (const row of rows) {
    const what = impossible(row);
    if (what !== undefined)
      throw new UserError(`${path} has a trial that cannot be (${row.id}: ${what}); ${restoring(path)}`);
  }
  return rows;
}

/** True for everything that precedes a frozen study: no verdict of it counts as a test of a claim. */
export function isExploratory({ exploratory, frozen }: Pick<Study, "exploratory" | "frozen">): boolean {
  return exploratory || !frozen;
}
