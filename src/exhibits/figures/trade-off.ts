import { accuraciesOf } from "../../analysis/accuracies.js";
import { accuracyOf } from "../../analysis/comparison.js";
import { networkMeans } from "../../analysis/network-means.js";
import { cellsAt, underFaults } from "../../analysis/paired-differences.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import { armsOfGroup, mainArms } from "../../experiments/study/arms.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { PairedEffect } from "../../statistics/index.js";
import type { Figure } from "../forms/figure.js";
import { markerLegend, markerOf } from "../style/arm-markers.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { list } from "../style/phrases.js";

import {
  axis,
  axisTitle,
  captionBelow,
  legendAbove,
  legendRoom,
  note,
  panelTitle,
  SHEET,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

/** Pixels of a panel, between panels, and around them. */
const HEIGHT = 290;
const GAP = { first: 74, x: 22, y: 76 };
const MARGIN = { l: 78, r: 14 };

/** What stands on the horizontal axis of a row of panels. */
const ABSCISSAS = [
  { key: "sparsity", title: "activation sparsity: share of zero codes (%)" },
  { key: "clip", title: "clip range: weight clip / standard deviation" },
] as const;

interface Point {
  readonly arm: string;
  readonly style: ArmStyle;
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The trade-off at a glance: accuracy without faults, and under each fault type as the mean over all rates above 0, against
 * activation sparsity (above) and clip range (below), for the main arms and the controls. Lines join main arms of one training,
 * solid for conventional training and dashed for SAQ. An arm that has not been measured completely is left out of a panel.
 */
export function tradeOff(results: Results): Figure {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const controls = armsOfGroup(results.study, "control").map(({ id }) => id);
  const main = mainArms(results.study);
  const { faults, rates } = results.study.campaign;
  const arms = [...controls, ...main]; // the main arms are drawn last, so nothing hides them
  const panels = [
    { title: "no faults", read: (arm: string) => accuracies.clean(arm) },
    ...faults.map((fault) => ({
      title: faultStyle(fault).title,
      read: (arm: string) => underFaults(accuracies, arm, cellsAt([fault], rates)),
    })),
  ];
  const [inner, plot] = [WIDTH - MARGIN.l - MARGIN.r, ABSCISSAS.length * HEIGHT + GAP.y];
  const width = (inner - GAP.first - GAP.x * (panels.length - 2)) / panels.length;
  // the panel without faults has an axis of its own, so more room to its right
  const left = (column: number) =>
    (column * (width + GAP.x) + (column === 0 ? 0 : GAP.first - GAP.x)) / inner;
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: 0,
    ...SHEET,
    legend: legendAbove(1 + 36 / plot, { size: 15 }),
  };
  const data: Trace[] = [];
  const bases = new Set<string>();
  for (const [row, abscissa] of ABSCISSAS.entries()) {
    const top = 1 - (row * (HEIGHT + GAP.y)) / plot;
    const shown: Point[][] = [];
    for (const [column, panel] of panels.entries()) {
      const index = row * panels.length + column;
      const suffix = suffixOf(index);
      const sizeOf = ({ arm }: Point) => (main.includes(arm) ? 12 : 9);
      const points = arms.flatMap((arm) => {
        const at = networkMeans(results, arm)[abscissa.key].mean;
        const effect = accuracyOf(panel.read(arm));
        if (effect && column > 0) bases.add(effect.basis);
        return pointsOf(arm, styles(arm), at, effect);
      });
      shown.push(points);
      data.push(
        ...joined(points, results, suffix),
        ...points.map((point) => dot(point, suffix, sizeOf(point))),
      );
      layout[`xaxis${suffix}`] = {
        ...axis("", { nticks: 4 }),
        anchor: `y${suffix}`,
        domain: [left(column), Math.min(1, left(column) + width / inner)],
        range: rangeOf(
          points.map(({ x }) => x),
          0.08,
        ),
      };
      layout[`yaxis${suffix}`] = {
        ...axis(column === 0 ? "accuracy (%)" : column === 1 ? "accuracy under faults (%)" : "", {
          nticks: 6,
        }),
        anchor: `x${suffix}`,
        domain: [Math.max(0, top - HEIGHT / plot), top],
        showticklabels: column <= 1,
      };
    }
    for (const column of panels.keys()) {
      const index = row * panels.length + column;
      const own = column === 0 ? shown.slice(0, 1) : shown.slice(1);
      const bounds = own.flat().flatMap(({ low, high }) => [low, high]);
      const yaxis = layout[`yaxis${index === 0 ? "" : index + 1}`] as Record<string, unknown>;
      yaxis["range"] = rangeOf(bounds, 0.05);
    }
  }
  const keys = markerLegend([...main, ...controls].map(styles), data);
  const above = legendRoom(keys.length);
  const { caption, room } = captionBelow(captionText(results, bases), [-64, -72]);
  layout["annotations"] = [
    ...panels.map(({ title }, column) => panelTitle(title, left(column) + width / inner / 2)),
    ...ABSCISSAS.map(({ title }, row) => axisTitle(title, 1 - (row * (HEIGHT + GAP.y) + HEIGHT) / plot)),
    ...(data.length === 0 ? [note("no trials yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  layout["margin"] = { ...MARGIN, t: above, b: room };
  layout.height = plot + above + room;
  return { data: [...keys, ...data], layout };
}

function pointsOf(arm: string, style: ArmStyle, x: number | null, effect: PairedEffect | undefined): Point[] {
  if (effect === undefined || x === null) return [];
  const { mean, low, high } = effect;
  const interval = Number.isNaN(low) ? { low: mean, high: mean } : { low, high };
  return [{ arm, style, x, mean, ...interval }];
}

interface Trace {
  readonly legendgroup: string;
}

function dot({ arm, style, x, mean, low, high }: Point, suffix: string, size: number): Trace {
  const { title, color } = style;
  const trace = {
    type: "scatter",
    mode: "markers",
    name: title,
    legendgroup: title,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: [x],
    y: [mean],
    error_y: {
      type: "data",
      symmetric: false,
      array: [high - mean],
      arrayminus: [mean - low],
      thickness: 1.5,
      width: 0,
      color,
    },
    marker: markerOf(style, size),
    customdata: [[arm, low, high]],
    hovertemplate: `${title}<br>%{x:.2f}<br>%{y:.2f} % [%{customdata[1]:.2f}, %{customdata[2]:.2f}]<extra></extra>`,
  };
  return trace;
}

/** Main arms of the same training, in the order of the study. */
function joined(points: readonly Point[], results: Results, suffix: string): Trace[] {
  const arms = mainArms(results.study);
  const main = points.filter(({ arm }) => arms.includes(arm));
  return (["solid", "dash"] as const).flatMap((dash) => {
    const own = main.filter(({ style }) => style.dash === dash);
    if (own.length < 2) return [];
    const line = {
      type: "scatter",
      mode: "lines",
      legendgroup: dash,
      showlegend: false,
      hoverinfo: "skip",
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      x: own.map(({ x }) => x),
      y: own.map(({ mean }) => mean),
      line: { color: "#9a9a9a", width: 1.5, dash },
    };
    return [line];
  });
}

function rangeOf(values: readonly number[], room: number): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const beside = Math.max(room * (high - low), 0.05);
  return [low - beside, high + beside];
}

function captionText(results: Results, bases: ReadonlySet<string>): string {
  const rates = results.study.campaign.rates.map(percentOf);
  const [first, last] = [rates[0], rates.at(-1)];
  const over = [...bases].filter((basis) => basis !== "none").join(", ");
  return captionOf(
    results,
    `Under faults: mean over the ${rates.length} rates from ${first} to ${last} % per stored bit.`,
    over === ""
      ? "No bars: one seed and one map."
      : `Bars: 95 % intervals over ${over}; without faults, over seeds.`,
    `Filled: conventional training, open: SAQ; grey lines join ${list(joinedTitles(results))}. Sparsity and clip/sd are means over`,
    "seeds.",
  );
}

/** The networks that solid grey lines join. */
function joinedTitles(results: Results): string[] {
  const styles = armStyles(results);
  const all = mainArms(results.study).map(styles);
  return all.filter(({ dash }) => dash === "solid").map(({ title }) => title);
}
