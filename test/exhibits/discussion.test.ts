import { describe, expect, test } from "vitest";
import { fixed } from "../../src/exhibits/forms/table.js";
import { claims, discussion } from "../../src/exhibits/index.js";
import type { Results } from "../../src/experiments/results/rows.js";
import { smallResults } from "./full-rows.js";
import { type Correct, study, typical } from "./rows.js";

/** 900 of 1,000 right without faults; under them by arm, the same everywhere. */
const constant =
  (correct: Record<string, number>): Correct =>
  (arm, fault) =>
    fault === "none" ? 900 : (correct[arm] ?? 0);
const about = (results: Results, claim: string) =>
  discussion(results).find((paragraph) => paragraph.startsWith(`${claim} (`))!;
const small = smallResults();

test("begins with what holds, what does not and what is not decided, then has a paragraph for each claim", () => {
  const [first, ...others] = discussion(
    study(constant({ standard: 500, as: 600, "standard-saq": 500, "as-saq": 650 })),
  );
  expect(first).toBe(
    "Of the paper's statements about accuracy under faults, C3a and C4 hold here; C1 does not hold here: the difference has " +
      "the other sign; C3b is not decided: the interval contains 0. Each verdict is one on the mean over all fault types and " +
      "rates, and on nothing else. Its interval rests on 3 seeds and is a 95 % one where differences between seeds are about " +
      "normal (docs/protocol.md, section 5).",
  );
  expect(others.map((text) => text.split(" ")[0])).toEqual(["C1", "C3a", "C3b", "C4", "C2"]);
});

describe("a claim's paragraph", () => {
  const results = study(constant({ standard: 600, as: 500, "standard-saq": 600, "as-saq": 620 }));

  test("supported: says so with effect, interval, drop, fault types, and the paper's maxima", () => {
    const text = about(results, "C1");
    expect(text).toMatch(
      /^C1 \(under faults, activation-sparse networks are less accurate than standard ones\) holds here\./,
    );
    expect(text).toContain(
      "standard - AS is 10.00 pp [10.00, 10.00], the mean over three fault types and 2 rates in offset-binary codes (95 % interval, seeds and maps).",
    );
    expect(text).toContain(
      "By fault type: bit flip 10.00 pp [10.00, 10.00]; stuck-at-0 10.00 pp [10.00, 10.00]; stuck-at-1 10.00 pp [10.00, 10.00].",
    );
    expect(text).toContain("maxima are 17.32 pp (v1) and 11.13 pp (revised); our largest cell");
    expect(text).toContain("may come from networks or rates not tested here");
  });

  test("contradicted: says that the other arm is the more accurate one by the negative sign", () => {
    const text = about(study(constant({ standard: 500, as: 600 })), "C1");
    expect(text).toContain(
      "does not hold here: the difference has the other sign. standard - AS is -10.00 pp",
    );
    expect(text).not.toMatch(/holds here|supported/);
  });

  test("inconclusive: says what would have been found", () => {
    const noisy = study((arm, fault, _, seed, map) =>
      fault === "none" ? 900 : arm === "as" ? 500 + (seed % 2 === 0 ? 30 : -30) + map : 505,
    );
    const { minimumDetectable } = claims(noisy).find(
      ({ claim, fault }) => claim === "C1" && fault === "all",
    )!;
    const text = about(noisy, "C1");
    expect(text).toContain("is not decided: the interval contains 0.");
    expect(text).toContain(
      `A difference of ${fixed(minimumDetectable, 2)} pp would have been found with a probability of about 0.8.`,
    );
  });

  test("withheld: gives the reason and no number", () => {
    const lacking = {
      ...results,
      failures: [{ arm: "as", seed: 2, config: "c", reason: "a clip collapsed", epoch: 1, step: 5 }],
    };
    expect(about(lacking, "C1")).toBe(
      "C1 (under faults, activation-sparse networks are less accurate than standard ones) has no verdict: the training of as failed with seed 2.",
    );
    expect(discussion(lacking)[0]).toContain(
      "Of the paper's statements about accuracy under faults, C4 holds here; C3b is not decided: the interval contains 0; " +
        "C1 and C3a have no verdict.",
    );
    const nothing = discussion(study(typical, { trials: [], networks: [] }));
    expect(nothing[0]).toContain(
      "Of the paper's statements about accuracy under faults, C1, C3a, C3b and C4 have no verdict.",
    );
  });

  test("of an exploratory run tests nothing, and with one seed is silent about another training", () => {
    const run = discussion(study(typical, { exploratory: true, split: "validation", seeds: [1] }));
    expect(run[0]).toMatch(/^This run is exploratory: what follows describes it and tests no claim\. Of /);
    const text = run.join(" ");
    expect(text).toContain("(95 % interval, maps only, silent about another training)");
    expect(text).toContain("point the claimed way in this run");
    expect(text).not.toMatch(/holds? here|supported|contradicted/);
  });
});

