import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { maxCode, weightCodes } from "../../src/quantization/index.js";
import { flippedWeights, randomPositions } from "../../src/training/gradients/random-flips.js";

const COUNT = 200_000;

describe("randomPositions()", () => {
  it.each([0.001, 0.01, 0.3])(
    "hits each place with probability %f, independently of its neighbour",
    (rate) => {
      const positions = randomPositions(COUNT, rate, stream("test", "flips", rate));
      const sd = Math.sqrt(COUNT * rate * (1 - rate));
      expect(Math.abs(positions.length - COUNT * rate)).toBeLessThan(4 * sd);
      const pairs = positions.filter((at, i) => positions[i + 1] === at + 1).length;
      expect(Math.abs(pairs - COUNT * rate ** 2)).toBeLessThan(4 * Math.sqrt(COUNT * rate ** 2) + 1);
      expect(positions.every((at, i) => at < COUNT && (i === 0 || at > positions[i - 1]!))).toBe(true);
    },
  );

  it("hits the first and the last place as often as any other", () => {
    const draws = stream("test", "ends");
    let [first, last] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const positions = randomPositions(10, 0.25, draws);
      if (positions[0] === 0) first++;
      if (positions.at(-1) === 9) last++;
    }
    for (const hits of [first, last]) expect(Math.abs(hits - 1000)).toBeLessThan(4 * Math.sqrt(750));
  });

  it("hits nothing at rate 0 and refuses what is no rate", () => {
    expect(randomPositions(COUNT, 0, stream("test"))).toEqual(new Uint32Array());
    for (const rate of [-0.1, 1, Number.NaN])
      expect(() => randomPositions(5, rate, stream("test"))).toThrow(`rate must be in [0, 1), got ${rate}`);
  });
});

describe("flippedWeights()", () => {
  const draws = stream("test", "latent");
  const latent = Float32Array.from({ length: 50_000 }, () => 0.5 * draws.normal());
  const read = (bits: number, encoding: "offset-binary" | "gray") =>
    flippedWeights(latent, 1, { rate: 0.05, bits, encoding, draws: stream("test", "read", bits) });

  it.each([2, 4, 8])(
    "shrinks %i-bit weights to 1 - 2p of their size on average: E[w'] = (1 - 2p) w",
    (bits) => {
      const n = maxCode(bits);
      const written = Float64Array.from(weightCodes(latent, 1, bits), (q) => (2 * q - n) / n);
      const product = read(bits, "offset-binary").reduce((sum, w, i) => sum + w * written[i]!, 0);
      const square = written.reduce((sum, w) => sum + w * w, 0);
      expect(product / square).toBeCloseTo(0.9, 2);
    },
  );

  it("gives levels of the grid, and others in another encoding from the same draws", () => {
    const values = read(4, "offset-binary");
    for (const w of values)
      expect(Math.abs(((w + 1) * 15) / 2 - Math.round(((w + 1) * 15) / 2))).toBeLessThan(1e-5);
    expect(read(4, "gray")).not.toEqual(values);
  });
});
