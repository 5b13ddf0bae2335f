import type { Comparison } from "../../analysis/comparison.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { PairedEffect } from "../../statistics/index.js";
import type { Figure } from "../forms/figure.js";
import { armStyles } from "../style/arms.js";
import { faultStyle } from "../style/fault-styles.js";

import { axis, captionBelow, legendAbove, note, panelTitle, SHEET, suffixOf, WIDTH } from "../style/sheet.js";

/** Pixels of a row of panels and of what is above and beside all rows. */
const ROW = 215;
const MARGIN = { l: 96, r: 16, t: 80 };
/** Gaps between panels in pixels. */
const GAP = { x: 25, y: 16 };
/** Share of a category's width over which its arms are spread. */
const SPREAD = 0.76;

/** What a comparison's figure says, and how far its vertical axes reach. */
export interface ComparisonTexts {
  /** Quantity and unit. */
  readonly axis: string;
  /** For the tooltip: decimals and unit follow a mean. */
  readonly unit: string;
  readonly caption: string;
  /** What a category is called below a panel, 8 characters in a line at most; default: as it is. */
  readonly label?: (category: string) => string;
  /** Bounds of the quantity: axes and intervals do not go beyond them. */
  readonly bounds: readonly [number, number];
  /** A value that every axis shows. */
  readonly includes: number;
}

