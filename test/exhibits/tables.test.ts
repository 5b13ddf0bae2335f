import { expect, test } from "vitest";
import { accuracyTable, networkTable, precisionTable, toMarkdown, toText } from "../../src/exhibits/index.js";
import { tInterval } from "../../src/statistics/index.js";
import { study, typical } from "./rows.js";

test("the network table has mean and spread over seeds of each arm", () => {
  const table = networkTable(study(typical));
  expect(table.rows.map((row) => row["title"])).toEqual(["standard", "standard + SAQ", "AS", "AS + SAQ"]);
  const first = table.rows[0]!;
  const accuracy = tInterval([90.1, 90.2, 90.3]);
  expect(first["accuracy_pct"]).toBeCloseTo(accuracy.mean, 10);
  expect(first["accuracy_sd_pp"]).toBeCloseTo(0.1, 10);
  expect(first["sparsity_pct"]).toBeCloseTo(52, 10);
  expect(first["skipped_macs_pct"]).toBeCloseTo(40, 10);
  expect(first["clip_ratio"]).toBeCloseTo(2.2, 10);
  expect(toMarkdown(table)).toContain(
    "| AS | 3 | 89.20 ± 0.10 | 52.00 ± 1.00 | 40.00 ± 0.00 | 2.20 ± 0.10 |",
  );
});

test("the network table has no spread for one seed and nothing for an arm without networks", () => {
  expect(toMarkdown(networkTable(study(typical, { seeds: [1] })))).toContain(
    "| standard | 1 | 90.10 | 51.00 |",
  );
  expect(toMarkdown(networkTable(study(typical, { networks: [] })))).toContain(
    "| standard | 0 | - | - | - | - |",
  );
});

test("the accuracy table has a row without faults and one per fault and rate, for each arm", () => {
  const { rows } = accuracyTable(study(typical));
  expect(rows).toHaveLength(4 * (1 + 3 * 2));
  expect(rows.slice(0, 4).map((row) => [row["arm"], row["fault"], row["rate"]])).toEqual([
    ["standard", "none", 0],
    ["standard", "flip", 0.01],
    ["standard", "flip", 0.07],
    ["standard", "sa0", 0.01],
  ]);
  // 860 + 3 {1, 2, 0} by seed + 2 {0, 1, 2, 3} by map + 6 / 12 for both, of 1,000.
  expect(rows[1]!["accuracy_pct"]).toBeCloseTo(86.65, 10);
  expect(rows[1]).toMatchObject({ basis: "seeds and maps", seeds: 3, maps: 4 });
  expect(rows[1]!["changed_pct"]).toBeCloseTo(1, 10);
  expect(rows[3]!["changed_pct"]).toBeCloseTo(0.5, 10);
  expect(rows[0]).toMatchObject({ basis: "seeds only", changed_pct: 0, maps: 0 });
});

test("the accuracy without faults comes from the trials where they have it, else from the networks", () => {
  const whole = study(typical);
  const clean = whole.study.seeds.map((seed) => ({
    ...whole.trials[0]!,
    id: `clean ${seed}`,
    seed,
    fault: "none",
    rate: 0,
    map: -1,
    correct: 500,
  }));
  const { rows } = accuracyTable({ ...whole, trials: [...whole.trials, ...clean] });
  expect(rows[0]!["accuracy_pct"]).toBeCloseTo(50, 10);
  expect(rows[7]!["accuracy_pct"]).toBeCloseTo(90.2, 10);
});

test("one seed has no interval without faults and one over maps with them", () => {
  const { rows, caption } = accuracyTable(study(typical, { seeds: [1], exploratory: true }));
  expect(rows[0]).toMatchObject({ low_pct: null, high_pct: null, basis: "none" });
  expect(rows[1]!["basis"]).toBe("maps only");
  expect(rows[1]!["low_pct"]).toBeLessThan(rows[1]!["accuracy_pct"] as number);
  expect(caption).toContain("Exploratory: not a test of the claims.");
});

test("one map has an interval over seeds", () => {
  const { rows } = accuracyTable(study(typical, { maps: 1 }));
  expect(rows[1]!["basis"]).toBe("seeds only");
});

test("missing trials are said, not guessed", () => {
  const text = toText(accuracyTable(study(typical, { trials: [] })), { width: 120 });
  expect(text).toContain("12 of 12 trials of standard under flip at rate 0.01 are missing");
});

test("small rates are printed as they are, and two maps are said to be few", () => {
  const rates = [1e-7, 1e-6, 1e-5, 1e-4];
  const table = accuracyTable(study(typical, { rates, maps: 2, seeds: [1], exploratory: true }));
  const text = toText(table);
  for (const rate of ["0.000", "1e-7", "1e-6", "1e-5", "1e-4"]) expect(text).toMatch(new RegExp(` ${rate} `));
  expect(text.replaceAll("\n", " ")).toContain("2 fault maps are few: the intervals say little.");
  expect(toMarkdown(accuracyTable(study(typical)))).not.toContain("are few");
});

test("intervals of accuracies keep within 0 and 100, and the caption says where they are not t intervals", () => {
  const { rows, caption } = accuracyTable(
    study((_, __, ___, ____, map) => [1000, 1000, 998, 940][map] ?? 1000),
  );
  for (const { low_pct: low, high_pct: high } of rows) {
    expect(low as number).toBeGreaterThan(0);
    expect(high as number).toBeLessThanOrEqual(100);
  }
  expect(caption).toContain("Where a t interval would leave 0 to 100 %");
  expect(accuracyTable(study(typical)).caption).not.toContain("t interval");
});

test("the table of a campaign to a given precision cuts its intervals at 0 and 100", () => {
  const cell = { arm: "as", seed: 0, fault: "flip", rate: 1e-5, maps: 10, reached: false };
  const { rows } = precisionTable([
    { ...cell, accuracy: 98, halfWidth: 5 },
    { ...cell, accuracy: 3, halfWidth: Infinity },
    { ...cell, accuracy: 50, halfWidth: 2 },
  ]);
  expect(rows.map(({ low_pct, high_pct }) => [low_pct, high_pct])).toEqual([
    [93, 100],
    [0, 100],
    [48, 52],
  ]);
});
