import { z } from "zod";

const DASHES = ["solid", "dash", "dot"] as const;

/** Shapes of markers, as plotly calls them; each is there as an outline too, such as `"circle-open"`. */
const SHAPES = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
  "triangle-down",
  "cross",
  "x",
  "star",
  "hourglass",
  "bowtie",
] as const;

export type Marker = (typeof SHAPES)[number] | `${(typeof SHAPES)[number]}-open`;

/** How an arm of a study looks in every figure and is called in every table. */
export interface ArmStyle {
  readonly title: string;
  /** One colour per arm; the main arms' are of a palette that people with colour vision deficiencies can tell apart. */
  readonly color: string;
  /** The training, for example: conventional is solid, sharpness-aware dashed. */
  readonly dash: (typeof DASHES)[number];
  /** Pixels of a line, so that lines can be told apart without colour. */
  readonly width: number;
  /** Where the marker tells the arm rather than the fault type: one shape per network. */
  readonly marker: Marker;
}

/** Names and looks of a study's arms: they decide no result, so no hash covers them. */
export interface Presentation {
  /** What the networks of arms are called, by id; other arms with the same sparsification are called after them. */
  readonly titles: Readonly<Record<string, string>>;
  /** Looks of arms, by id; others have colours and markers in their order. */
  readonly looks: Readonly<Record<string, Omit<ArmStyle, "title">>>;
}

/** Names and looks, checked; either may be left out. */
export const presentationSchema: z.ZodType<Presentation> = z.strictObject({
  titles: z.record(z.string(), z.string().trim().min(1)).default({}),
  looks: z
    .record(
      z.string(),
      z.strictObject({
        color: z.string().regex(/^#[0-9a-f]{6}$/i, "must be a colour such as #0072B2"),
        dash: z.enum(DASHES),
        width: z.number().positive(),
        marker: z.enum(SHAPES.flatMap((shape): Marker[] => [shape, `${shape}-open`])),
      }),
    )
    .default({}),
});

/** Of a study that gives none: arms go by their settings and have the colours of a palette in their order. */
export const NO_PRESENTATION: Presentation = { titles: {}, looks: {} };
