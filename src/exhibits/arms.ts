/** How an arm of a study looks in every figure and is called in every table. */
export interface ArmStyle {
  readonly title: string;
  /** One colour per arm, of the Okabe-Ito palette, which people with colour vision deficiencies can tell apart. */
  readonly color: string;
  /** The training: conventional is solid, sharpness-aware (SAQ) dashed. */
  readonly dash: "solid" | "dash" | "dot";
}

/** A dark colour per network (standard, AS, AS-high), its lighter neighbour for the same network trained with SAQ. */
export const ARM_STYLES: Readonly<Record<string, ArmStyle>> = {
  standard: { title: "standard", color: "#0072B2", dash: "solid" },
  "standard-saq": { title: "standard + SAQ", color: "#56B4E9", dash: "dash" },
  as: { title: "AS", color: "#D55E00", dash: "solid" },
  "as-saq": { title: "AS + SAQ", color: "#E69F00", dash: "dash" },
  "as-high": { title: "AS-high", color: "#009E73", dash: "solid" },
  "as-high-saq": { title: "AS-high + SAQ", color: "#CC79A7", dash: "dash" },
};

/** The style of an arm; one that is not listed is black, dotted and called by its id. */
export function armStyle(arm: string): ArmStyle {
  return ARM_STYLES[arm] ?? { title: arm, color: "#000000", dash: "dot" };
}
