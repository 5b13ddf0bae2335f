import type { Bits } from "../../networks/bits.js";
import type { Model } from "../../networks/model.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { OwnInstructionSet } from "../../tensors/backend/instruction-set.js";
import type { Sparsification } from "../../tensors/sparsity/table.js";

import type { ArmClipRule } from "../../training/clip-rules.js";
import type { GradientRule } from "../../training/gradients/rules.js";
import type { TrainingPhase } from "../../training/phase.js";
import type { Judgement } from "./judgement.js";
import type { Presentation } from "./presentation.js";
import type { SelectionSettings } from "./selection-settings.js";

/** Arms beside the main ones (docs/protocol.md section 4). */
export type ArmGroup = "control" | "ablation";

/** One way to train the network. What is absent is as in the study. */
export interface Arm {
  readonly id: string;
  readonly sparsification: Sparsification;
  readonly gradient: GradientRule;
  /** Times the study's quantized epochs, of every phase; absent: 1. */
  readonly epochsFactor?: number;
  /** Absent: weight and activation clips are learned. */
  readonly range?: ArmClipRule;
  /** Absent: the study's. */
  readonly bits?: Bits;
  /**
   * In a study of two quantized phases: only the first, from the float network and with the arm's own gradient rule. Absent:
   * both, where the study has both.
   */
  readonly phases?: "one";
  /** How many of the study's seeds, the first ones; absent: all. It decides no network. */
  readonly seeds?: number;
  /** What the arm is for: a control separates explanations, an ablation changes a choice. Absent: a main arm. */
  readonly group?: ArmGroup;
  /** Id of the main arm that a control or ablation differs from. Like its group it decides no network. */
  readonly base?: string;
}

/** Which faults are injected, and what is evaluated. */
export interface CampaignSettings {
  readonly split: "validation" | "test";
  /** Number of images, the first of the split's keyed order; null for all. */
  readonly images: number | null;
  /** As many images of each class, each the first of its class in a keyed order. Absent: whatever classes come first. */
  readonly stratified?: true;
  /** Ids of fault models. */
  readonly faults: readonly string[];
  /** Fault probabilities per stored weight bit, fractions > 0, ascending. */
  readonly rates: readonly number[];
  /** Number of fault maps; all arms and seeds share them. */
  readonly maps: number;
  /** Fault maps hold the bits whose uniform number lies below this; no rate may exceed it. */
  readonly ceiling: number;
  /** How codes lie in memory. */
  readonly encoding: Encoding;
}

/**
 * Trials beside the main campaign, on the same images, networks and fault maps. What is absent is as in the main campaign;
 * trials that it has too are not run twice.
 */
export interface ExtraCampaign {
  readonly id: string;
  /** Ids of arms; absent: all of the study. */
  readonly arms?: readonly string[];
  /** How many of the study's seeds, the first ones; absent: all. An arm's own number still holds. */
  readonly seeds?: number;
  readonly faults?: readonly string[];
  readonly rates?: readonly number[];
  readonly maps?: number;
  readonly encoding?: Encoding;
  /**
   * `"each"`: faults in one weight layer at a time; a list: in one part of the network at a time, see `layersOfPart`. Absent: in
   * all layers at once.
   */
  readonly layers?: "each" | readonly string[];
}

/** Everything that decides a study's results, and how they are shown. */
export interface Study {
  readonly name: string;
  readonly profile: string;
  /** Raised when a choice changes after results were published; the changelog says why. */
  readonly version: number;
  /**
   * The version that this one adds to: networks and trials with equal settings are those of that version, with their ids.
   * Absent: none, all is trained and counted anew.
   */
  readonly continues?: number;
  /** True where nothing is pre-registered: such a run tests no claim. */
  readonly exploratory: boolean;
  /** Only a frozen study reads the test images. */
  readonly frozen: boolean;
  /** The model, or in studies published before version 0.2 its name. */
  readonly model: string | Model;
  /** The data set: its name and the hash of its files, or in studies published before version 0.2 the name alone. */
  readonly dataset: string | { readonly name: string; readonly sha256: string };
  /** Number of training images, the first of the split's keyed order; null for all. */
  readonly trainingImages: number | null;
  readonly bits: Bits;
  readonly seeds: readonly number[];
  /**
   * What all networks of the study are trained with, on processors that have it; evaluating them needs it nowhere. Absent:
   * AVX2.
   */
  readonly instructionSet?: OwnInstructionSet;
  readonly float: TrainingPhase;
  readonly quantized: TrainingPhase;
  /**
   * A second quantized phase, in which each arm has its own gradient rule; the first is then conventional, and shared by arms
   * that differ in nothing else. Absent: `quantized` is the only one, and has the rule.
   */
  readonly second?: TrainingPhase;
  readonly arms: readonly Arm[];
  readonly campaign: CampaignSettings;
  /** Further campaigns; absent: none. */
  readonly extras?: readonly ExtraCampaign[];
  /** How the parameters of another profile are selected; only a profile that does so has it. */
  readonly selection?: SelectionSettings;
  /** What is judged; absent: nothing, or what the study of this name is judged by. */
  readonly judgement?: Judgement;
  /**
   * What its arms are called and how they look, the one part that decides no result: no hash covers it, and a run goes on under
   * another one. Absent: none, or that of the study of this name.
   */
  readonly presentation?: Presentation;
}