interface Point {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * One panel per fault type (column) and rate (row); in it one dot per category and arm with its 95 % interval. The panels of a
 * row share their vertical axis. What has not been measured completely is left out.
 */
export function comparisonFigure(comparison: Comparison, texts: ComparisonTexts): Figure {
  const { results, categories } = comparison;
  const { faults, rates } = results.study.campaign;
  const arms = mainArms(results.study);
  const [inner, plot] = [WIDTH - MARGIN.l - MARGIN.r, ROW * Math.max(1, rates.length)];
  const side = (of: number, gap: number, whole: number) => (1 - (gap / whole) * (of - 1)) / Math.max(1, of);
  const width = side(faults.length, GAP.x, inner);
  const height = side(rates.length, GAP.y, plot);
  const left = (column: number) => column * (width + GAP.x / inner);
  const top = (row: number) => 1 - row * (height + GAP.y / plot);
  const { caption, room } = captionBelow(texts.caption, [-82, -48]);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: plot + MARGIN.t + room,
    ...SHEET,
    margin: { ...MARGIN, b: room },
    legend: legendAbove(1 + 30 / plot),
  };
  const styles = armStyles(results);
  const dots: Dots[] = [];
  const dividers: object[] = [];
  for (const [row, rate] of rates.entries()) {
    const first = dots.length;
    for (const [column, fault] of faults.entries()) {
      const panel = row * faults.length + column;
      const suffix = suffixOf(panel);
      for (const arm of arms) {
        const points = pointsOf(comparison, { arm, fault, rate }, texts.bounds);
        if (points.length > 0)
          dots.push(trace(points, { arm, style: styles(arm), fault, suffix, categories, texts }));
      }
      const isLast = row === rates.length - 1;
      layout[`xaxis${suffix}`] = {
        ...axis(""),
        anchor: `y${suffix}`,
        domain: [left(column), Math.min(1, left(column) + width)],
        range: [-0.5, categories.length - 0.5],
        tickvals: [...categories.keys()],
        ticktext: categories.map(texts.label ?? String),
        tickfont: { size: 12 },
        tickangle: 0,
        showticklabels: isLast,
        showgrid: false,
      };
      layout[`yaxis${suffix}`] = {
        ...axis(column === 0 ? `rate ${percentOf(rate)} %<br>${texts.axis}` : "", { nticks: 6 }),
        anchor: `x${suffix}`,
        domain: [Math.max(0, top(row) - height), top(row)],
        showticklabels: column === 0,
        zeroline: true,
        zerolinecolor: "#888888",
      };
      for (let i = 1; i < categories.length; i++) dividers.push(divider(i - 0.5, suffix));
    }
    const range = rangeOf(dots.slice(first), texts);
    for (const column of faults.keys()) {
      const panel = row * faults.length + column;
      (layout[`yaxis${suffixOf(panel)}`] as Record<string, unknown>)["range"] = range;
    }
  }
  layout["shapes"] = dividers;
  layout["annotations"] = [
    ...faults.map((fault, column) => panelTitle(faultStyle(fault).title, left(column) + width / 2)),
    ...(dots.length === 0 ? [note("no trials yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  return { data: [...legend(results, dots), ...dots], layout };
}

function pointsOf(
  { results, categories, measure, effect: effectOf }: Comparison,
  { arm, fault, rate }: { arm: string; fault: string; rate: number },
  [least, most]: readonly [number, number],
): Point[] {
  const arms = mainArms(results.study);
  const place = (SPREAD * (arms.indexOf(arm) + 0.5)) / arms.length - SPREAD / 2;
  return categories.flatMap((category, i): Point[] => {
    const effect: PairedEffect | undefined = effectOf(measure(category, arm, fault, rate));
    if (!effect) return [];
    const { mean, low, high } = effect;
    const interval = Number.isNaN(low)
      ? { low: mean, high: mean }
      : { low: Math.max(least, low), high: Math.min(most, high) };
    return [{ x: i + place, mean, ...interval }];
  });
}

interface Dots {
  readonly legendgroup: string;
  readonly customdata: readonly (readonly [string, number, number])[];
}

/** Dots of an arm in a panel: filled for conventional training, open for SAQ, in the shape of the fault type. */
function trace(
  points: readonly Point[],
  of: {
    arm: string;
    style: ArmStyle;
    fault: string;
    suffix: string;
    categories: readonly string[];
    texts: ComparisonTexts;
  },
): Dots {
  const { arm, style, fault, suffix, categories, texts } = of;
  const { title, color } = style;
  const format = `%{y:.2f} ${texts.unit} [%{customdata[1]:.2f}, %{customdata[2]:.2f}]`;
  const dots = {
    type: "scatter",
    mode: "markers",
    name: title,
    legendgroup: arm,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: points.map(({ x }) => x),
    y: points.map(({ mean }) => mean),
    error_y: {
      type: "data",
      symmetric: false,
      array: points.map(({ mean, high }) => high - mean),
      arrayminus: points.map(({ mean, low }) => mean - low),
      thickness: 2,
      width: 0,
      color,
    },
    marker: markerOf(style, faultStyle(fault).marker),
    customdata: points.map(({ x, low, high }) => [categories[Math.round(x)]!, low, high] as const),
    hovertemplate: `${title}, %{customdata[0]}<br>${format}<extra></extra>`,
  };
  return dots;
}

function markerOf({ color, dash }: ArmStyle, symbol: string): object {
  return { color, symbol: dash === "solid" ? symbol : `${symbol}-open`, size: 9, line: { color, width: 2 } };
}

/** One dot per arm drawn. */
function legend(results: Results, drawn: readonly Dots[]): object[] {
  const styles = armStyles(results);
  const groups = new Set(drawn.map(({ legendgroup }) => legendgroup));
  return mainArms(results.study)
    .filter((arm) => groups.has(arm))
    .map((arm) => ({
      type: "scatter",
      mode: "markers",
      name: styles(arm).title,
      legendgroup: arm,
      x: [null],
      y: [null],
      marker: markerOf(styles(arm), "circle"),
    }));
}

/** Room for every interval and the value that the axis has to show. */
function rangeOf(dots: readonly Dots[], { bounds: [least, most], includes }: ComparisonTexts): number[] {
  const all = [includes, ...dots.flatMap(({ customdata }) => customdata.flatMap(([, ...ends]) => ends))];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = Math.max(0.5, 0.06 * (high - low));
  return [Math.max(least, low - room), Math.min(most, high + room)];
}

function divider(x: number, suffix: string): object {
  return {
    type: "line",
    xref: `x${suffix}`,
    yref: `y${suffix} domain`,
    x0: x,
    x1: x,
    y0: 0,
    y1: 1,
    line: { color: "#e4e4e4", width: 1 },
    layer: "below",
  };
}
