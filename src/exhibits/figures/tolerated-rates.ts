import { accuraciesOf } from "../../analysis/accuracies.js";
import { ALL_FAULTS, faultRows } from "../../analysis/paired-differences.js";
import { LOSSES, type ToleratedRate, toleratedRatesOf } from "../../analysis/tolerated-rates.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Figure } from "../forms/figure.js";
import { armStyles } from "../style/arms.js";
import { present } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import {
  axis,
  axisTitle,
  captionBelow,
  legendAbove,
  panelTitle,
  SHEET,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";
import { toleratingArms } from "../tables/tolerated-rates-table.js";

/** How a loss is drawn; the paler, the smaller. */
const LOOKS = [
  { color: "#56B4E9", symbol: "circle" },
  { color: "#0072B2", symbol: "square" },
  { color: "#000000", symbol: "diamond" },
];
/** Pixels for an arm, and around the panels. */
const ROW = 26;
const MARGIN = { l: 250, r: 16, t: 84 };
const GAP = 18;

/** The fault rate at which each arm has lost 1, 5 and 10 points: a panel per fault type, a line per arm. */
export function toleratedRates(results: Results): Figure {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const arms = toleratingArms(results);
  const panels = faultRows(results);
  const { rates } = results.study.campaign;
  const inner = WIDTH - MARGIN.l - MARGIN.r;
  const width = (1 - (GAP / inner) * (panels.length - 1)) / panels.length;
  const plot = ROW * arms.length + 20;
  const data: object[] = [];
  const bases = new Set<string>();
  const annotations: object[] = [];
  const axes: Record<string, object> = {};
  for (const [panel, fault] of panels.entries()) {
    const suffix = suffixOf(panel);
    const left = panel * (width + GAP / inner);
    const all = arms.map((arm) => present(toleratedRatesOf(results, accuracies, { arm, fault })));
    for (const [i, loss] of LOSSES.entries()) {
      const found = all.map((rates) => rates?.[i]);
      for (const one of found) if (one && one.basis !== "none") bases.add(one.basis);
      data.push({
        ...dots(found, Math.min(...rates), Math.max(...rates)),
        y: arms.map((_, row) => row + 0.18 * (i - 1)),
        name: `${loss} ${loss === 1 ? "point" : "points"} lost`,
        marker: { ...LOOKS[i], size: 9 },
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        legendgroup: String(loss),
        showlegend: panel === 0,
      });
    }
    axes[`xaxis${suffix}`] = {
      ...axis("", { type: "log", tickvals: [0.1, 0.5, 1, 2, 5], tickangle: 0 }),
      range: [Math.log10(50 * Math.min(...rates)), Math.log10(130 * Math.max(...rates))],
      anchor: `y${suffix}`,
      domain: [left, Math.min(1, left + width)],
    };
    axes[`yaxis${suffix}`] = {
      ...axis("", { tickvals: [...arms.keys()], ticktext: arms.map((arm) => styles(arm).title) }),
      range: [arms.length - 0.5, -0.5],
      anchor: `x${suffix}`,
      showticklabels: panel === 0,
      ...(panel > 0 && { matches: "y" }),
    };
    const title = fault === ALL_FAULTS ? "all" : faultStyle(fault).title;
    annotations.push(panelTitle(title, left + width / 2));
  }
  const { caption, room } = captionBelow(
    captionOf(
      results,
      "Fault rate per stored bit at which the mean accuracy of an arm has fallen 1, 5 and 10 points below its own accuracy without faults;",
      `on a line over the logarithm between measured rates; further right is better. No dot: not between ${percentOf(Math.min(...rates))} and ${percentOf(Math.max(...rates))} %.`,
      bases.size === 0
        ? ""
        : `Bars: 95 % bootstrap intervals over ${[...bases].join(", ")}, too narrow with few seeds.`,
    ),
    [-MARGIN.l + 16, -70],
  );
  return {
    data: arms.length === 0 || rates.length === 0 ? [] : data,
    layout: {
      width: WIDTH,
      ...SHEET,
      legend: legendAbove(1 + 32 / plot),
      ...axes,
      height: plot + MARGIN.t + room,
      margin: { ...MARGIN, b: room },
      annotations: [...annotations, axisTitle("fault rate per stored bit (%)", 0), caption],
    },
  };
}

function dots(found: readonly (ToleratedRate | undefined)[], lowest: number, highest: number): object {
  const isMeasured = (rate: number) => rate >= lowest && rate <= highest;
  const percent = (rate: number | undefined) =>
    rate === undefined || !isMeasured(rate) ? null : Number((100 * rate).toPrecision(5));
  // a bound beyond the rates measured is drawn to the last of them
  const reach = (rate: number) => 100 * Math.min(Math.max(rate, lowest), highest);
  const bar = (of: (one: ToleratedRate) => number) =>
    found.map((one) => (one && isMeasured(one.rate) && !Number.isNaN(one.low) ? of(one) : 0));
  return {
    type: "scatter",
    mode: "markers",
    x: found.map((one) => percent(one?.rate)),
    error_x: {
      type: "data",
      symmetric: false,
      array: bar(({ rate, high }) => reach(high) - 100 * rate),
      arrayminus: bar(({ rate, low }) => 100 * rate - reach(low)),
      thickness: 1.5,
      width: 0,
    },
    hovertemplate: "%{y}: %{x:.3g} %<extra></extra>",
  };
}
