import { describe, expect, test } from "vitest";
import { claims, claimsTable, toCsv, toText, verdictText } from "../../src/exhibits/index.js";
import { pairedEffect } from "../../src/statistics/index.js";
import { type Correct, study, typical } from "./rows.js";

/** Accuracy 90 % without faults, and a constant under them by arm. */
const constant =
  (correct: Record<string, number>): Correct =>
  (arm, fault) =>
    fault === "none" ? 900 : (correct[arm] ?? 0);

const find = (rows: ReturnType<typeof claims>, claim: string, fault = "all") =>
  rows.find((row) => row.claim === claim && row.fault === fault)!;

test("each claim is tested over all fault types, then on each", () => {
  const rows = claims(study(typical));
  expect(rows.map(({ claim, fault }) => `${claim} ${fault}`)).toEqual(
    ["C1", "C3a", "C3b", "C4"].flatMap((claim) =>
      ["all", "flip", "sa0", "sa1"].map((fault) => `${claim} ${fault}`),
    ),
  );
});

test("effects are in percentage points, and positive supports the claim", () => {
  const rows = claims(study(constant({ standard: 600, "standard-saq": 650, as: 500, "as-saq": 620 })));
  const effect = (claim: string) => find(rows, claim).effect;
  expect(effect("C1")).toEqual({ mean: 10, low: 10, high: 10 });
  expect(effect("C3a")).toEqual({ mean: 12, low: 12, high: 12 });
  expect(effect("C3b")).toEqual({ mean: 5, low: 5, high: 5 });
  expect(effect("C4")).toEqual({ mean: 2, low: 2, high: 2 });
  expect(rows.every(({ verdict, reason }) => verdict === "supported" && reason === "")).toBe(true);
});

test("the effect is the mean over rates and fault types of the paired differences by seed and map", () => {
  const results = study(typical);
  const accuracy = (arm: string, seed: number, map: number, faults: string[]) => {
    const trials = results.trials.filter(
      (t) => t.arm === arm && t.seed === seed && t.map === map && faults.includes(t.fault),
    );
    return trials.reduce((sum, t) => sum + (100 * t.correct) / t.images, 0) / trials.length;
  };
  for (const [fault, faults] of [
    ["all", ["flip", "sa0", "sa1"]],
    ["sa1", ["sa1"]],
  ] as const) {
    const expected = pairedEffect(
      results.study.seeds.map((seed) =>
        [0, 1, 2, 3].map(
          (map) => accuracy("as-saq", seed, map, [...faults]) - accuracy("as", seed, map, [...faults]),
        ),
      ),
    );
    const { effect, standardError, df, basis } = find(claims(results), "C3a", fault);
    expect(effect.mean).toBeCloseTo(expected.mean, 10);
    expect(effect.low).toBeCloseTo(expected.low, 10);
    expect(standardError).toBeCloseTo(expected.standardError, 10);
    expect(df).toBeCloseTo(expected.df, 6);
    expect(basis).toBe("seeds and maps");
  }
});

test("verdicts follow the interval: below 0 contradicts, around 0 is inconclusive, so is exactly 0", () => {
  const below = claims(study(constant({ standard: 500, as: 600, "as-saq": 600, "standard-saq": 500 })));
  expect(find(below, "C1").verdict).toBe("contradicted");
  expect(find(below, "C3a").verdict).toBe("inconclusive");
  const noisy = claims(
    study((arm, fault, _, seed, map) =>
      fault === "none" ? 900 : arm === "as" ? 500 + (seed % 2 === 0 ? 30 : -30) + map : 505,
    ),
  );
  expect(find(noisy, "C1").verdict).toBe("inconclusive");
});

test("the secondary effect takes each network's own accuracy without faults as zero", () => {
  const rows = claims(
    study((arm, fault) =>
      arm.startsWith("as") ? (fault === "none" ? 880 : 500) : fault === "none" ? 910 : 600,
    ),
  );
  // 10 points more under faults, of which 3 were there without faults.
  expect(find(rows, "C1").effect.mean).toBeCloseTo(10, 10);
  expect(find(rows, "C1").drop.mean).toBeCloseTo(7, 10);
});

test("the largest cell is that of the fault type and rate with the largest difference", () => {
  const rows = claims(
    study((arm, fault, rate) => {
      if (fault === "none") return 900;
      return arm === "as" && fault === "sa0" && rate === 0.07 ? 300 : arm === "as" ? 480 : 500;
    }),
  );
  expect(find(rows, "C1").largest).toBeCloseTo(20, 10);
  expect(find(rows, "C1", "flip").largest).toBeCloseTo(2, 10);
});

test("the paper's maxima stand beside the row over all fault types only", () => {
  const rows = claims(study(typical));
  expect(["C1", "C3a", "C3b", "C4"].map((claim) => find(rows, claim).paper)).toEqual([
    { v1: 17.32, revised: 11.13 },
    { v1: 36.71, revised: 19.5 },
    { v1: 24.76, revised: 15.82 },
    null,
  ]);
  expect(find(rows, "C1", "flip").paper).toBeNull();
});

test("AS-high enters C1 where the study has it", () => {
  const arms = ["standard", "standard-saq", "as", "as-saq", "as-high"];
  const rows = claims(study(typical, { arms })).filter(({ claim }) => claim === "C1");
  expect(rows.map(({ worse }) => worse)).toEqual([...Array(4).fill("as"), ...Array(4).fill("as-high")]);
  expect(rows[4]!.verdict).toBe("supported");
});

