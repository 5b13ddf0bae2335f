/** What a study leaves behind, as plain rows: the input of every table and figure. */

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
}

/** True for everything that precedes a frozen study: no verdict of it counts as a test of a claim. */
export function isExploratory({ exploratory, frozen }: Pick<Study, "exploratory" | "frozen">): boolean {
  return exploratory || !frozen;
}
