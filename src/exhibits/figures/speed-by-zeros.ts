import type { Figure } from "../forms/figure.js";
import {
  axis,
  axisTitle,
  captionBelow,
  legendAbove,
  legendRoom,
  panelTitle,
  SHEET,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

/** What `node bench/zeros.mjs --out` measures. */
export interface SpeedByZeros {
  readonly machine: { readonly processor: string; readonly engine: string };
  readonly rows: readonly SpeedRow[];
}

interface SpeedRow {
  readonly network: string;
  /** Share of zeros among the codes of all activations. */
  readonly zeros: number;
  /** Images a second: every product done, zeros skipped in every conv that can, and where that was measured to be faster. */
  readonly dense: number;
  readonly skipping: number;
  readonly chosen: number;
}

const WAYS = {
  dense: { name: "every product", color: "#0072B2", symbol: "circle" },
  skipping: { name: "zeros skipped", color: "#D55E00", symbol: "square" },
  chosen: { name: "as chosen by the engine", color: "#000000", symbol: "diamond" },
} as const satisfies Partial<Record<keyof SpeedRow, object>>;

const HEIGHT = 300;
const MARGIN = { l: 96, r: 16 };
const GAP = 110;

/** Speed of evaluation against the share of zeros, a panel for each network. */
export function speedByZeros({ machine, rows }: SpeedByZeros): Figure {
  const networks = [...new Set(rows.map(({ network }) => network))];
  const inner = WIDTH - MARGIN.l - MARGIN.r;
  const width = (1 - (GAP / inner) * (networks.length - 1)) / networks.length;
  const data: object[] = [];
  const axes: Record<string, object> = {};
  const annotations: object[] = [];
  for (const [panel, network] of networks.entries()) {
    const suffix = suffixOf(panel);
    const left = panel * (width + GAP / inner);
    const own = rows.filter((row) => row.network === network);
    for (const [way, { name, color, symbol }] of Object.entries(WAYS))
      data.push({
        type: "scatter",
        mode: "lines+markers",
        x: own.map(({ zeros }) => 100 * zeros),
        y: own.map((row) => row[way as keyof typeof WAYS]),
        name,
        line: { color, width: 2, dash: way === "chosen" ? "dot" : "solid" },
        marker: { color, symbol, size: 8 },
        xaxis: `x${suffix}`,
        yaxis: `y${suffix}`,
        legendgroup: way,
        showlegend: panel === 0,
      });
    axes[`xaxis${suffix}`] = {
      ...axis("", { range: [0, 100], anchor: `y${suffix}` }),
      domain: [left, Math.min(1, left + width)],
    };
    axes[`yaxis${suffix}`] = axis(panel === 0 ? "images per second" : "", {
      rangemode: "tozero",
      anchor: `x${suffix}`,
    });
    annotations.push(panelTitle(network, left + width / 2));
  }
  const { caption, room } = captionBelow(
    `One thread of ${machine.processor}, engine: ${machine.engine}; medians of runs by turns. Networks of 4-bit weights and activations. A conv that reads pixels, or few channels and pools, cannot skip zeros.`,
    [-MARGIN.l + 10, -70],
  );
  const top = legendRoom(Object.keys(WAYS).length);
  return {
    data,
    layout: {
      ...SHEET,
      ...axes,
      width: WIDTH,
      height: top + HEIGHT + room,
      margin: { ...MARGIN, t: top, b: room },
      legend: legendAbove(1 + 40 / HEIGHT),
      annotations: [...annotations, axisTitle("zeros among the codes of activations (%)", 0), caption],
    },
  };
}
