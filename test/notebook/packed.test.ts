import { expect, test } from "vitest";
import { packed } from "../../src/notebook/packed.js";

test("a figure in a notebook holds grids of heights as base64 of float32, row by row, and all else as it was", () => {
  const line = { type: "scatter", x: [1, 2], y: [3, 4] };
  const contour = {
    type: "contour",
    x: [0, 1, 2],
    z: [
      [0.5, -1, 2],
      [3, 4, 5.25],
    ],
  };
  const figure = { data: [line, contour], layout: { width: 10, height: 20 } };
  const { data, layout } = packed(figure);
  expect(layout).toEqual(figure.layout);
  expect(data[0]).toEqual(line);
  const { z, ...rest } = data[1] as { z: { dtype: string; bdata: string; shape: string } };
  expect(rest).toEqual({ type: "contour", x: [0, 1, 2] });
  expect(z).toMatchObject({ dtype: "f4", shape: "2, 3" });
  const bytes = Buffer.from(z.bdata, "base64");
  expect(Array.from({ length: 6 }, (_, i) => bytes.readFloatLE(4 * i))).toEqual([0.5, -1, 2, 3, 4, 5.25]);
  expect(contour.z[1]).toEqual([3, 4, 5.25]); // the figure itself is not changed
});
