import { readFileSync, writeFileSync } from "node:fs";
import { join as path } from "node:path";
import { describe, expect, it } from "vitest";
import {
  changeMoments,
  DIRECTIONS,
  filterNormalized,
  join,
  landscapeSteps,
  measureLandscape,
  namedDirection,
  unitMoments,
} from "../../../src/experiments/sharpness/index.js";
import { type LandscapeHead, landscapePath } from "../../../src/experiments/sharpness/landscape.js";
import { faultModel } from "../../../src/faults/index.js";
import { ENCODINGS, weightValues } from "../../../src/quantization/index.js";
import { temporaryFolder } from "../../support/cli.js";
import { matrixWithSpectrum, normals, quadratic } from "../../support/surfaces.js";

const coded = [
  { name: "a", codes: Uint8Array.of(9, 2, 15, 0, 7, 8), clip: 0.7, bits: 4 },
  { name: "b", codes: Uint8Array.of(7, 11), clip: 1.3, bits: 4 },
];
const values = coded.map(({ codes, clip }) => weightValues(codes, clip, 4));
const { layers, weights } = join({
  a: { shape: [2, 3], data: values[0]! },
  b: { shape: [2, 1], data: values[1]! },
});
const surface = quadratic(matrixWithSpectrum([5, 4, 3, 2, 1, 0.5, 0.2, 0.1], "landscape"), { weights });
const encoding = "offset-binary";
const source = { surface, layers, coded, encoding, key: ["test", "direction", 0] } as const;

describe("filterNormalized()", () => {
  it("makes every filter as long as the weights', and keeps its direction", () => {
    const direction = normals(8, "direction");
    const scaled = filterNormalized(direction, weights, layers);
    for (const filter of [
      [0, 3],
      [1, 4],
      [2, 5],
      [6, 7],
    ]) {
      const of = (v: Float64Array) => filter.map((i) => v[i]!);
      expect(Math.hypot(...of(scaled))).toBeCloseTo(Math.hypot(...of(weights)), 12);
      expect(of(scaled)[0]! / of(scaled)[1]!).toBeCloseTo(of(direction)[0]! / of(direction)[1]!, 10);
    }
    expect(filterNormalized(new Float64Array(8), weights, layers)).toEqual(new Float64Array(8));
  });
});

describe("namedDirection()", () => {
  const length = Math.hypot(...weights);

  it("is as long as the weights, whatever its name", () => {
    for (const name of ["random:0", "random:12", "saq", "flip", "sa0", "sa1"])
      expect(Math.hypot(...namedDirection(name, source))).toBeCloseTo(length, 10);
  });

  it("flips lead straight to 0; stuck-at-1 and stuck-at-0 where these faults lead on average", () => {
    expect(namedDirection("flip", source).every((d, i) => Math.abs(d + weights[i]!) < 1e-6)).toBe(true);
    for (const id of ["sa0", "sa1"]) {
      const { mean } = unitMoments(coded, faultModel(id));
      const direction = namedDirection(id, source);
      for (const i of mean.keys()) expect(direction[i]! * mean[0]!).toBeCloseTo(mean[i]! * direction[0]!, 10);
    }
  });

  it("of any fault model is where its faults lead at small rates, in every encoding", () => {
    for (const encoding of ENCODINGS)
      for (const id of ["flip", "sa0", "sa1", "asymmetric:0.3:1", "sa0/bits:3"]) {
        const { mean } = changeMoments(coded, faultModel(id), { rate: 1e-8, encoding });
        const direction = namedDirection(id, { ...source, encoding });
        const size = Math.hypot(...mean);
        for (const i of mean.keys()) expect(direction[i]).toBeCloseTo((mean[i]! * length) / size, 5);
      }
    expect(namedDirection("sa0", { ...source, encoding: "gray" })).not.toEqual(namedDirection("sa0", source));
    expect(DIRECTIONS).toEqual(["random:<n>", "saq", "flip", "sa0", "sa1"]);
  });

  it("is refused of faults that move no weight, rather than being none", () => {
    const clear = [{ name: "a", codes: new Uint8Array(8), clip: 1, bits: 4 }];
    expect(() => namedDirection("sa0", { ...source, coded: clear })).toThrow(
      "direction sa0 is none: at small rates these faults move no weight of this network on average",
    );
    expect(() => namedDirection("sa2", source)).toThrow(
      /^a direction must be one of random:<n>, saq, flip, sa0, sa1 or another fault model, got sa2: fault model must be/,
    );
  });

  it("saq is the way up of the gradient, and a random one depends on key and number", () => {
    const g = surface.gradient(weights);
    const slope = namedDirection("saq", source).reduce((sum, d, i) => sum + d * g[i]!, 0);
    expect(slope).toBeCloseTo(length * Math.hypot(...g), 10);
    expect(namedDirection("random:1", source)).not.toEqual(namedDirection("random:0", source));
    expect(namedDirection("random:1", { ...source, key: ["test", "direction", 1] })).not.toEqual(
      namedDirection("random:1", source),
    );
    expect(() => namedDirection("up", source)).toThrow("a direction must be one of random:<n>, saq");
  });
});

