import type { Results } from "../results/rows.js";
import { pairedEffect } from "../statistics/index.js";
import { accuraciesOf } from "./accuracies.js";
import { intervalCells, intervalColumn } from "./cells.js";
import { captionOf } from "./conditions.js";
import { faultStyle } from "./fault-styles.js";
import type { Figure } from "./figure.js";
import { pairedDifferences } from "./paired-differences.js";
import { axis, captionBelow, legendAbove, SHEET, WIDTH } from "./sheet.js";
import type { Cell, Table } from "./table.js";

/** SAQ against conventional training, where the weights' range is free to shrink and where it is not. */
const ARMS = [
  { better: "standard-saq", worse: "standard" },
  { better: "standard-saq-frozen", worse: "standard-frozen" },
] as const;

const SERIES = [
  { id: "free", title: "clips learned", color: "#0072B2", symbol: "circle" },
  { id: "frozen", title: "clips frozen", color: "#D55E00", symbol: "square" },
  { id: "difference", title: "difference: by way of the range", color: "#666666", symbol: "diamond" },
] as const;

/** How much more accurate SAQ is under a fault type, averaged over rates above 0, in pp. */
interface Gain {
  readonly id: (typeof SERIES)[number]["id"];
  /** Fault model id, or "all". */
  readonly fault: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly basis: string;
}

/** Pixels of the panel, and of what is above and beside it. */
const HEIGHT = 350;
const MARGIN = { l: 96, r: 16, t: 60 };

const SAID =
  "Accuracy under faults of the standard network trained with SAQ less that of conventional training, mean over rates above 0. Clips " +
  "frozen: both arms keep, from the first quantized step on, the weight clips that the conventional arm of the same seed ends with, so " +
  "that what SAQ gains there does not come from a smaller range.";

/** How much of SAQ's gain remains when the range of the weights cannot shrink; none where the study lacks these arms. */
export function mediationTable(results: Results): Table {
  return {
    title: "Gain of SAQ with free and with frozen clips",
    caption: captionOf(results, SAID),
    columns: [
      { key: "clips", title: "clips", align: "left" },
      { key: "fault", title: "fault", align: "left" },
      intervalColumn("gain_pp", "gain", "pp"),
      { key: "basis", title: "basis", align: "left", detail: true },
    ],
    rows: gainsOf(results).map(
      ({ id, fault, mean, low, high, basis }): Record<string, Cell> => ({
        clips: id,
        fault: faultTitle(fault),
        ...intervalCells("gain_pp", { mean, low, high }),
        basis,
      }),
    ),
  };
}

/** The same as a figure, one dot with its 95 % interval for each. */
export function mediationFigure(results: Results): Figure {
  const gains = gainsOf(results);
  const faults = ["all", ...results.faults];
  const data = SERIES.map(({ id, title, color, symbol }, i) => {
    const own = gains.filter((gain) => gain.id === id);
    return {
      type: "scatter",
      mode: "markers",
      name: title,
      x: own.map(({ fault }) => faults.indexOf(fault) + 0.2 * (i - 1)),
      y: own.map(({ mean }) => mean),
      error_y: {
        type: "data",
        symmetric: false,
        array: own.map(({ mean, high }) => (Number.isNaN(high) ? 0 : high - mean)),
        arrayminus: own.map(({ mean, low }) => (Number.isNaN(low) ? 0 : mean - low)),
        thickness: 2.5,
        width: 6,
        color,
      },
      marker: { color, symbol, size: 13 },
      customdata: own.map(({ fault, low, high }) => [faultTitle(fault), low, high]),
      hovertemplate: `${title}, %{customdata[0]}<br>%{y:.2f} pp [%{customdata[1]:.2f}, %{customdata[2]:.2f}]<extra></extra>`,
    };
  });
  const basis = gains[0]?.basis ?? "none";
  const text = captionOf(results, SAID, basis === "none" ? "" : `Bars: 95 % intervals over ${basis}.`);
  const { caption, room } = captionBelow(text, [-80, -44]);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: HEIGHT + MARGIN.t + room,
    ...SHEET,
    margin: { ...MARGIN, b: room },
    legend: legendAbove(1.03),
    xaxis: {
      ...axis(""),
      range: [-0.5, faults.length - 0.5],
      tickvals: [...faults.keys()],
      ticktext: faults.map(faultTitle),
      showgrid: false,
    },
    yaxis: { ...axis("gain of SAQ (pp)"), zeroline: true, zerolinecolor: "#888888" },
    annotations: [caption],
  };
  return { data: gains.length === 0 ? [] : data, layout };
}

/** Gains that all arms have all trials for; none unless clips were frozen in the study. */
function gainsOf(results: Results): Gain[] {
  const accuracies = accuraciesOf(results);
  return ["all", ...results.faults].flatMap((fault): Gain[] => {
    const faults = fault === "all" ? results.faults : [fault];
    const [free, frozen] = ARMS.map((pair) => pairedDifferences(accuracies, pair, { ...results, faults }));
    if ("missing" in free! || "missing" in frozen!) return [];
    const [whole, rest] = [free!.average, frozen!.average];
    const through = rest.map((row, seed) => row.map((value, map) => whole[seed]![map]! - value));
    return [whole, rest, through].map((values, i) => {
      const { mean, low, high, basis } = pairedEffect(values);
      return { id: SERIES[i]!.id, fault, mean, low, high, basis };
    });
  });
}

function faultTitle(fault: string): string {
  return fault === "all" ? "all" : faultStyle(fault).title;
}
