import type { Interval } from "../../analysis/claims.js";

/** Bars from each mean to the bounds of its interval, in plotly's terms; none where there is no interval. */
export function intervalBars(found: readonly (Interval | undefined)[], color: string): object {
  const reach = (one: Interval | undefined, bound: "low" | "high") =>
    one && Number.isFinite(one[bound]) ? Math.abs(one[bound] - one.mean) : 0;
  return {
    type: "data",
    symmetric: false,
    array: found.map((one) => reach(one, "high")),
    arrayminus: found.map((one) => reach(one, "low")),
    thickness: 2,
    width: 0,
    color,
  };
}

/** A line from top to bottom at the value that means no difference. */
export function lineAt(x: number): object {
  return {
    type: "line",
    x0: x,
    x1: x,
    y0: 0,
    y1: 1,
    yref: "paper",
    line: { color: "#888888", width: 1.5 },
    layer: "below",
  };
}
