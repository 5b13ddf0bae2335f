import type { BitSummary, SingleBitResults } from "../../experiments/single-bit/single-bit.js";
import type { Figure } from "../forms/figure.js";
import { styleById } from "../style/arms.js";
import { faultStyle } from "../style/fault-styles.js";
import { axis, captionBelow, legendAbove, panelTitle, SHEET, WIDTH } from "../style/sheet.js";
import { singleBitConditions } from "../tables/single-bit-table.js";

/** Pixels of the panel, and of what is above and beside it. */
const HEIGHT = 330;
const MARGIN = { l: 96, r: 16, t: 80 };
/** The Okabe-Ito palette, which people with colour vision deficiencies can tell apart, by layer in model order. */
const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
const MARKERS = ["circle", "square", "diamond", "triangle-up", "triangle-down", "x", "cross"];

/** Percentage points up to which the scale is linear; beyond, it is logarithmic: losses span decades, some are negative. */
const LINEAR = 0.01;

/**
 * Mean loss of accuracy by bit position, one line per layer, with 95 % intervals where bits were sampled.
 * @param titles what arms are called, see `armStyles`; default: by their ids
 */
export function singleBitLoss(results: SingleBitResults, titles = styleById): Figure {
  const { summary, fault } = results;
  const layers = [...new Set(summary.map(({ layer }) => layer))];
  const data = layers.map((layer, i) => {
    const rows = summary.filter((row) => row.layer === layer);
    const bounds = rows.map(({ meanLoss, meanLossLow: low, meanLossHigh: high }) =>
      Number.isNaN(low) ? [meanLoss, meanLoss] : [low, high],
    );
    return {
      type: "scatter",
      mode: "lines+markers",
      name: layer,
      x: rows.map(({ bit }) => bit),
      y: rows.map(({ meanLoss }) => place(meanLoss)),
      error_y: {
        type: "data",
        symmetric: false,
        array: rows.map(({ meanLoss }, j) => place(bounds[j]![1]!) - place(meanLoss)),
        arrayminus: rows.map(({ meanLoss }, j) => place(meanLoss) - place(bounds[j]![0]!)),
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
      customdata: rows.map(({ meanLoss, tested, bits }, j) => [meanLoss, ...bounds[j]!, tested, bits]),
      hovertemplate: `${layer}<br>bit %{x}<br>%{customdata[0]:.5f} pp [%{customdata[1]:.5f}, %{customdata[2]:.5f}]<br>%{customdata[3]} of %{customdata[4]} bits<extra></extra>`,
    };
  });
  const positions = [...new Set(summary.map(({ bit }) => bit))].sort((a, b) => a - b);
  const top = positions.at(-1);
  const ticks = decades(summary);
  const { caption, room } = captionBelow(captionOf(results, titles), [-80, -64]);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: HEIGHT + MARGIN.t + room,
    ...SHEET,
    margin: { ...MARGIN, b: room },
    legend: legendAbove(1.03),
    xaxis: {
      ...axis("bit position in the stored weight"),
      range: [-0.15, positions.length - 0.85],
      tickvals: positions,
      ticktext: positions.map((bit) => (bit === 0 ? "0 (least)" : bit === top ? `${bit} (most)` : `${bit}`)),
    },
    yaxis: {
      ...axis("mean loss of accuracy (pp)"),
      range: [place(ticks[0]!) - 0.1, place(ticks.at(-1)!) + 0.1],
      tickvals: ticks.map(place),
      ticktext: ticks.map(String),
      zeroline: true,
      zerolinecolor: "#888888",
    },
    annotations: [caption, titleAt(`One faulty bit: ${faultStyle(fault).title}`)],
  };
  return { data, layout };
}

/** Where a loss lies on the scale: a decade takes as much room as the linear part on either side of 0. */
function place(loss: number): number {
  const size = Math.abs(loss) / LINEAR;
  return Math.sign(loss) * (size <= 1 ? size : 1 + Math.log10(size));
}

/** 0, and of either sign the powers of ten from the linear part's end to the first that no mean or interval exceeds. */
function decades(summary: readonly BitSummary[]): number[] {
  const reached = summary.flatMap(({ meanLoss, meanLossLow, meanLossHigh }) =>
    [meanLoss, meanLossLow, meanLossHigh].filter((loss) => !Number.isNaN(loss)),
  );
  const upTo = (most: number) => {
    const powers = [LINEAR];
    while (powers.at(-1)! < most) powers.push(Number((10 * powers.at(-1)!).toPrecision(1)));
    return powers;
  };
  const below = upTo(-Math.min(...reached)).map((power) => -power);
  return [...below.reverse(), 0, ...upTo(Math.max(...reached))];
}

function captionOf(results: SingleBitResults, titles: typeof styleById): string {
  const isSampled = results.summary.some(({ tested, bits }) => tested < bits);
  const sentences = [
    `${singleBitConditions(results, titles)}.`,
    `The vertical scale is linear up to ${LINEAR} pp and logarithmic beyond.`,
    isSampled ? "Bars: 95 % intervals of layers that were sampled." : "Every stored bit was tested.",
    ...(results.exploratory ? ["Exploratory."] : []),
  ];
  return sentences.join(" ");
}

/** Above the legend. */
function titleAt(text: string): object {
  return { ...panelTitle(text, 0.5), yshift: 44 };
}
