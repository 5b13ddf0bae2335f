import { ENCODINGS, encodingTables } from "../../quantization/encodings.js";
import { maxCode } from "../../quantization/grid.js";
import type { Figure } from "../forms/figure.js";
import { axis, note, panelTitle, SHEET, suffixOf, WIDTH } from "../style/sheet.js";

const GAP = 0.03;

/**
 * By how many levels one flipped bit moves a weight, by its code and the bit, in each encoding: red up, blue down. The levels
 * are the same in all of them; which neighbour a fault leads to is not (docs/protocol.md section 2).
 */
export function encodingSteps(bits: number): Figure {
  const n = maxCode(bits);
  const codes = Array.from({ length: n + 1 }, (_, code) => code);
  const positions = Array.from({ length: bits }, (_, bit) => bit);
  const width = (1 - GAP * (ENCODINGS.length - 1)) / ENCODINGS.length;
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: 430,
    ...SHEET,
    margin: { l: 78, r: 100, t: 40, b: 110 },
    annotations: [
      ...ENCODINGS.map((encoding, i) => panelTitle(encoding, i * (width + GAP) + width / 2)),
      note("Change of the weight in grid steps when the one bit flips. Code 0 is the lowest level, -c.", {
        x: 0,
        y: 0,
        size: 16,
        shift: [-64, -64],
      }),
    ],
  };
  const data = ENCODINGS.map((encoding, i) => {
    const tables = encodingTables(bits, encoding);
    const suffix = suffixOf(i);
    layout[`xaxis${suffix}`] = {
      ...axis(i === 1 ? "code of the weight" : ""),
      domain: [i * (width + GAP), i * (width + GAP) + width],
      anchor: `y${suffix}`,
      dtick: 5,
    };
    layout[`yaxis${suffix}`] = {
      ...axis(i === 0 ? "stored bit" : ""),
      anchor: `x${suffix}`,
      tickvals: positions,
      showticklabels: i === 0,
    };
    return {
      type: "heatmap",
      name: encoding,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      x: codes,
      y: positions,
      z: positions.map((bit) =>
        codes.map((code) => tables.decode[tables.encode[code]! ^ (1 << bit)]! - code),
      ),
      zmin: -n,
      zmax: n,
      colorscale: "RdBu",
      reversescale: false,
      showscale: i === ENCODINGS.length - 1,
      colorbar: { title: { text: "levels" }, thickness: 16 },
      hovertemplate: "code %{x}, bit %{y}<br>%{z} levels<extra></extra>",
    };
  });
  return { data, layout };
}
