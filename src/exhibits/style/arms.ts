import { armTitles } from "../../experiments/study/arm-titles.js";
import type { ArmStyle, Presentation } from "../../experiments/study/presentation.js";
import type { Study } from "../../experiments/study/study.js";

/** Main arms that a study gives no look, in its order; of the Okabe-Ito palette. */
const OWN: readonly Omit<ArmStyle, "title">[] = [
  { color: "#0072B2", dash: "solid", width: 2, marker: "circle" },
  { color: "#D55E00", dash: "dash", width: 2, marker: "square" },
  { color: "#009E73", dash: "dot", width: 2, marker: "diamond" },
  { color: "#000000", dash: "solid", width: 2, marker: "triangle-up" },
];

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

/**
 * The styles of a study's arms by id: titles say what an arm is, looks are the study's own; main arms that have none get
 * colours in their order, all others shades of grey.
 */
export function armStyles({
  study,
  presentation,
}: {
  readonly study: Pick<Study, "arms" | "bits">;
  readonly presentation: Presentation;
}): (arm: string) => ArmStyle {
  const titles = armTitles({ ...study, presentation });
  const { looks } = presentation;
  const bare = study.arms.filter(({ id }) => !Object.hasOwn(looks, id));
  const main = bare.filter(({ group }) => group === undefined).map(({ id }) => id);
  const others = bare.filter(({ group }) => group !== undefined).map(({ id }) => id);
  return (arm) => {
    const title = titles.get(arm);
    if (title === undefined) return styleById(arm);
    const look = Object.hasOwn(looks, arm) ? looks[arm] : OWN[main.indexOf(arm) % OWN.length];
    return look
      ? { title, ...look }
      : { title, dash: "dot", width: 2, ...OTHERS[others.indexOf(arm) % OTHERS.length]! };
  };
}

/** The style of an arm of which only the id is known: black, dotted and called by its id. */
export function styleById(arm: string): ArmStyle {
  return { title: arm, color: "#000000", dash: "dot", width: 2, marker: "triangle-up" };
}
