import { z } from "zod";
import type { Augmentation } from "../datasets/augmentation.js";

/** Learning rates of clips as multiples of their start: factors of the phase's rate. */
export interface ClipRates {
  readonly weights: number;
  readonly activations: number;
}

/** Stochastic gradient descent with Nesterov momentum over a number of epochs. What is optional changes nothing where it is absent. */
export interface TrainingPhase {
  readonly epochs: number;
  readonly batch: number;
  /** Peak learning rate: that of the first step, or after `rise` epochs; from there half a cosine leads to 0. */
  readonly learningRate: number;
  readonly momentum: number;
  /** On conv and linear weights only. */
  readonly weightDecay: number;
  /** Epochs in which the rate climbs in a straight line to its peak: a one-cycle schedule. Absent: 0. */
  readonly rise?: number;
  /** How images are varied, by draws that no arm shares in: every arm of a seed sees the same. Absent: not at all. */
  readonly augmentation?: Augmentation;
  /**
   * Clips are learned as s in c = s c_0, c_0 the clip at the start of the phase, with the phase's rate times a factor. A
   * clip that changes its sign is then a failed run. Absent: c itself is learned, with the phase's rate, and its sign is
   * ignored.
   */
  readonly clipRates?: ClipRates;
  /** Weight of a batch in the running statistics of batch norm, 0 to 1. Absent: 0.1. */
  readonly statisticsShare?: number;
}

const count = z.int().positive();
const rate = z.number().positive();

/** The same, checked. */
export const phaseSchema: z.ZodType<TrainingPhase> = z
  .strictObject({
    epochs: count,
    batch: count,
    learningRate: rate,
    momentum: z.number().min(0).lt(1),
    weightDecay: z.number().min(0),
    rise: z.exactOptional(z.number().min(0)),
    augmentation: z.exactOptional(z.strictObject({ crop: z.int().min(0), flip: z.boolean() })),
    clipRates: z.exactOptional(z.strictObject({ weights: rate, activations: rate })),
    statisticsShare: z.exactOptional(z.number().min(0).max(1)),
  })
  .refine(({ epochs, rise = 0 }) => rise < epochs, {
    path: ["rise"],
    message: "must be fewer epochs than there are",
  });
