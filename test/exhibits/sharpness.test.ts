import { describe, expect, it } from "vitest";
import {
  armStyles,
  associationFigure,
  associationTable,
  claimsTable,
  discussion,
  type Figure,
  judgedSharpness,
  landscapeContours,
  landscapeLines,
  landscapeSurfaces,
  measureTitle,
  mediationFigure,
  mediationTable,
  predictedRisesTable,
  predictorFigure,
  riseRows,
  type SharpnessRow,
  sharpnessDifferencesTable,
  sharpnessRows,
  sharpnessTable,
  toCsv,
} from "../../src/exhibits/index.js";
import type { Results } from "../../src/experiments/results/rows.js";
import {
  type LandscapeDocument,
  landscapeSteps,
  SHARPNESS,
  type SharpnessDocument,
} from "../../src/experiments/sharpness/index.js";
import { isShown } from "../../src/experiments/sharpness/measure-titles.js";
import { mainArms } from "../../src/experiments/study/arms.js";
import { pairedEffect, spearman, tInterval } from "../../src/statistics/index.js";
import { judgement } from "../../src/studies/lenet5-fashion/claims.js";
import { changed, study, typical } from "./rows.js";

const PRIMARY_MEASURE = judgement.sharpness!.measure;

const measure = (id: string, value: number) => ({
  id,
  value,
  standardError: 0.01,
  unit: "nats" as const,
  radius: null,
  relativeRadius: null,
});

/** A document with the primary measure, a second one and a layer's trace. */
function document(arm: string, seed: number, flatness: number): SharpnessDocument {
  return {
    format: "flatenn-sharpness-1",
    study: "lenet5-fashion",
    profile: "full",
    arm,
    seed,
    network: `${arm}/${seed}`,
    model: "lenet5",
    bits: { weights: 4, activations: 4 },
    encoding: "offset-binary",
    images: { dataset: "fashion-mnist", split: "train", key: ["k"], count: 2048 },
    maps: "maps",
    settings: SHARPNESS,
    layers: [],
    backend: {},
    done: [],
    measures: [
      measure(PRIMARY_MEASURE, flatness),
      measure("worst:0.003", 1 - flatness),
      measure("trace:fc1", 3),
    ],
    faultRises: [
      { fault: "flip", layer: "", rate: 0.01, value: 0.2, standardError: 0.02 },
      { fault: "flip", layer: "fc1", rate: 0.01, value: -0.001, standardError: 0.01 },
      { fault: "sa0", layer: "", rate: 0.1, value: 0.5, standardError: 0.02 },
    ],
    predictor: [
      { fault: "flip", layer: "", slope: 1, curvature: 40, scatter: { value: 20, standardError: 2 } },
      { fault: "flip", layer: "fc1", slope: 1, curvature: 0, scatter: { value: 0, standardError: 0 } },
    ],
    hessian: null,
  };
}

const FLATNESS: Record<string, number> = { standard: 0.2, "standard-saq": 0.1, as: 0.5, "as-saq": 0.3 };
const documents = (results: Results) =>
  results.networks.map(({ arm, seed }) =>
    document(arm, seed, FLATNESS[arm]! + 0.01 * seed * (arm === "as" ? 2 : 1)),
  );

const full = study(typical);
const rows = sharpnessRows(full, documents(full));

describe("sharpnessRows()", () => {
  it("give each network's drop: accuracy without faults less the mean over fault types, rates and maps", () => {
    expect(rows).toHaveLength(12);
    const { arm, seed, accuracy, drop, clipRatio } = rows[7]!;
    const trials = full.trials.filter((trial) => trial.arm === arm && trial.seed === seed);
    const mean = trials.reduce((sum, { correct }) => sum + correct / 10, 0) / trials.length;
    expect(drop).toBeCloseTo(accuracy - mean, 10);
    expect(clipRatio).toBeCloseTo(2 + seed / 10, 10);
  });

  it("leave out ablations, networks of no results and arms without all trials, and refuse other networks", () => {
    const [first] = documents(full);
    const rowsOf = (other: Partial<SharpnessDocument>, results = full) =>
      sharpnessRows(results, [{ ...first!, ...other }]).length;
    const as = (group: "control" | "ablation") =>
      changed(full, {
        settings: full.study.arms
          .filter(({ id }) => ["as", "standard"].includes(id))
          .map((arm) => (arm.id === "as" ? arm : { ...arm, group, base: "as", seeds: 3 })),
      });
    expect(rowsOf({})).toBe(1);
    expect(rowsOf({}, as("control"))).toBe(1);
    expect(rowsOf({}, as("ablation"))).toBe(0);
    expect(rowsOf({ seed: 9 })).toBe(0);
    expect(rowsOf({}, { ...full, trials: full.trials.slice(1) })).toBe(0);
    expect(() => rowsOf({ network: "another" })).toThrow("another network than that of the results");
  });
});

