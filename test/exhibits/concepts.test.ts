import { expect, test } from "vitest";
import {
  codeHistogram,
  encodingSteps,
  momentsAgainstSimulation,
  quantizer,
  styleById,
} from "../../src/exhibits/index.js";

interface Trace {
  name: string;
  type: string;
  x: number[];
  y: number[];
  z: number[][];
  mode: string;
}
const traces = (figure: { data: object[] }) => figure.data as Trace[];

test("the quantizer's figure has 2^k levels of weights, none of them 0, and of activations, 0 among them", () => {
  for (const bits of [1, 4, 8]) {
    const [weights, activations] = traces(quantizer(bits)).filter(({ name }) => name === "quantized");
    expect(new Set(weights!.y).size).toBeLessThanOrEqual(2 ** bits);
    expect(weights!.y).not.toContain(0);
    expect(activations!.y).toContain(0);
    for (const { y } of [weights!, activations!]) expect(y).toEqual([...y].sort((a, b) => a - b));
  }
  const [weights] = traces(quantizer(4)).filter(({ name }) => name === "quantized");
  expect(new Set(weights!.y).size).toBe(16);
});

test("a flipped bit b moves a weight by 2^b levels in offset binary, and by one level in Gray code's bit 0", () => {
  const [binary, , magnitude, gray] = traces(encodingSteps(4));
  for (let bit = 0; bit < 4; bit++)
    expect(binary!.z[bit]!.map(Math.abs)).toEqual(new Array(16).fill(2 ** bit));
  expect(gray!.z[0]!.map(Math.abs)).toEqual(new Array(16).fill(1));
  // the sign bit turns q into n - q
  expect(magnitude!.z[3]).toEqual(Array.from({ length: 16 }, (_, q) => 15 - 2 * q));
});

test("the histogram of codes adds up to all weights, and a layer without weights to none", () => {
  const layer = { style: styleById("as"), n: 3 };
  const [full, empty] = traces(
    codeHistogram(
      [
        { ...layer, layer: "a", codes: Uint8Array.of(0, 1, 1, 3) },
        { ...layer, layer: "b", codes: new Uint8Array(0) },
      ],
      "",
    ),
  );
  expect(full!.y).toEqual([25, 50, 0, 25]);
  expect(empty!.y).toEqual([0, 0, 0, 0]);
});

test("closed form and simulation are drawn as points of a fault type, above a diagonal that spans both", () => {
  const pair = { fault: "sa0", code: 3, mean: -2, simulatedMean: -1, variance: 4, simulatedVariance: 5 };
  const [diagonal, points, , variances] = traces(momentsAgainstSimulation([pair], ""));
  expect([diagonal!.x, diagonal!.y]).toEqual([
    [-2, -1],
    [-2, -1],
  ]);
  expect([points!.name, points!.x, points!.y]).toEqual(["stuck-at-0", [-2], [-1]]);
  expect([variances!.x, variances!.y]).toEqual([[4], [5]]);
});
