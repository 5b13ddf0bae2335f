import { pairedRatio, pairsOf } from "../../analysis/sharpness-claim.js";
import { measureIds, type SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { isShown, measureTitle } from "../../experiments/sharpness/measure-titles.js";
import type { Figure } from "../forms/figure.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";
import { intervalBars, lineAt } from "../style/intervals.js";
import { axis, captionBelow, legendAbove, SHEET, WIDTH } from "../style/sheet.js";

/** Pixels for a measure, and around the panel. */
const ROW = 30;
const MARGIN = { l: 400, r: 16, t: 56 };

/** How many times as sharp as the arm it is compared with each sparse arm is, by every measure: the size of what is counted. */
export function sharpnessRatios(results: Results, rows: readonly SharpnessRow[]): Figure {
  const { sharpness } = results.judgement;
  const styles = armStyles(results);
  const pairs = sharpness ? pairsOf(results, sharpness.sharper) : [];
  const ids = measureIds(rows).filter(
    (id) => isShown(id) && pairs.some((pair) => pairedRatio(rows, pair, id) !== undefined),
  );
  const ends: number[] = [];
  const data = pairs.map((pair, i) => {
    const found = ids.map((id) => pairedRatio(rows, pair, id));
    for (const one of found)
      if (one) ends.push(one.mean, ...(Number.isNaN(one.low) ? [] : [one.low, one.high]));
    const { title, color, marker } = styles(pair.first);
    return {
      type: "scatter",
      mode: "markers",
      name: `${title} / ${styles(pair.second).title}`,
      x: found.map((one) => one?.mean ?? null),
      y: ids.map((_, row) => row + 0.16 * (2 * i - pairs.length + 1)),
      error_x: intervalBars(found, color),
      marker: { color, symbol: marker, size: 10 },
      hovertemplate: "%{y}: %{x:.3g}<extra></extra>",
    };
  });
  const bound = Math.log10(1.15 * Math.max(1, ...ends.map((end) => Math.max(end, 1 / end))));
  const text = captionOf(
    results,
    "Ratio of a sharpness measure, mean over seeds of its logarithm; right of the line the sparse network is sharper. Bars: 95 % t intervals",
    `over seeds. ${sharpness ? `${measureTitle(sharpness.measure)} (bold) alone judges; all others are secondary and not corrected for their number.` : ""}`,
    "Measures that are not above 0 have no ratio.",
  );
  const plot = ROW * ids.length + 24;
  const { caption, room } = captionBelow(text, [-MARGIN.l + 16, -64]);
  const label = (id: string) => (id === sharpness?.measure ? `<b>${measureTitle(id)}</b>` : measureTitle(id));
  return {
    data: ids.length === 0 ? [] : data,
    layout: {
      width: WIDTH,
      height: plot + MARGIN.t + room,
      ...SHEET,
      margin: { ...MARGIN, b: room },
      legend: legendAbove(1 + 8 / plot),
      xaxis: {
        ...axis("times as sharp", {
          type: "log",
          tickvals: [0.1, 0.2, 0.5, 1, 2, 5, 10],
          range: [-bound, bound],
        }),
      },
      yaxis: {
        ...axis("", { tickvals: [...ids.keys()], ticktext: ids.map(label), range: [ids.length - 0.5, -0.5] }),
      },
      shapes: [lineAt(1)],
      annotations: [caption],
    },
  };
}