describe("what a claim depends on", () => {
  test("fault type: each with its interval, whatever its sign", () => {
    const byFault = study((arm, fault) =>
      fault === "none" ? 900 : arm === "as" ? (fault === "sa0" ? 650 : 500) : 600,
    );
    expect(about(byFault, "C1")).toContain(
      "By fault type: bit flip 10.00 pp [10.00, 10.00]; stuck-at-0 -5.00 pp [-5.00, -5.00]; stuck-at-1 10.00 pp [10.00, 10.00].",
    );
  });

  test("damage: what standard itself lost parts the conditions, and the parts of the mean add up to it", () => {
    // standard loses 3 points at the lower rate and 30 at the higher one; AS 6 and 20
    const twoRates = study((arm, fault, rate) => {
      const [mild, severe] = arm === "standard" ? [870, 600] : [840, 700];
      return fault === "none" ? 900 : rate === 0.01 ? mild : severe;
    });
    expect(about(twoRates, "C1")).toContain(
      "By what standard itself has lost: up to 5 points (3 of 6 conditions) 3.00 pp [3.00, 3.00], as drop 3.00 pp [3.00, 3.00]; " +
        "over 20 points (3 of 6 conditions) -10.00 pp [-10.00, -10.00], as drop -10.00 pp [-10.00, -10.00].",
    );
    expect(discussion(twoRates)[0]).toContain(
      "What each mean is made of, in pp, by what standard itself has lost (up to 5 points and over 20 points): C1 -3.50 = 1.50 - 5.00;",
    );
  });

  test("clips: over all layers, and in the layer where the two arms are furthest apart", () => {
    const text = about(small, "C1");
    expect(text).toMatch(/clip\/sd, .* over all layers; furthest apart in \w+, \d\.\d\d and \d\.\d\d\./);
  });

  test("encoding, sparsity, range and bits, where the study has them", () => {
    const text = about(small, "C1");
    for (const words of [
      "In each encoding (2 rates, 2 maps): ",
      "twos-complement",
      "With other sparsities: ",
      "AS-middle (3 seeds)",
      "With other ranges or bits: ",
    ])
      expect(text).toContain(words);
    expect(about(small, "C3b")).not.toContain("With other sparsities");
    for (const words of ["In each encoding", "With other sparsities", "With other ranges"])
      expect(about(study(typical), "C1")).not.toContain(words);
    expect(text).toMatch(/is -?\d+\.\d\d pp \(standard - AS-high -?\d+\.\d\d pp\)\./);
  });

  test("a condition that lacks a network has no verdict, and the claim keeps its verdict", () => {
    const lacking = { ...small, networks: small.networks.filter(({ arm }) => arm !== "as-w2a2") };
    const trials = small.trials.filter(({ arm }) => arm !== "as-w2a2");
    const text = about({ ...lacking, trials }, "C1");
    expect(text).toContain("W2A2 has no verdict");
    expect(text.split(".")[0]).toBe(about(small, "C1").split(".")[0]);
  });

  test("controls stand beside their base arm and beside SAQ on it", () => {
    const text = discussion(small).find((paragraph) => paragraph.startsWith("Controls"))!;
    expect(text).toContain("Beside standard, more accurate: ");
    expect(text).toContain("Beside standard + SAQ, ");
    expect(text).toMatch(/Beside AS-high, .*Hoyer \(/);
    expect(text).not.toContain("Beside AS-high + SAQ");
    expect(discussion(study(typical)).some((paragraph) => paragraph.startsWith("Controls"))).toBe(false);
  });
});

test("no sentence has a number that is not one, and each is the same again", () => {
  for (const results of [small, study(typical), study(typical, { seeds: [1], maps: 1, exploratory: true })]) {
    const text = discussion(results).join("\n");
    expect(text).not.toMatch(/NaN|undefined|null|Infinity|pp -/);
    expect(text).toBe(discussion(results).join("\n"));
  }
});
