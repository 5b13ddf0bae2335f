/** How a fault type is called and marked in every figure and table. */
export interface FaultStyle {
  readonly title: string;
  /** Marker symbol in plotly's names. */
  readonly marker: string;
}

export const FAULT_STYLES: Readonly<Record<string, FaultStyle>> = {
  flip: { title: "bit flip", marker: "circle" },
  sa0: { title: "stuck-at-0", marker: "triangle-down" },
  sa1: { title: "stuck-at-1", marker: "triangle-up" },
  none: { title: "no faults", marker: "diamond" },
};

/** The style of a fault model; one that is not listed is called by its id. */
export function faultStyle(fault: string): FaultStyle {
  return FAULT_STYLES[fault] ?? { title: fault, marker: "square" };
}