describe("judgedSharpness()", () => {
  it("is the paired difference of the primary measure by seed, with a t interval", () => {
    const [claim, ...others] = judgedSharpness(full, rows);
    expect(others).toEqual([]);
    const expected = tInterval([1, 2, 3].map((seed) => 0.3 + 0.01 * seed));
    expect(claim!.effect!.mean).toBeCloseTo(expected.mean, 12);
    expect(claim!.effect!.low).toBeCloseTo(expected.low, 12);
    expect(claim).toMatchObject({
      first: "as",
      second: "standard",
      verdict: "supported",
      exploratory: false,
    });
  });

  it.each([
    ["supported", [0.5, 0.51, 0.52]],
    ["contradicted", [0.1, 0.11, 0.12]],
    ["inconclusive", [0.1, 0.2, 0.4]],
  ])("is %s where the interval lies so", (verdict, values) => {
    const changed = documents(full).map((own) =>
      own.arm === "as" ? document("as", own.seed, values[own.seed - 1]!) : own,
    );
    expect(judgedSharpness(full, sharpnessRows(full, changed))[0]!.verdict).toBe(verdict);
  });

  it("is withheld with one seed, with fewer seeds than the study has, and where an arm is missing", () => {
    const one = study(typical, { seeds: [1] });
    const reason = (results: Results, found = documents(results)) =>
      judgedSharpness(results, sharpnessRows(results, found))[0]!.reason;
    expect(reason(one)).toBe("one seed gives no interval");
    expect(
      reason(
        full,
        documents(full).filter(({ arm, seed }) => arm !== "as" || seed > 1),
      ),
    ).toBe("sharpness is measured with 2 of 3 seeds");
    expect(
      reason(
        full,
        documents(full).filter(({ arm }) => arm !== "as"),
      ),
    ).toBe("sharpness of an arm is not measured");
  });

  it("judges AS-high too where the study has it", () => {
    const more = study(typical, { arms: ["standard", "as", "as-high"] });
    expect(judgedSharpness(more, []).map(({ first }) => first)).toEqual(["as", "as-high"]);
  });

  it("stands in the claims table, in nats, where sharpness is measured, and not where it is not", () => {
    const c2 = claimsTable(full, rows).rows.find(({ claim }) => claim === "C2")!;
    expect(c2["comparison"]).toMatch(/^sharpness, AS - standard: 0\.3200 \[0\.2952, 0\.3448\] nats$/);
    expect([c2["effect_pp"], c2["verdict"], c2["basis"]]).toEqual([null, "supported", "seeds only"]);
    expect(claimsTable(full).rows.some(({ claim }) => claim === "C2")).toBe(false);
    const exploratory = { ...study(typical, { seeds: [1], exploratory: true }) };
    const withheld = claimsTable(exploratory, sharpnessRows(exploratory, documents(exploratory)));
    expect(withheld.rows.at(-1)!["verdict"]).toBe("withheld: one seed gives no interval");
    expect(() => toCsv(withheld)).not.toThrow();
  });
});

