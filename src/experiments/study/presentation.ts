/** How an arm of a study looks in every figure and is called in every table. */
export interface ArmStyle {
  readonly title: string;
  /** One colour per arm; the main arms' are of a palette that people with colour vision deficiencies can tell apart. */
  readonly color: string;
  /** The training, for example: conventional is solid, sharpness-aware dashed. */
  readonly dash: "solid" | "dash" | "dot";
  /** Pixels of a line, so that lines can be told apart without colour. */
  readonly width: number;
  /** Where the marker tells the arm rather than the fault type: one shape per network. */
  readonly marker: string;
}

/** Names and looks of a study's arms: they decide no result, so no hash covers them. */
export interface Presentation {
  /** What the networks of arms are called, by id; other arms with the same sparsification are called after them. */
  readonly titles: Readonly<Record<string, string>>;
  /** Looks of the main arms, by id. */
  readonly looks: Readonly<Record<string, Omit<ArmStyle, "title">>>;
}

/** Of a study that gives none: arms go by their settings and have the colours of a palette in their order. */
export const NO_PRESENTATION: Presentation = { titles: {}, looks: {} };
