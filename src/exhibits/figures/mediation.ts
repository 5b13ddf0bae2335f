import { gainsOf } from "../../analysis/gains.js";
import { faultRows } from "../../analysis/paired-differences.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Figure } from "../forms/figure.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { axis, captionBelow, legendAbove, SHEET, WIDTH } from "../style/sheet.js";

const SERIES = [
  { id: "free", title: "clips learned", color: "#0072B2", symbol: "circle" },
  { id: "frozen", title: "clips frozen", color: "#D55E00", symbol: "square" },
  { id: "difference", title: "difference: by way of the range", color: "#666666", symbol: "diamond" },
] as const;

/** Pixels of the panel, and of what is above and beside it. */
const HEIGHT = 350;
const MARGIN = { l: 96, r: 16, t: 60 };

/** What is compared, and why. */
function said(results: Results): string {
  const { mediation } = results.judgement;
  if (!mediation) return "";
  const styles = armStyles(results);
  const { better, worse } = mediation.free;
  return (
    `Accuracy under faults of ${styles(better).title} less that of ${styles(worse).title}, mean over rates above 0. Clips ` +
    "frozen: both arms keep, from the first quantized step on, the weight clips that the conventional arm of the same seed ends with, so " +
    "that what is gained there does not come from a smaller range."
  );
}

/** How much of SAQ's gain remains when the range of the weights cannot shrink; none where the study lacks these arms. */
export function mediationTable(results: Results): Table {
  return {
    title: "Gain of SAQ with free and with frozen clips",
    caption: captionOf(results, said(results)),
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
  const faults = faultRows(results);
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
  const text = captionOf(
    results,
    said(results),
    basis === "none" ? "" : `Bars: 95 % intervals over ${basis}.`,
  );
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

function faultTitle(fault: string): string {
  return fault === "all" ? "all" : faultStyle(fault).title;
}