describe("what the discussion says of C2", () => {
  const said = (results: Results, of: typeof rows) =>
    discussion(results, of).find((text) => text.startsWith("C2"))!;

  it("is verdict, difference in nats, what SAQ changes, and the rank correlations of the association table", () => {
    const text = said(full, rows);
    expect(text).toContain("for AS - standard it holds here, 0.3200 nats [0.2952, 0.3448]");
    expect(text).toContain("(standard + SAQ) - standard -0.1000 nats");
    // The second measure of these networks is 1 less the primary one.
    expect(text).toContain("AS is sharper than standard in none, flatter in 1 and not distinguishable in 0.");
    const of = (id: string) => {
      const cells = associationTable(full, rows).rows.find(({ measure }) => measure === id)!;
      const [mean, low, high] = ["", "_low", "_high"].map((end) =>
        (cells[`correlation${end}`] as number).toFixed(2),
      );
      return `${mean} [${low}, ${high}]`;
    };
    expect(text).toContain(
      `Over 12 networks of 3 seeds the primary measure's rank correlation with the drop in accuracy under faults, the revision's wording of C2, is ${of(PRIMARY_MEASURE)}`,
    );
    expect(text).toContain(`That of clip/sd, which scales the faults themselves, is ${of("clip-ratio")}`);
    expect(text).toMatch(
      /Such intervals resample seeds; with so few they are too narrow, and decide nothing\.$/,
    );
    const curved = rows.map((row) => ({
      ...row,
      measures: new Map([...row.measures, ["eigenvalue:1", measure("eigenvalue:1", row.drop)]]),
    }));
    expect(said(full, curved)).toContain("the largest eigenvalue, the correlation is 1.00 [1.00, 1.00].");
    expect(text).not.toContain("eigenvalue");
  });

  it("has no verdict and no interval with one seed, and without measures says that there are none", () => {
    const one = { ...study(typical, { seeds: [1], exploratory: true }) };
    const text = said(one, sharpnessRows(one, documents(one)));
    expect(text).toContain("for AS - standard it has no verdict: one seed gives no interval");
    expect(text).not.toContain("NaN");
    expect(said(full, [])).toMatch(/it is not measured here\.$/);
  });
});

describe("the tables of sharpness", () => {
  it("show means over seeds by arm and measure, layers apart", () => {
    const { rows: cells } = sharpnessTable(full, rows);
    expect(cells.map(({ measure, arm }) => `${measure} ${arm}`)).toEqual(
      [PRIMARY_MEASURE, "worst:0.003"].flatMap((id) => mainArms(full.study).map((arm) => `${id} ${arm}`)),
    );
    expect(cells[2]).toMatchObject({ arm_title: "AS", value: expect.closeTo(0.54, 10), seeds: 3 });
    expect(sharpnessTable(study(typical, { seeds: [1] }), rows.slice(0, 1)).rows[0]!["value_sd"]).toBeNull();
  });

  it("show differences paired by seed, and C2's verdict beside the primary measure alone", () => {
    const { rows: cells } = sharpnessDifferencesTable(full, rows);
    expect(cells.map(({ comparison }) => comparison)).toEqual(
      ["AS - standard", "(standard + SAQ) - standard", "(AS + SAQ) - AS"].flatMap((c) => [c, c]),
    );
    expect(cells.map(({ verdict }) => verdict)).toEqual(["supported", "", "", "", "", ""]);
    expect(cells[1]!["difference"]).toBeCloseTo(-0.32, 10);
  });

  it("show rank correlations with the drop, clip/sd and accuracy among them", () => {
    const { rows: cells } = associationTable(full, rows, { resamples: 50 });
    expect(cells.map(({ measure }) => measure)).toEqual([
      PRIMARY_MEASURE,
      "worst:0.003",
      "clip-ratio",
      "accuracy",
    ]);
    const values = rows.map(({ measures }) => measures.get(PRIMARY_MEASURE)!.value);
    expect(cells[0]!["correlation"]).toBeCloseTo(
      spearman(
        values,
        rows.map(({ drop }) => drop),
      ),
      12,
    );
    expect(cells[1]!["correlation"]).toBeCloseTo(-(cells[0]!["correlation"] as number), 12);
    expect(cells[0]!["correlation_low"] as number).toBeLessThanOrEqual(cells[0]!["correlation"] as number);
    expect(cells[0]!["networks"]).toBe(12);
  });

  it("are drawn, a point a network, with the table's rank correlations above the panels", () => {
    const { data, layout } = associationFigure(full, rows);
    const dots = data as { x: (number | null)[]; y: (number | null)[]; xaxis?: string; name: string }[];
    const cells = associationTable(full, rows).rows;
    const panels = [
      [PRIMARY_MEASURE, "x", (row: SharpnessRow) => row.measures.get(PRIMARY_MEASURE)!.value],
      ["clip-ratio", "x2", (row: SharpnessRow) => row.clipRatio],
      ["accuracy", "x3", (row: SharpnessRow) => row.accuracy],
    ] as const;
    for (const [id, axis, read] of panels) {
      const own = dots.filter(({ xaxis }) => xaxis === axis);
      const pairs = own.flatMap(({ x, y }) => x.map((at, i) => [at, y[i]]));
      expect(pairs.map(([x, y]) => `${x} ${y}`).sort()).toEqual(
        rows.map((row) => `${Number(read(row).toPrecision(5))} ${Number(row.drop.toPrecision(5))}`).sort(),
      );
      const { correlation } = cells.find(({ measure }) => measure === id)!;
      expect(JSON.stringify(layout["annotations"])).toContain(`ρ = ${(correlation as number).toFixed(2)} [`);
    }
    expect(associationFigure(full, []).data).toEqual([]);
  });

  it("have no interval with one seed and no partial correlation of four networks, and no rows of none", () => {
    const one = study(typical, { seeds: [1] });
    const [cell] = associationTable(one, sharpnessRows(one, documents(one))).rows;
    expect([cell!["correlation_low"], cell!["partial"], cell!["networks"]]).toEqual([null, null, 4]);
    expect(associationTable(full, []).rows).toEqual([]);
    expect(sharpnessTable(full, []).rows).toEqual([]);
    expect(sharpnessDifferencesTable(full, []).rows).toEqual([]);
  });
});

