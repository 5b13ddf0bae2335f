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
