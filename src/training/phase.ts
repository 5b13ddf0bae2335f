import { z } from "zod";

/** Stochastic gradient descent with Nesterov momentum and a cosine schedule, over a number of epochs. */
export interface TrainingPhase {
  readonly epochs: number;
  readonly batch: number;
  /** Peak learning rate: that of the first step. */
  readonly learningRate: number;
  readonly momentum: number;
  /** On conv and linear weights only. */
  readonly weightDecay: number;
}

const count = z.int().positive();

/** The same, checked. */
export const phaseSchema = z.strictObject({
  epochs: count,
  batch: count,
  learningRate: z.number().positive(),
  momentum: z.number().min(0).lt(1),
  weightDecay: z.number().min(0),
});
