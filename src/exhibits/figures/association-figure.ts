import { ACCURACY, associationOf, byMeasure, CLIP, type Predictor } from "../../analysis/associations.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import { measureTitle } from "../../experiments/sharpness/measure-titles.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { Figure } from "../forms/figure.js";
import { markerLegend, markerOf } from "../style/arm-markers.js";
import { armStyles } from "../style/arms.js";
import { captionOf, plural } from "../style/conditions.js";
import { correlationPhrase } from "../style/phrases.js";
import {
  axis,
  captionBelow,
  legendAbove,
  legendRoom,
  note,
  panelTitle,
  SHEET,
  short,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

/** Pixels of a panel's height, between panels, and around them. */
const HEIGHT = 300;
const GAP = 24;
const MARGIN = { l: 84, r: 14 };

/** What the drop is drawn against, with the axis' title; first the measure that judges the claim, where there is one. */
const abscissas = ({
  judgement,
}: Results): readonly { readonly predictor: Predictor; readonly title: string }[] => [
  ...(judgement.sharpness ? [measureAxis(judgement.sharpness.measure)] : []),
  { predictor: CLIP, title: "clip range: weight clip /<br>standard deviation" },
  { predictor: ACCURACY, title: "accuracy without faults (%)<br> " },
];

/** A measure's title in two lines. */
function measureAxis(id: string) {
  return { predictor: byMeasure(id), title: `${measureTitle(id).replace(", ", ",<br>")} (nats)` };
}

/**
 * The drop in accuracy under faults of every network against its sharpness by the primary measure, its clip range and its
 * accuracy without faults, with the rank correlations of `associationTable` above the panels.
 */
export function associationFigure(results: Results, rows: readonly SharpnessRow[]): Figure {
  const styles = armStyles(results);
  const shown = abscissas(results);
  const main = mainArms(results.study);
  const inner = WIDTH - MARGIN.l - MARGIN.r;
  const width = (1 - (GAP / inner) * (shown.length - 1)) / shown.length;
  const left = (column: number) => column * (width + GAP / inner);
  const arms = [...new Set(rows.map(({ arm }) => arm))];
  const layout: Figure["layout"] = { width: WIDTH, height: 0, ...SHEET };
  const data = shown.flatMap(({ predictor, title }, column) => {
    const suffix = suffixOf(column);
    layout[`xaxis${suffix}`] = {
      ...axis(title, { nticks: 5 }),
      anchor: `y${suffix}`,
      domain: [left(column), Math.min(1, left(column) + width)],
    };
    layout[`yaxis${suffix}`] = {
      ...axis(column === 0 ? "drop under faults (pp)" : "", { nticks: 6 }),
      anchor: `x${suffix}`,
      showticklabels: column === 0,
      ...(column > 0 && { matches: "y" }),
    };
    return arms.toReversed().map((arm) => {
      const own = rows.filter((row) => row.arm === arm && predictor.of(row) !== undefined);
      const style = styles(arm);
      return {
        type: "scatter",
        mode: "markers",
        name: style.title,
        legendgroup: style.title,
        showlegend: false,
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        x: own.map((row) => short(predictor.of(row)!)),
        y: own.map(({ drop }) => short(drop)),
        customdata: own.map(({ seed }) => seed),
        marker: markerOf(style, main.includes(arm) ? 9 : 7),
        hovertemplate: `${style.title}, seed %{customdata}<br>%{x:.4g}<br>%{y:.2f} pp<extra></extra>`,
      };
    });
  });
  const keys = markerLegend(arms.map(styles), data);
  const above = legendRoom(keys.length);
  const { caption, room } = captionBelow(captionText(results, rows), [-70, -92]);
  layout["annotations"] = [
    ...(rows.length === 0 ? [note("no measures of sharpness yet", { x: 0.5, y: 0.5, size: 22 })] : titles()),
    caption,
  ];
  layout["legend"] = legendAbove(1 + 36 / HEIGHT, { size: 15 });
  layout["margin"] = { ...MARGIN, t: above, b: room };
  layout.height = HEIGHT + above + room;
  return { data: [...keys, ...data], layout };

  function titles(): object[] {
    return shown.map(({ predictor }, column) =>
      panelTitle(
        `ρ = ${correlationPhrase(associationOf(results, rows, predictor).correlation)}`,
        left(column) + width / 2,
      ),
    );
  }
}

function captionText(results: Results, rows: readonly SharpnessRow[]): string {
  return captionOf(
    results,
    `A point is a network, ${rows.length} in all, of ${plural(new Set(rows.map(({ arm }) => arm)).size, "arm")}.`,
    "Drop: accuracy without faults less mean accuracy over all fault types, rates above 0 and maps. ρ: Spearman's rank",
    "correlation with its 95 % interval, seeds resampled as clusters: too narrow with few seeds.",
  );
}