describe("measureTitle()", () => {
  it("says in words what an id stands for", () => {
    expect(
      [
        PRIMARY_MEASURE,
        "average:0.5",
        "sam-ascent:0.2",
        "asam-step:2",
        "eigenvalue:1",
        "faults:sa0:p=0.0001",
      ].map(measureTitle),
    ).toEqual([
      "average-case flatness, radius of p = 1 %",
      "average-case flatness, xi = 0.5",
      "SAM sharpness, ascent, rho = 0.2",
      "adaptive sharpness, one step, rho = 2",
      "eigenvalue 1",
      "fault sharpness, stuck-at-0, p = 0.01 %",
    ]);
  });

  it("of what tables leave out, that is layers, lesser eigenvalues, other rates and the loss itself", () => {
    const ids = [
      "trace",
      "trace:fc1",
      "eigenvalue:1",
      "eigenvalue:2",
      "faults:flip:p=0.01",
      "faults:flip:p=0.001",
    ];
    expect([...ids, "loss"].filter(isShown)).toEqual(["trace", "eigenvalue:1", "faults:flip:p=0.01"]);
  });
});

describe("predictions", () => {
  it("add the three terms at each rate that was measured, where there are terms", () => {
    const [row, layer, ...others] = riseRows([document("as", 1, 0.3)]);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ slope: 0.01, curvature: 0.002, measured: 0.2 });
    expect(row!.scatter).toBeCloseTo(0.099, 12);
    expect(row!.predicted).toBeCloseTo(0.111, 12);
    expect(layer!.layer).toBe("fc1");
    expect(predictedRisesTable([document("as", 1, 0.3)]).rows).toHaveLength(2);
  });

  it("are drawn against what was measured, but for what a logarithm has no place for", () => {
    const { data, layout } = predictorFigure([document("as", 1, 0.3), document("standard", 1, 0.2)]);
    const dots = (data as { x: (number | null)[]; mode: string; legendgroup?: string }[]).filter(
      ({ mode, x }) => mode === "markers" && x[0] !== null,
    );
    expect(dots.map(({ x }) => x)).toEqual([[expect.closeTo(0.111, 10)], [expect.closeTo(0.111, 10)]]);
    expect(JSON.stringify(layout["annotations"])).toContain("not above 0: 2");
    expect(predictorFigure([]).data).toEqual([]);
  });
});

