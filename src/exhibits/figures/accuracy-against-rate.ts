import { type Accuracies, accuraciesOf } from "../../analysis/accuracies.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import { type PairedEffect, pairedEffect } from "../../statistics/index.js";
import type { Figure } from "../forms/figure.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";

import {
  axis,
  axisTitle,
  captionBelow,
  legendAbove,
  note,
  panelTitle,
  SHEET,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

/** Pixels of the panels, and of what is above and beside them. */
const HEIGHT = 320;
const MARGIN = { l: 78, r: 16, t: 80 };
const GAP = 0.025;

/**
 * Accuracy against fault rate: one panel per fault type, one line per arm with its 95 % band (docs/protocol.md
 * section 5). Rate 0 is the accuracy without faults. What has not been measured completely is left out of the line.
 */
export function accuracyAgainstRate(results: Results): Figure {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const panels = results.study.campaign.faults;
  const arms = mainArms(results.study);
  const width = (1 - GAP * (panels.length - 1)) / Math.max(1, panels.length);
  const bands: object[] = [];
  const lines: object[] = [];
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: HEIGHT,
    ...SHEET,
    legend: legendAbove(1.13, { itemwidth: 44 }),
  };
  const lowest: number[] = [];
  const bases = new Set<string>();
  for (const [panel, fault] of panels.entries()) {
    const suffix = suffixOf(panel);
    for (const arm of arms) {
      const points = curve(results, accuracies, arm, fault);
      if (points.length === 0) continue;
      for (const { band, basis, rate } of points) {
        lowest.push(band[0]);
        if (rate > 0) bases.add(basis);
      }
      bands.push(bandTrace(points, arm, styles(arm), suffix));
      lines.push(lineTrace(points, arm, styles(arm), { fault, suffix }));
    }
    const left = panel * (width + GAP);
    layout[`xaxis${suffix}`] = {
      ...axis("", { nticks: 6 }),
      anchor: `y${suffix}`,
      domain: [left, Math.min(1, left + width)],
      range: xRange(results),
    };
    layout[`yaxis${suffix}`] = {
      ...axis(panel === 0 ? "accuracy (%)" : "", { nticks: 6 }),
      anchor: `x${suffix}`,
      showticklabels: panel === 0,
      ...(panel === 0 ? {} : { matches: "y" }),
    };
  }
  const floor = lowest.length === 0 ? 0 : Math.min(...lowest);
  for (const panel of panels.keys()) {
    const yaxis = layout[`yaxis${suffixOf(panel)}`] as Record<string, unknown>;
    yaxis["range"] = [Math.max(0, Math.floor((floor - 2) / 10) * 10), 100];
  }
  // Bands lie below all lines, so that no band changes the colour of another arm's line.
  const data = [...legend(results, lines), ...bands, ...lines];
  const { caption, room } = captionBelow(captionText(results, bases), [-64, -64]);
  layout["annotations"] = [
    ...panels.map((fault, panel) => panelTitle(faultStyle(fault).title, panel * (width + GAP) + width / 2)),
    axisTitle("fault rate per stored weight bit (%)", 0),
    ...(data.length === 0 ? [note("no trials yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  layout["margin"] = { ...MARGIN, b: room };
  layout.height = HEIGHT + MARGIN.t + room;
  return { data, layout };
}

interface Point {
  readonly rate: number;
  readonly mean: number;
  /** Bounds of the 95 % interval, within [0, 100]; the mean itself where there is no interval. */
  readonly band: readonly [number, number];
  readonly basis: PairedEffect["basis"];
}

function curve(results: Results, accuracies: Accuracies, arm: string, fault: string): Point[] {
  const points: Point[] = [];
  for (const rate of [0, ...results.study.campaign.rates]) {
    const measured = rate === 0 ? accuracies.clean(arm) : accuracies.faulty(arm, fault, rate);
    if ("missing" in measured) continue;
    const { mean, low, high, basis } = pairedEffect(measured.values);
    const band: [number, number] = Number.isNaN(low) ? [mean, mean] : [Math.max(0, low), Math.min(100, high)];
    points.push({ rate: percentOf(rate), mean, band, basis });
  }
  return points.some(({ rate }) => rate > 0) ? points : [];
}

function bandTrace(
  points: readonly Point[],
  arm: string,
  { title, color }: ArmStyle,
  suffix: string,
): object {
  const x = points.map(({ rate }) => rate);
  return {
    type: "scatter",
    mode: "lines",
    name: `${title}, 95 % interval`,
    legendgroup: arm,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: [...x, ...[...x].reverse()],
    y: [...points.map(({ band }) => band[1]), ...points.map(({ band }) => band[0]).reverse()],
    fill: "toself",
    fillcolor: `${color}2e`,
    line: { width: 0 },
    hoverinfo: "skip",
  };
}

function lineTrace(
  points: readonly Point[],
  arm: string,
  { title, color, dash, width }: ArmStyle,
  { fault, suffix }: { fault: string; suffix: string },
): object {
  return {
    type: "scatter",
    mode: "lines+markers",
    name: title,
    legendgroup: arm,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: points.map(({ rate }) => rate),
    y: points.map(({ mean }) => mean),
    line: { color, dash, width },
    marker: { color, symbol: faultStyle(fault).marker, size: 11, line: { color: "#ffffff", width: 1 } },
    customdata: points.map(({ band }) => [...band]),
    hovertemplate: `${title}<br>rate %{x} %<br>%{y:.2f} % [%{customdata[0]:.2f}, %{customdata[1]:.2f}]<extra></extra>`,
  };
}

/** One line without markers per arm drawn: the marker belongs to the fault type, so to the panel. */
function legend(results: Results, drawn: readonly object[]): object[] {
  const styles = armStyles(results);
  const groups = new Set(drawn.map((trace) => (trace as { legendgroup: string }).legendgroup));
  return mainArms(results.study)
    .filter((arm) => groups.has(arm))
    .map((arm) => {
      const { title, color, dash, width } = styles(arm);
      const line = { color, dash, width };
      return { type: "scatter", mode: "lines", name: title, legendgroup: arm, x: [null], y: [null], line };
    });
}

function captionText(results: Results, bases: ReadonlySet<string>): string {
  const over = [...bases].filter((basis) => basis !== "none").join(", ");
  const band = over === "" ? "No bands: one seed and one map." : `Bands: 95 % intervals over ${over}.`;
  return captionOf(results, bases.size === 0 ? "" : band);
}

function xRange({ study }: Results): [number, number] {
  const last = 100 * Math.max(0.001, ...study.campaign.rates);
  return [-0.03 * last, 1.03 * last];
}
