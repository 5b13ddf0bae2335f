import { faultTitle } from "../../faults/titles.js";

/** How a fault type is called and marked in every figure and table. */
export interface FaultStyle {
  readonly title: string;
  /** Marker symbol in plotly's names. */
  readonly marker: string;
}

const MARKERS: Readonly<Record<string, string>> = {
  flip: "circle",
  sa0: "triangle-down",
  sa1: "triangle-up",
  none: "diamond",
};

/** The style of a fault model by its id, or of `"none"`: called by its title, marked by a square if not one of the paper's. */
export function faultStyle(fault: string): FaultStyle {
  return { title: faultTitle(fault), marker: MARKERS[fault] ?? "square" };
}
