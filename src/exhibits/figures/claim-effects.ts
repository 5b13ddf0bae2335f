import { accuraciesOf } from "../../analysis/accuracies.js";
import { seedsByVersion } from "../../analysis/by-seeds.js";
import { claimsOf, type Interval } from "../../analysis/claims.js";
import { cellsOf, dropsOf, pairedDifferences } from "../../analysis/paired-differences.js";
import type { Results } from "../../experiments/results/rows.js";
import { mean, pairedEffect } from "../../statistics/index.js";
import type { Figure } from "../forms/figure.js";
import { armStyles } from "../style/arms.js";
import { present } from "../style/cells.js";
import { captionOf, plural } from "../style/conditions.js";
import { intervalBars, lineAt } from "../style/intervals.js";
import { axis, captionBelow, legendAbove, SHEET, WIDTH } from "../style/sheet.js";
import { differenceTitle } from "../tables/claims-table.js";

/** Pixels for a claim, and around the panel. */
const ROW = 46;
const MARGIN = { l: 330, r: 16, t: 84 };

const ACCURACY = { title: "in accuracy (judged)", color: "#0b5394", symbol: "circle", shift: -0.16 };
const DROP = { title: "in drop", color: "#b45f06", symbol: "diamond-open", shift: 0.12 };

/**
 * Every claim about accuracy in one picture: its mean difference over all fault types and rates, in accuracy and in drop, and
 * beside it each seed's own.
 */
export function claimEffects(results: Results): Figure {
  const accuracies = accuraciesOf(results);
  const cells = cellsOf(results);
  const styles = armStyles(results);
  const added = seedsByVersion(results)?.added ?? [];
  const found = claimsOf(results).flatMap(({ id, better, worse }) => {
    const differences = present(pairedDifferences(accuracies, { better, worse }, cells));
    if (!differences) return [];
    return [
      {
        label: labelOf(id, differenceTitle(styles, better, worse)),
        effect: pairedEffect(differences.average),
        drop: pairedEffect(dropsOf(differences)),
        bySeed: differences.average.map((row) => mean(row)),
      },
    ];
  });
  const seedMarks = (isAdded: boolean) => {
    const points = found.flatMap(({ bySeed }, row) =>
      bySeed
        .map((x, i) => ({ x, y: row + 0.36, seed: results.study.seeds[i]! }))
        .filter(({ seed }) => added.includes(seed) === isAdded),
    );
    return {
      type: "scatter",
      mode: "markers",
      name: added.length === 0 ? "each seed" : `each seed, ${isAdded ? "new" : "read before"}`,
      x: points.map(({ x }) => x),
      y: points.map(({ y }) => y),
      customdata: points.map(({ seed }) => seed),
      hovertemplate: "seed %{customdata}: %{x:.2f} pp<extra></extra>",
      marker: {
        color: isAdded ? "#222222" : "#888888",
        symbol: isAdded ? "triangle-up" : "line-ns-open",
        size: isAdded ? 8 : 10,
      },
    };
  };
  const means = (style: typeof ACCURACY, of: (one: (typeof found)[number]) => Interval) => ({
    type: "scatter",
    mode: "markers",
    name: `mean difference ${style.title}`,
    x: found.map((one) => of(one).mean),
    y: found.map((_, row) => row + style.shift),
    error_x: intervalBars(found.map(of), style.color),
    marker: { color: style.color, symbol: style.symbol, size: 11 },
    hovertemplate: "%{x:.2f} pp<extra></extra>",
  });
  const plot = ROW * found.length + 24;
  const text = captionOf(
    results,
    `Mean paired difference over ${plural(cells.length, "pair")} of fault type and rate, with its 95 % interval over seeds and maps;`,
    "right of the line agrees with the statement. Drop: with each network's accuracy without faults as its own zero.",
    added.length > 0
      ? "Seeds read before: their results were known when this version was planned, so only the new ones are new evidence."
      : "",
  );
  const { caption, room } = captionBelow(text, [-MARGIN.l + 16, -64]);
  const data = [
    means(ACCURACY, ({ effect }) => effect),
    means(DROP, ({ drop }) => drop),
    ...(added.length > 0 ? [false, true] : [false]).map(seedMarks),
  ];
  return {
    data: found.length === 0 ? [] : data,
    layout: {
      width: WIDTH,
      height: plot + MARGIN.t + room,
      ...SHEET,
      margin: { ...MARGIN, b: room },
      legend: legendAbove(1 + 8 / plot),
      xaxis: axis("first arm more accurate by (pp)"),
      yaxis: axis("", {
        tickvals: [...found.keys()],
        ticktext: found.map(({ label }) => label),
        range: [found.length - 0.4, -0.6],
      }),
      shapes: [lineAt(0)],
      annotations: [caption],
    },
  };
}

/** A claim and what it compares, in two lines where one is too long for the margin. */
function labelOf(claim: string, difference: string): string {
  const label = `${claim}: ${difference}`;
  return label.length <= 38 ? label : label.replace(" - ", " -<br>");
}
