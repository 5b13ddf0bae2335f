import { type Accuracies, accuraciesOf } from "../../analysis/accuracies.js";
import { accuracyOf } from "../../analysis/comparison.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { AccuracyEffect } from "../../statistics/index.js";
import type { Figure } from "../forms/figure.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { intervalNote } from "../style/interval-note.js";
import { type RateAxis, rateAxis } from "../style/rate-axis.js";
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
  const effects: AccuracyEffect[] = [];
  const rates = rateAxis(results.study.campaign.rates);
  for (const [panel, fault] of panels.entries()) {
    const suffix = suffixOf(panel);
    for (const arm of arms) {
      const points = curve(results, accuracies, arm, fault);
      if (points.length === 0) continue;
      for (const { band, effect, rate } of points) {
        lowest.push(band[0]);
        if (rate > 0) effects.push(effect);
      }
      bands.push(bandTrace(points, arm, styles(arm), { rates, suffix }));
      lines.push(lineTrace(points, arm, styles(arm), { fault, rates, suffix }));
    }
    const left = panel * (width + GAP);
    layout[`xaxis${suffix}`] = {
      ...axis("", rates.ticks),
      anchor: `y${suffix}`,
      domain: [left, Math.min(1, left + width)],
      range: rates.range,
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
  const { caption, room } = captionBelow(captionText(results, effects), [-64, -64]);
  layout["annotations"] = [
    ...panels.map((fault, panel) => panelTitle(faultStyle(fault).title, panel * (width + GAP) + width / 2)),
    axisTitle(
      `fault rate per stored weight bit (%)${rates.isLogarithmic ? ", logarithmic but for 0" : ""}`,
      0,
    ),
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
  /** Bounds of the 95 % interval; the mean itself where there is none. */
  readonly band: readonly [number, number];
  readonly effect: AccuracyEffect;
}

function curve(results: Results, accuracies: Accuracies, arm: string, fault: string): Point[] {
  const points: Point[] = [];
  for (const rate of [0, ...results.study.campaign.rates]) {
    const measured = rate === 0 ? accuracies.clean(arm) : accuracies.faulty(arm, fault, rate);
    const effect = accuracyOf(measured);
    if (!effect) continue;
    const { mean, low, high } = effect;
    points.push({
      rate: percentOf(rate),
      mean,
      band: Number.isNaN(low) ? [mean, mean] : [low, high],
      effect,
    });
  }
  return points.some(({ rate }) => rate > 0) ? points : [];
}

function bandTrace(
  points: readonly Point[],
  arm: string,
  { title, color }: ArmStyle,
  { rates, suffix }: { rates: RateAxis; suffix: string },
): object {
  const x = points.map(({ rate }) => rates.at(rate));
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
  { fault, rates, suffix }: { fault: string; rates: RateAxis; suffix: string },
): object {
  // on a logarithmic axis 0 stands where it is not
  const rate = rates.isLogarithmic ? "%{customdata[2]}" : "%{x}";
  return {
    type: "scatter",
    mode: "lines+markers",
    name: title,
    legendgroup: arm,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: points.map(({ rate }) => rates.at(rate)),
    y: points.map(({ mean }) => mean),
    line: { color, dash, width },
    marker: { color, symbol: faultStyle(fault).marker, size: 11, line: { color: "#ffffff", width: 1 } },
    customdata: points.map(({ band, rate }) => [...band, ...(rates.isLogarithmic ? [rate] : [])]),
    hovertemplate: `${title}<br>rate ${rate} %<br>%{y:.2f} % [%{customdata[0]:.2f}, %{customdata[1]:.2f}]<extra></extra>`,
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

function captionText(results: Results, effects: readonly AccuracyEffect[]): string {
  const over = [...new Set(effects.map(({ basis }) => basis))].filter((basis) => basis !== "none").join(", ");
  const band = over === "" ? "No bands: one seed and one map." : `Bands: 95 % intervals over ${over}.`;
  return captionOf(results, effects.length === 0 ? "" : band, intervalNote(effects));
}
