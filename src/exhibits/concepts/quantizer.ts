import { activationCode, activationValue, weightCode, weightValue } from "../../quantization/grid.js";
import type { Figure } from "../forms/figure.js";
import { axis, note, panelTitle, SHEET, WIDTH } from "../style/sheet.js";

const POINTS = 401;
const HALF = 0.46;

/**
 * What the grid makes of a number (docs/protocol.md section 2): weights on the left, activations on the right, both in units
 * of the clip. The dotted line is the number itself.
 */
export function quantizer(bits: number): Figure {
  const panels = [
    {
      title: `weights: ${2 ** bits} levels, 0 is none of them`,
      from: -1.4,
      value: (x: number) => weightValue(weightCode(x, 1, bits), 1, bits),
    },
    {
      title: `activations: ${2 ** bits} levels from 0`,
      from: -0.4,
      value: (x: number) => activationValue(activationCode(x, 1, bits), 1, bits),
    },
  ];
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: 480,
    ...SHEET,
    margin: { l: 78, r: 16, t: 40, b: 110 },
    showlegend: false,
    annotations: [
      ...panels.map(({ title }, i) => panelTitle(title, i === 0 ? HALF / 2 : 1 - HALF / 2)),
      note(`${bits} bits. Step: 2c/${2 ** bits - 1} for weights, c/${2 ** bits - 1} for activations.`, {
        x: 0,
        y: 0,
        size: 16,
        shift: [-64, -64],
      }),
    ],
  };
  const data = panels.flatMap(({ from, value }, i) => {
    const suffix = i === 0 ? "" : "2";
    const to = 1.4;
    const x = Array.from({ length: POINTS }, (_, j) => from + ((to - from) * j) / (POINTS - 1));
    const on = { type: "scatter", mode: "lines", xaxis: `x${suffix}`, yaxis: `y${suffix}`, x };
    layout[`xaxis${suffix}`] = {
      ...axis(i === 0 ? "latent weight w / c" : "activation x / c"),
      domain: i === 0 ? [0, HALF] : [1 - HALF, 1],
      range: [from, to],
      anchor: `y${suffix}`,
    };
    layout[`yaxis${suffix}`] = {
      ...axis(i === 0 ? "quantized value / c" : ""),
      range: i === 0 ? [-1.4, 1.4] : [-0.4, 1.4],
      anchor: `x${suffix}`,
    };
    return [
      { ...on, y: x, name: "number itself", line: { color: "#888888", dash: "dot", width: 2 } },
      {
        ...on,
        y: x.map(value),
        name: "quantized",
        line: { color: "#0072B2", width: 3, shape: "hv" },
      },
    ];
  });
  return { data, layout };
}
