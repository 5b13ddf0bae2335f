import type { LandscapeDocument } from "../../experiments/sharpness/landscape.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import { mean } from "../../statistics/matrix.js";
import type { Figure } from "../forms/figure.js";
import { styleById } from "../style/arms.js";
import { faultStyle } from "../style/fault-styles.js";
import { landscapeConditions } from "../style/landscape-conditions.js";
import {
  axis,
  captionBelow,
  legendAbove,
  note,
  panelTitle,
  SHEET,
  short,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

/** Pixels of the panels, in one row or two, and above them. */
const PLOT = { one: 270, two: 570 };
const TOP = 90;
/** Panels of a row, and the gaps beside and below them as shares of the paper. */
const COLUMNS = 3;
const GAP = { x: 0.025, y: 0.12 };

/** A curve of an arm in a panel: losses of several lines, each over the same steps. */
interface Curve {
  readonly arm: string;
  readonly style: ArmStyle;
  readonly steps: readonly number[];
  readonly lines: readonly (readonly number[])[];
}

/**
 * The loss along lines through the weights: one panel of random directions, one for each other direction; one line per arm, the
 * mean over directions and seeds, with a band from the lowest to the highest of them. A step of 1 is as long as the weights.
 */
export function landscapeLines(
  documents: readonly LandscapeDocument[],
  styles: (arm: string) => ArmStyle = styleById,
): Figure {
  const lines = documents.filter(({ kind }) => kind === "lines");
  const families = [...new Set(lines.flatMap(({ directions }) => directions.map(familyOf)))];
  const arms = [...new Set(lines.map(({ arm }) => arm))];
  const rows = Math.max(1, Math.ceil(families.length / COLUMNS));
  const width = (1 - GAP.x * (COLUMNS - 1)) / COLUMNS;
  const plot = rows === 1 ? PLOT.one : PLOT.two;
  const { caption, room } = captionBelow(captionOf(lines), [-70, -64]);
  const height = (1 - GAP.y * (rows - 1)) / rows;
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: plot + TOP + room,
    ...SHEET,
    margin: { l: 84, r: 16, t: TOP, b: room },
    legend: legendAbove(1.06),
  };
  const data: object[] = [];
  const titles: object[] = [];
  const losses: number[] = [];
  for (const [panel, family] of families.entries()) {
    const [column, row] = [panel % COLUMNS, Math.floor(panel / COLUMNS)];
    const suffix = suffixOf(panel);
    const left = column * (width + GAP.x);
    const top = 1 - row * (height + GAP.y);
    for (const arm of arms) {
      const curve = { ...curveOf(lines, arm, family), style: styles(arm) };
      if (curve.lines.length === 0) continue;
      losses.push(...curve.lines.flat());
      if (curve.lines.length > 1) data.push(band(curve, suffix));
      data.push(line(curve, suffix, panel === 0));
    }
    layout[`xaxis${suffix}`] = {
      ...axis(panel + COLUMNS >= families.length ? "step / norm of the weights" : "", { dtick: 0.4 }),
      anchor: `y${suffix}`,
      domain: [left, Math.min(1, left + width)],
      range: [-1, 1],
    };
    layout[`yaxis${suffix}`] = {
      ...axis(column === 0 ? "loss (nats)" : "", { type: "log", dtick: 1 }),
      anchor: `x${suffix}`,
      domain: [Math.max(0, top - height), top],
      showticklabels: column === 0,
    };
    titles.push({ ...panelTitle(familyTitle(family), left + width / 2), y: top });
  }
  const range = [Math.log10(Math.min(...losses)) - 0.05, Math.log10(Math.max(...losses)) + 0.05];
  for (const panel of families.keys())
    (layout[`yaxis${suffixOf(panel)}`] as Record<string, unknown>)["range"] = range;
  layout["annotations"] = [
    ...titles,
    ...(data.length === 0 ? [note("no landscapes yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  return { data, layout };
}

/** Random directions belong together. */
function familyOf(direction: string): string {
  return direction.startsWith("random:") ? "random" : direction;
}

function familyTitle(family: string): string {
  if (family === "random") return "random directions";
  return family === "saq" ? "gradient (SAQ's ascent)" : `mean ${faultStyle(family).title} change`;
}

function curveOf(documents: readonly LandscapeDocument[], arm: string, family: string): Omit<Curve, "style"> {
  const own = documents.filter((document) => document.arm === arm);
  return {
    arm,
    steps: own[0]?.steps ?? [],
    lines: own.flatMap(({ directions, rows }) => rows.filter((_, i) => familyOf(directions[i]!) === family)),
  };
}

function line({ arm, style, steps, lines }: Curve, suffix: string, showlegend: boolean): object {
  const { title, color, dash } = style;
  return {
    type: "scatter",
    mode: "lines",
    name: title,
    legendgroup: arm,
    showlegend,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: steps,
    y: steps.map((_, i) => short(mean(lines.map((losses) => losses[i]!)))),
    line: { color, dash, width: 3 },
  };
}

function band({ arm, style, steps, lines }: Curve, suffix: string): object {
  const { title, color } = style;
  const bound = (of: (...values: number[]) => number) =>
    steps.map((_, i) => short(of(...lines.map((losses) => losses[i]!))));
  return {
    type: "scatter",
    mode: "lines",
    name: `${title}, lowest to highest`,
    legendgroup: arm,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: [...steps, ...[...steps].reverse()],
    y: [...bound(Math.max), ...bound(Math.min).reverse()],
    fill: "toself",
    fillcolor: `${color}24`,
    line: { width: 0 },
    hoverinfo: "skip",
  };
}

function captionOf(lines: readonly LandscapeDocument[]): string {
  const random = lines[0]?.directions.filter((name) => familyOf(name) === "random").length ?? 0;
  return (
    `${landscapeConditions(lines)}.\nRandom directions (${random} per seed, the same for all its arms) are filter-normalised; the others are ` +
    "as long as the weights. Lines: means over directions and seeds; bands: from the lowest to the highest."
  );
}