test("the same rows give the same claims, bootstrap included", () => {
  expect(claims(study(typical))).toEqual(claims(study(typical)));
  const { bootstrap, effect } = find(claims(study(typical)), "C1");
  expect(bootstrap.low).toBeLessThan(effect.mean);
  expect(bootstrap.high).toBeGreaterThan(effect.mean);
});

describe("a verdict is withheld, with its reason", () => {
  const verdicts = (results: Parameters<typeof claims>[0]) =>
    Object.fromEntries(
      claims(results)
        .filter(({ fault }) => fault === "all")
        .map((row) => [row.claim, verdictText(row)]),
    );

  test("where an arm is missing", () => {
    expect(verdicts(study(typical, { arms: ["standard", "standard-saq"] }))).toEqual({
      C1: 'withheld: the study has no arm "as"',
      C3a: 'withheld: the study has no arm "as-saq"',
      C3b: "supported",
      C4: 'withheld: the study has no arm "as-saq"',
    });
  });

  test("where a single trial is missing", () => {
    const whole = study(typical);
    const trials = whole.trials.filter(
      (t) => !(t.arm === "as" && t.fault === "sa0" && t.rate === 0.07 && t.seed === 2 && t.map === 3),
    );
    const rows = claims({ ...whole, trials });
    expect(find(rows, "C1").reason).toBe("1 of 12 trials of as under sa0 at rate 0.07 are missing");
    expect(find(rows, "C1", "flip").verdict).toBe("supported");
    expect(find(rows, "C3b").verdict).toBe("supported");
  });

  test("where a fault type was not tested, for the verdict over all", () => {
    const rows = claims(study(typical, { faults: ["flip", "sa0"] }));
    expect(find(rows, "C1").reason).toBe('the study has no fault "sa1"');
    expect(find(rows, "C1", "sa0").verdict).toBe("supported");
  });

  test("where there are no trials, networks, seeds, maps or rates", () => {
    for (const nothing of [
      { trials: [] },
      { trials: [], networks: [] },
      { seeds: [] },
      { maps: 0 },
      { rates: [] },
    ]) {
      for (const row of claims(study(typical, nothing))) {
        expect(row.verdict).toBe("withheld");
        expect(row.reason).not.toBe("");
        expect(row.effect.mean).toBeNaN();
      }
    }
  });

  test("where one seed or one map leaves nothing to generalise over", () => {
    expect(verdicts(study(typical, { seeds: [1] }))["C1"]).toBe(
      "withheld: one seed says nothing of other trainings",
    );
    expect(verdicts(study(typical, { maps: 1 }))["C1"]).toBe("withheld: one map says nothing of others");
    const one = find(claims(study(typical, { seeds: [1], maps: 1, exploratory: true })), "C1");
    expect(one).toMatchObject({
      reason: "one seed and one map give no interval",
      largest: NaN,
      basis: "none",
    });
    expect(one.effect.mean).toBeGreaterThan(0);
  });
});

describe("an exploratory run", () => {
  const results = study(typical, { exploratory: true, profile: "quick", split: "validation", seeds: [1] });

  test("says so in every verdict, and gives intervals over maps", () => {
    for (const row of claims(results)) expect(verdictText(row)).toMatch(/^exploratory: /);
    expect(find(claims(results), "C1").basis).toBe("maps only");
  });

  test("says in the table that with one seed it counts for nothing", () => {
    const { title, caption } = claimsTable(results);
    expect(title).toBe("Claims (exploratory run)");
    expect(caption).toContain("no verdict in this table is a test of a claim");
    expect(caption).toContain("the verdicts count for nothing");
    expect(claimsTable(study(typical)).caption).not.toContain("xploratory");
  });
});

test("the claims table prints effect, interval, verdict and the paper's numbers", () => {
  const table = claimsTable(study(constant({ standard: 600, "standard-saq": 650, as: 500, "as-saq": 620 })));
  const lines = toText(table, { width: 140 }).split("\n");
  expect(lines.find((line) => line.startsWith("C1 "))!.split(/ {2,}/)).toEqual([
    "C1",
    "standard - AS",
    "all three",
    "10.00 [10.00, 10.00]",
    "supported",
    "10.00",
    "17.32",
    "11.13",
    "0.00",
  ]);
  expect(table.caption).toContain("may come from networks or rates not tested here");
  expect(table.caption).toContain(
    "3 seeds · 4 fault maps · 1,000 test images · W4A4 · offset-binary weight codes",
  );
  expect(toCsv(table).split("\n")[0]).toBe(
    "claim,comparison,fault,effect_pp,low_pp,high_pp,verdict,largest_pp,paper_v1_pp,paper_revised_pp,drop_pp,drop_low_pp,drop_high_pp,detectable_pp,basis,standard_error_pp,df,seed_sd_pp,map_sd_pp,bootstrap_low_pp,bootstrap_high_pp",
  );
});

test("a trial stored twice, or with more correct than images, is an error", () => {
  const results = study(typical);
  const [first] = results.trials;
  expect(() => claims({ ...results, trials: [...results.trials, first!] })).toThrow(
    "must hold each trial once",
  );
  const wrong = { ...first!, correct: 1001 };
  expect(() => claims({ ...results, trials: [wrong] })).toThrow("got 1001 of 1000 (standard, seed 1)");
});