describe("landscapes", () => {
  const steps = landscapeSteps(5);
  const landscape = (
    arm: string,
    seed: number,
    kind: "lines" | "plane",
    height: number,
  ): LandscapeDocument => {
    const { settings: _, maps: __, done: ___, measures: ____, ...head } = document(arm, seed, 0);
    const directions = kind === "lines" ? ["random:0", "random:1", "sa0"] : ["random:0", "random:1"];
    const count = kind === "lines" ? 3 : 5;
    return {
      ...head,
      format: "flatenn-landscape-1",
      kind,
      directions,
      steps,
      directionKey: [],
      rows: Array.from({ length: count }, (_, j) => steps.map((x) => height * (0.1 + x * x + j))),
    };
  };
  const planes = [
    landscape("standard", 3, "plane", 1),
    landscape("as", 3, "plane", 10),
    landscape("as", 4, "plane", 99),
  ];
  type Trace = { name: string; x: number[]; y: number[]; z: number[][]; fill?: string } & Record<
    string,
    unknown
  >;

  it("along lines: random directions are one panel, with the mean and a band from the lowest to the highest", () => {
    const { data } = landscapeLines(
      [landscape("as", 0, "lines", 1), landscape("as", 1, "lines", 3)],
      armStyles(full),
    );
    const traces = data as Trace[];
    expect(traces.map(({ name }) => name)).toEqual([
      "AS, lowest to highest",
      "AS",
      "AS, lowest to highest",
      "AS",
    ]);
    expect(traces[1]!.y[2]).toBeCloseTo((0.1 + 1.1 + 0.3 + 3.3) / 4, 10);
    expect([traces[0]!.y[2], traces[0]!.y[7]]).toEqual([expect.closeTo(3.3, 10), expect.closeTo(0.1, 10)]);
    expect(traces[3]!.y[2]).toBeCloseTo((2.1 + 6.3) / 2, 10);
  });

  it.each([
    ["contours", landscapeContours, "zmin", "zmax"],
    ["surfaces", landscapeSurfaces, "cmin", "cmax"],
  ] as const)("as %s: a panel per arm of the lowest seed, one scale of colours", (_, draw, low, high) => {
    const { data } = draw(planes) as Figure;
    const traces = data as Trace[];
    expect(traces).toHaveLength(2);
    for (const trace of traces) {
      expect(trace[low]).toBeCloseTo(-1, 10);
      expect(trace[high]).toBeCloseTo(Math.log10(51), 10);
    }
    expect(traces[1]!.z[1]![2]).toBe(1.041); // log10(11)
    expect(traces.filter(({ showscale }) => showscale)).toHaveLength(1);
  });

  it("without documents draw nothing", () => {
    for (const draw of [landscapeLines, landscapeContours, landscapeSurfaces])
      expect(draw([]).data).toEqual([]);
  });
});

describe("mediation", () => {
  const arms = ["standard", "standard-saq", "standard-frozen", "standard-saq-frozen"];
  /** SAQ gains 60 images of 1,000 with free clips, 20 with frozen ones. */
  const results = study(
    (arm, fault, rate, seed, map) =>
      fault === "none"
        ? 900
        : 500 -
          Math.round(1000 * rate) +
          ((seed * map) % 3) +
          (arm === "standard-saq" ? 60 + seed : arm === "standard-saq-frozen" ? 20 : 0),
    { arms },
  );

  it("is the gain of SAQ with clips learned and frozen, and the difference, which the range accounts for", () => {
    const { rows: cells } = mediationTable(results);
    const of = (clips: string, fault: string) =>
      cells.find((row) => row["clips"] === clips && row["fault"] === fault)!;
    expect(of("free", "all")["gain_pp"]).toBeCloseTo(6.2, 10);
    expect(of("frozen", "stuck-at-0")["gain_pp"]).toBeCloseTo(2, 10);
    expect(of("difference", "bit flip")["gain_pp"]).toBeCloseTo(4.2, 10);
    const gains = [1, 2, 3].map((seed) => [0, 1, 2, 3].map(() => 6 + seed / 10));
    expect(of("free", "all")["gain_pp_low"]).toBeCloseTo(pairedEffect(gains).low, 10);
    expect(mediationFigure(results).data).toHaveLength(3);
  });

  it("is not there in a study without frozen clips", () => {
    expect(mediationTable(full).rows).toEqual([]);
    expect(mediationFigure(full).data).toEqual([]);
  });
});
