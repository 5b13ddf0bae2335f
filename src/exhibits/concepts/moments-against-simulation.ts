import type { Figure } from "../forms/figure.js";
import { faultStyle } from "../style/fault-styles.js";
import { axis, legendAbove, note, panelTitle, SHEET, WIDTH } from "../style/sheet.js";

const HALF = 0.46;
/** By fault type, of the Okabe-Ito palette. */
const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];

/** Mean and variance of the change of the weights of one code: closed form, and what fault maps did. */
export interface MomentPair {
  readonly fault: string;
  readonly code: number;
  readonly mean: number;
  readonly simulatedMean: number;
  readonly variance: number;
  readonly simulatedVariance: number;
}

/** Simulation against closed form (docs/protocol.md section 3): on the diagonal both agree. @param caption conditions */
export function momentsAgainstSimulation(pairs: readonly MomentPair[], caption: string): Figure {
  const faults = [...new Set(pairs.map(({ fault }) => fault))];
  const panels = [
    { title: "mean change of a weight / c", of: (p: MomentPair) => [p.mean, p.simulatedMean] as const },
    { title: "its variance / c²", of: (p: MomentPair) => [p.variance, p.simulatedVariance] as const },
  ];
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: 500,
    ...SHEET,
    margin: { l: 92, r: 16, t: 80, b: 110 },
    legend: legendAbove(1.12),
    annotations: [
      ...panels.map(({ title }, i) => panelTitle(title, i === 0 ? HALF / 2 : 1 - HALF / 2)),
      note(caption, { x: 0, y: 0, size: 16, shift: [-78, -64] }),
    ],
  };
  const data = panels.flatMap(({ of }, i) => {
    const suffix = i === 0 ? "" : "2";
    const on = { type: "scatter", xaxis: `x${suffix}`, yaxis: `y${suffix}` };
    layout[`xaxis${suffix}`] = {
      ...axis("closed form"),
      domain: i === 0 ? [0, HALF] : [1 - HALF, 1],
      anchor: `y${suffix}`,
    };
    layout[`yaxis${suffix}`] = { ...axis(i === 0 ? "fault maps" : ""), anchor: `x${suffix}` };
    const all = pairs.flatMap(of);
    const ends = [Math.min(...all), Math.max(...all)];
    return [
      {
        ...on,
        mode: "lines",
        x: ends,
        y: ends,
        line: { color: "#888888", dash: "dot", width: 2 },
        showlegend: false,
      },
      ...faults.map((fault, j) => {
        const own = pairs.filter((pair) => pair.fault === fault);
        const { title, marker } = faultStyle(fault);
        return {
          ...on,
          mode: "markers",
          name: title,
          legendgroup: fault,
          showlegend: i === 0,
          x: own.map((pair) => of(pair)[0]),
          y: own.map((pair) => of(pair)[1]),
          text: own.map(({ code }) => `code ${code}`),
          marker: { color: COLORS[j % COLORS.length], symbol: marker, size: 11 },
          hovertemplate: `${title}, %{text}<br>%{x:.5f} and %{y:.5f}<extra></extra>`,
        };
      }),
    ];
  });
  return { data, layout };
}
