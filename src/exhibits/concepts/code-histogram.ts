import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { Figure } from "../forms/figure.js";

import { axis, legendAbove, note, panelTitle, SHEET, suffixOf, WIDTH } from "../style/sheet.js";

const GAP = 0.02;

/** The codes of one weight layer of one network. */
export interface LayerCodes {
  readonly style: ArmStyle;
  readonly layer: string;
  readonly codes: Uint8Array;
  /** The largest code. */
  readonly n: number;
}

/** Share of a layer's weights that have each code: one panel per layer, one line per arm. @param caption conditions */
export function codeHistogram(layers: readonly LayerCodes[], caption: string): Figure {
  const names = [...new Set(layers.map(({ layer }) => layer))];
  const width = (1 - GAP * (names.length - 1)) / Math.max(1, names.length);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: 430,
    ...SHEET,
    margin: { l: 78, r: 16, t: 76, b: 110 },
    legend: legendAbove(1.12),
    annotations: [
      ...names.map((name, i) => panelTitle(name, i * (width + GAP) + width / 2)),
      note(caption, { x: 0, y: 0, size: 16, shift: [-64, -64] }),
    ],
  };
  for (const i of names.keys()) {
    const suffix = suffixOf(i);
    const domain = [i * (width + GAP), Math.min(1, i * (width + GAP) + width)];
    const middle = i === Math.floor(names.length / 2);
    layout[`xaxis${suffix}`] = { ...axis(middle ? "weight code" : ""), domain, anchor: `y${suffix}` };
    layout[`yaxis${suffix}`] = {
      ...axis(i === 0 ? "share of weights (%)" : ""),
      anchor: `x${suffix}`,
      rangemode: "tozero",
      showticklabels: i === 0,
      ...(i === 0 ? {} : { matches: "y" }),
    };
  }
  const data = layers.map(({ style: { title, color, dash }, layer, codes, n }) => {
    const counts = new Array<number>(n + 1).fill(0);
    for (const code of codes) counts[code]!++;
    const suffix = suffixOf(names.indexOf(layer));
    return {
      type: "scatter",
      mode: "lines",
      name: title,
      legendgroup: title,
      showlegend: names.indexOf(layer) === 0,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      x: counts.map((_, code) => code),
      y: counts.map((count) => (100 * count) / Math.max(1, codes.length)),
      line: { color, width: 3, shape: "hvh", dash },
      hovertemplate: `${title}, ${layer}<br>code %{x}: %{y:.1f} %<extra></extra>`,
    };
  });
  return { data, layout };
}
