import { z } from "zod";

/** What batch norm normalizes by in a pass of training: the batch's own statistics, or the running ones, as deployed. */
export type Statistics = "batch" | "stored";

const statisticsSchema: z.ZodType<Statistics> = z.enum(["batch", "stored"]);

/** By pass of a training step. */
export interface StatisticsByPass {
  readonly first: Statistics;
  readonly second: Statistics;
}

/** By which statistics batch norm normalizes in the one pass of a rule. */
export interface OnePass {
  /** Absent: the batch's own. */
  readonly statistics?: Statistics;
}

/** The same of a rule with two passes. */
export interface TwoPasses extends OnePass {
  /** In the second pass; absent: as in the first. */
  readonly secondStatistics?: Statistics;
}

/** The keys of {@link OnePass} and {@link TwoPasses} in a schema. */
export const ONE_PASS = { statistics: z.exactOptional(statisticsSchema) };
export const TWO_PASSES = { ...ONE_PASS, secondStatistics: z.exactOptional(statisticsSchema) };

/** By which statistics the passes of a rule normalize. */
export function statisticsOf(own: { readonly rule: string } & TwoPasses): StatisticsByPass {
  const { statistics = "batch", secondStatistics = statistics } = own;
  return { first: statistics, second: secondStatistics };
}