describe("landscapeSteps()", () => {
  it("go from -1 to 1 with 0 in their midst", () => {
    expect(landscapeSteps(5)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(landscapeSteps(51)[25]).toBe(0);
    for (const count of [0, 4, 1, 2.5])
      expect(() => landscapeSteps(count)).toThrow("points must be an odd number");
  });
});

describe("measureLandscape()", () => {
  const head = (kind: "lines" | "plane", directions: string[]): LandscapeHead => ({
    study: "test",
    profile: "test",
    arm: "as",
    seed: 0,
    network: "n",
    model: "m",
    bits: { weights: 4, activations: 4 },
    encoding: "offset-binary",
    images: { dataset: "none", split: "train", key: ["k"], count: 1 },
    kind,
    directions,
    steps: landscapeSteps(5),
    directionKey: source.key,
  });

  it("is kept in one file of the folder, whatever its directions are called", () => {
    const at = (...directions: string[]) => landscapePath("run", head("plane", directions));
    expect(at("random:0", "saq")).toBe(path("run", "sharpness", "as-seed0-plane-random0-saq.json"));
    expect(at("sa0/bits:3", "asymmetric:0.1:1")).toBe(
      path("run", "sharpness", "as-seed0-plane-sa0-bits3-asymmetric0.1-1.json"),
    );
  });

  it("evaluates w + x u + y v: rows over y, columns over x", async () => {
    const file = path(temporaryFolder(), "plane.json");
    const { rows, steps } = await measureLandscape(head("plane", ["random:0", "saq"]), source, file);
    const [u, v] = [namedDirection("random:0", source), namedDirection("saq", source)];
    for (const [j, y] of steps.entries())
      for (const [i, x] of steps.entries())
        expect(rows[j]![i]).toBeCloseTo(surface.loss(weights.map((w, k) => w + x * u[k]! + y * v[k]!)), 10);
  });

  it("evaluates each line of several, and goes on after any row with the same result", async () => {
    const folder = temporaryFolder();
    const wanted = head("lines", ["flip", "random:3", "saq"]);
    const whole = await measureLandscape(wanted, source, path(folder, "whole.json"));
    expect(whole.rows[0]![4]).toBeCloseTo(0, 12); // -w + w
    expect(whole.rows.map((row) => row[2])).toEqual(Array(3).fill(surface.loss(weights)));
    let evaluated = 0;
    const abort = new AbortController();
    const counting = {
      ...source,
      surface: {
        ...surface,
        loss(w: Float64Array) {
          if (++evaluated === 7) abort.abort();
          return surface.loss(w);
        },
      },
    };
    const cut = path(folder, "cut.json");
    await expect(measureLandscape(wanted, counting, cut, { signal: abort.signal })).rejects.toThrow();
    expect(evaluated).toBe(10); // the row that was begun was stored
    await measureLandscape(wanted, counting, cut);
    expect(evaluated).toBe(15);
    expect(readFileSync(cut, "utf8")).toBe(readFileSync(path(folder, "whole.json"), "utf8"));
  });

  it("refuses a document of another network, and one of another program", async () => {
    const file = path(temporaryFolder(), "lines.json");
    await measureLandscape(head("lines", ["flip"]), source, file);
    const other = { ...head("lines", ["flip"]), network: "other" };
    await expect(measureLandscape(other, source, file)).rejects.toThrow("another network");
    await expect(measureLandscape(other, source, file, { onprogress: () => {} } as never)).rejects.toThrow(
      "measureLandscape has no option onprogress; its options are onProgress, signal",
    );
    writeFileSync(file, "{}");
    await expect(measureLandscape(other, source, file)).rejects.toThrow("must have the format");
  });
});
