import type { Results } from "../../experiments/results/rows.js";
import { armTitles } from "../../experiments/study/arm-titles.js";

/** How an arm of a study looks in every figure and is called in every table. */
export interface ArmStyle {
  readonly title: string;
  /** One colour per arm; the main arms' are of the Okabe-Ito palette, which people with colour vision deficiencies can tell apart. */
  readonly color: string;
  /** The training: conventional is solid, sharpness-aware (SAQ) dashed. */
  readonly dash: "solid" | "dash" | "dot";
  /** Pixels of a line: the sparser the network the wider, so that lines can be told apart without colour. */
  readonly width: number;
  /** Where the marker tells the arm rather than the fault type: one shape per network, open for SAQ, so also without colour. */
  readonly marker: string;
}

/** A dark colour per network (standard, AS, AS-high), its lighter neighbour for the same network trained with SAQ. */
export const ARM_STYLES: Readonly<Record<string, ArmStyle>> = {
  standard: { title: "standard", width: 2, color: "#0072B2", dash: "solid", marker: "circle" },
  "standard-saq": {
    title: "standard + SAQ",
    width: 2,
    color: "#56B4E9",
    dash: "dash",
    marker: "circle-open",
  },
  as: { title: "AS", width: 3.2, color: "#D55E00", dash: "solid", marker: "square" },
  "as-saq": { title: "AS + SAQ", width: 3.2, color: "#E69F00", dash: "dash", marker: "square-open" },
  "as-high": { title: "AS-high", width: 4.8, color: "#009E73", dash: "solid", marker: "diamond" },
  "as-high-saq": {
    title: "AS-high + SAQ",
    width: 4.8,
    color: "#CC79A7",
    dash: "dash",
    marker: "diamond-open",
  },
};

const BY_TITLE = new Map(Object.values(ARM_STYLES).map((style) => [style.title, style]));

/** Arms beside the main ones, in the order of the study: shades of grey and brown, and shapes of their own. */
const OTHERS: readonly Pick<ArmStyle, "color" | "marker">[] = [
  { color: "#000000", marker: "triangle-up" },
  { color: "#7A7A7A", marker: "triangle-down" },
  { color: "#7A7A7A", marker: "triangle-down-open" },
  { color: "#7B4B1E", marker: "x" },
  { color: "#000000", marker: "cross" },
  { color: "#7A7A7A", marker: "cross-open" },
  { color: "#7B4B1E", marker: "star" },
  { color: "#000000", marker: "star-open" },
  { color: "#7B4B1E", marker: "hourglass" },
  { color: "#7A7A7A", marker: "bowtie" },
];

/** Networks of a reader's own, which stand in figures by themselves. */
const OWN: readonly Pick<ArmStyle, "color" | "dash" | "marker">[] = [
  { color: "#0072B2", dash: "solid", marker: "circle" },
  { color: "#D55E00", dash: "dash", marker: "square" },
  { color: "#009E73", dash: "dot", marker: "diamond" },
  { color: "#000000", dash: "solid", marker: "triangle-up" },
];

/**
 * The styles of a study's arms, found by id and given for what an arm is: its title says its settings, and the colours of the
 * main arms belong to networks trained like them. Where settings are not known, ids stand for them; networks of a reader's own
 * have the colours in their order.
 */
export function armStyles({
  settings,
  bits,
  arms = [],
}: Pick<Results, "settings" | "bits"> & Partial<Pick<Results, "arms">>): (arm: string) => ArmStyle {
  if (settings === undefined) {
    const unknown = arms.filter((arm) => ARM_STYLES[arm] === undefined);
    return (arm) => ({ ...styleById(arm), ...OWN[unknown.indexOf(arm) % OWN.length] });
  }
  const titles = armTitles({ arms: settings, bits });
  const others = settings.filter(({ id }) => !BY_TITLE.has(titles.get(id)!)).map(({ id }) => id);
  return (arm) => {
    const title = titles.get(arm);
    if (title === undefined) return styleById(arm);
    const other = OTHERS[others.indexOf(arm) % OTHERS.length];
    return BY_TITLE.get(title) ?? { ...other!, title, dash: "dot", width: 2 };
  };
}

/** The style of an arm of which only the id is known: one that is not a main arm's is black, dotted and called by its id. */
export function styleById(arm: string): ArmStyle {
  return ARM_STYLES[arm] ?? { title: arm, color: "#000000", dash: "dot", width: 2, marker: "triangle-up" };
}
