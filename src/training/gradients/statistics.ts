import { z } from "zod";

/** What batch norm normalizes by in a pass of training: the batch's own statistics, or the running ones, as deployed. */
export type Statistics = "batch" | "stored";

export const statisticsSchema: z.ZodType<Statistics> = z.enum(["batch", "stored"]);

/** By pass of a training step. */
export interface StatisticsByPass {
  readonly first: Statistics;
  readonly second: Statistics;
}
