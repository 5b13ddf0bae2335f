import type { BitSummary, SingleBitResults } from "../campaign/single-bit.js";
import { faultStyle } from "./fault-styles.js";
import type { Figure } from "./figure.js";
import { singleBitConditions } from "./single-bit-table.js";
import { wrap } from "./table.js";

const INK = "#222222";
/** Characters of caption that fit the width at its font size. */
const CAPTION_WIDTH = 95;
/** The Okabe-Ito palette, which people with colour vision deficiencies can tell apart, by layer in model order. */
const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const MARKERS = ["circle", "square", "diamond", "triangle-up", "triangle-down", "x", "cross"];

/**
 * Mean loss of accuracy by bit position, one line per layer, with 95 % intervals where bits were sampled. Below
 * `linear`, a power of ten, the scale of losses is linear, above it logarithmic: they span decades, and some are negative.
 */
export function singleBitLoss(results: SingleBitResults): Figure {
  const { summary, fault } = results;
  const layers = [...new Set(summary.map(({ layer }) => layer))];
  const linear = smallestDecade(summary);
  const place = (loss: number) => signedLog(loss, linear);
  const data = layers.map((layer, i) => {
    const rows = summary.filter((row) => row.layer === layer);
    const known = (bound: number, row: BitSummary) => (Number.isNaN(bound) ? row.meanLoss : bound);
    return {
      type: "scatter",
      mode: "lines+markers",
      name: layer,
      x: rows.map(({ bit }) => bit),
      y: rows.map(({ meanLoss }) => place(meanLoss)),
      error_y: {
        type: "data",
        symmetric: false,
        array: rows.map((row) => place(known(row.meanLossHigh, row)) - place(row.meanLoss)),
        arrayminus: rows.map((row) => place(row.meanLoss) - place(known(row.meanLossLow, row))),
        thickness: 2,
        width: 5,
      },
      line: { color: COLORS[i % COLORS.length], width: 3 },
      marker: {
        color: COLORS[i % COLORS.length],
        symbol: MARKERS[i % MARKERS.length],
        size: 11,
        line: { color: "#ffffff", width: 1 },
      },
      customdata: rows.map((row) => [row.meanLoss, row.meanLossLow, row.meanLossHigh, row.tested, row.bits]),
      hovertemplate: `${layer}<br>bit %{x}<br>%{customdata[0]:.5f} pp [%{customdata[1]:.5f}, %{customdata[2]:.5f}]<br>%{customdata[3]} of %{customdata[4]} bits<extra></extra>`,
    };
  });
  const positions = [...new Set(summary.map(({ bit }) => bit))].sort((a, b) => a - b);
  const top = positions.at(-1);
  const ticks = decades(summary, linear);
  const layout: Figure["layout"] = {
    width: 900,
    height: 560,
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    font: { family: "DejaVu Sans", size: 17, color: INK },
    margin: { l: 96, r: 16, t: 80, b: 150 },
    legend: { orientation: "h", x: 0.5, xanchor: "center", y: 1.03, yanchor: "bottom", font: { size: 17 } },
    xaxis: {
      ...axis("bit position in the stored weight"),
      tickvals: positions,
      ticktext: positions.map((bit) => (bit === 0 ? "0 (least)" : bit === top ? `${bit} (most)` : `${bit}`)),
    },
    yaxis: { ...axis("mean loss of accuracy (pp)"), tickvals: ticks.map(place), ticktext: ticks.map(String) },
    annotations: [
      captionAt(captionOf(results, linear)),
      titleAt(`One faulty bit: ${faultStyle(fault).title}`),
    ],
  };
  return { data, layout };
}

/** Linear from -linear to linear, logarithmic beyond: a decade takes as much room as the linear part on either side. */
function signedLog(loss: number, linear: number): number {
  const size = Math.abs(loss) / linear;
  return Math.sign(loss) * (size <= 1 ? size : 1 + Math.log10(size));
}

/** The power of ten at or below the smallest mean loss that is not 0; 1e-5 at least. */
function smallestDecade(summary: readonly BitSummary[]): number {
  const sizes = summary.map(({ meanLoss }) => Math.abs(meanLoss)).filter((size) => size > 0);
  if (sizes.length === 0) return 1;
  return 10 ** Math.max(-5, Math.floor(Math.log10(Math.min(...sizes))));
}

/** 0 and the powers of ten, of either sign, that the means and intervals reach. */
function decades(summary: readonly BitSummary[], linear: number): number[] {
  const reached = summary.flatMap(({ meanLoss, meanLossLow, meanLossHigh }) =>
    [meanLoss, meanLossLow, meanLossHigh].filter((loss) => !Number.isNaN(loss)),
  );
  const upTo = (most: number) => {
    const powers: number[] = [];
    for (let power = Math.round(Math.log10(linear)); most > 0 && 10 ** (power - 1) < most; power++)
      powers.push(Number(`1e${power}`));
    return powers;
  };
  const below = upTo(-Math.min(0, ...reached)).map((power) => -power);
  return [...below.reverse(), 0, ...upTo(Math.max(0, ...reached))];
}

function captionOf(results: SingleBitResults, linear: number): string {
  const isSampled = results.summary.some(({ tested, bits }) => tested < bits);
  const sentences = [
    `${singleBitConditions(results)}.`,
    `The vertical scale is linear up to ${linear} pp and logarithmic above.`,
    isSampled ? "Bars: 95 % intervals of layers that were sampled." : "Every stored bit was tested.",
    ...(results.exploratory ? ["Exploratory."] : []),
  ];
  return wrap(sentences.join(" "), CAPTION_WIDTH).join("<br>");
}

function axis(title: string): Record<string, unknown> {
  return {
    title: { text: title, font: { size: 18 }, standoff: 10 },
    tickfont: { size: 16 },
    gridcolor: "#e4e4e4",
    linecolor: "#888888",
    mirror: true,
    showline: true,
    ticks: "outside",
    tickcolor: "#888888",
    zeroline: true,
    zerolinecolor: "#888888",
  };
}

const PAPER = { xref: "paper", yref: "paper", showarrow: false };

function captionAt(text: string): object {
  const at = { x: 0, y: 0, xanchor: "left", yanchor: "top", xshift: -80, yshift: -64 };
  return { ...PAPER, ...at, text, align: "left", font: { size: 16, color: "#444444" } };
}

function titleAt(text: string): object {
  const at = { x: 0.5, y: 1, xanchor: "center", yanchor: "bottom", yshift: 44 };
  return { ...PAPER, ...at, text: `<b>${text}</b>`, font: { size: 18 } };
}
