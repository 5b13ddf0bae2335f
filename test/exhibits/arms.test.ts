import { describe, expect, test } from "vitest";
import { accuraciesOf } from "../../src/analysis/accuracies.js";
import { accuracyTable, armStyles, armTitles, claims, claimsTable } from "../../src/exhibits/index.js";
import { readResults } from "../../src/experiments/results/index.js";
import { armsOfGroup, mainArms } from "../../src/experiments/study/arms.js";
import { aboutStudy } from "../../src/experiments/study/definition.js";
import { type Arm, findStudy } from "../../src/studies/index.js";
import { presentation } from "../../src/studies/lenet5-fashion/presentation.js";
import { fullStudy, smallResults } from "./full-rows.js";
import { study, typical } from "./rows.js";

const quick = findStudy("lenet5-fashion", "quick");
const small = smallResults();

describe("an arm is titled by what it is", () => {
  test("the full study's arms, controls and ablations", () => {
    const titles = armTitles({ ...fullStudy, presentation });
    expect(new Set(titles.values()).size).toBe(fullStudy.arms.length);
    expect([...titles.values()].slice(0, 16)).toEqual([
      "standard",
      "standard + SAQ",
      "AS",
      "AS + SAQ",
      "AS-high",
      "AS-high + SAQ",
      "standard, 2x epochs",
      "standard, frozen clips",
      "standard + SAQ, frozen clips",
      "standard, clips at 2 sd",
      "standard + RandBET 0.1 %",
      "standard + RandBET 1 %",
      "standard + latent SAM",
      "standard + re-quantized SAM",
      "Hoyer",
      "FATReLU",
    ]);
    const claimed = ["standard", "standard + SAQ", "AS", "AS + SAQ"];
    const changes = ["observed ranges", "W2A2", "W3A3", "W8A8", "8-bit ends"];
    expect([...titles.values()].slice(16)).toEqual([
      ...changes.flatMap((change) => claimed.map((title) => `${title}, ${change}`)),
      "AS-middle",
      "AS-middle + SAQ",
    ]);
    expect([...armTitles({ ...quick, presentation }).values()]).toEqual(claimed);
    expect(titles.get("as-saq-observed")).toBe("AS + SAQ, observed ranges");
    expect(titles.get("standard-w2a2")).toBe("standard, W2A2");
    expect(titles.get("as-ends8")).toBe("AS, 8-bit ends");
    expect(titles.get("as-middle-saq")).toBe("AS-middle + SAQ");
  });

  test("so an arm whose id says one thing and whose settings another is called by its settings", () => {
    const [standard] = quick.arms;
    const asam: Arm = { ...standard!, id: "standard-saq", gradient: { rule: "asam", rho: 0.5 } };
    const hoyer: Arm = { ...standard!, id: "as", sparsification: { kind: "hoyer", alpha: 0.1 } };
    const own = { ...quick, arms: [standard!, asam, hoyer] };
    expect([...armTitles({ ...own, presentation: aboutStudy(own).presentation }).values()]).toEqual([
      "standard",
      "standard + ASAM",
      "Hoyer",
    ]);
    const styles = armStyles({ study: own, ...aboutStudy(own) });
    expect(styles("standard").color).toBe(presentation.looks["standard"]!.color);
    for (const { id } of [asam, hoyer]) expect(styles(id)).not.toMatchObject(presentation.looks[id]!);
  });

  test("and arms that differ in numbers alone by those too, but for the only main arm among them", () => {
    const titled = (...arms: Arm[]) => [...armTitles({ arms, bits: quick.bits, presentation }).values()];
    const saq = (id: string, rho: number, more: Partial<Arm> = {}): Arm => ({
      ...quick.arms[0]!,
      ...more,
      id,
      gradient: { rule: "saq", rho },
    });
    expect(titled(saq("r1", 0.1), saq("r2", 0.2))).toEqual([
      "no penalty + SAQ, rho 0.1",
      "no penalty + SAQ, rho 0.2",
    ]);
    const control = { group: "control", base: "r1" } as const;
    expect(titled(saq("r1", 0.1), saq("r2", 0.2, control), saq("r3", 0.3, control))).toEqual([
      "no penalty + SAQ",
      "no penalty + SAQ, rho 0.2",
      "no penalty + SAQ, rho 0.3",
    ]);
    const version2 = findStudy("lenet5-fashion", "version-2");
    const titles = armTitles({ ...version2, presentation });
    expect(["standard-saq", "standard-saq-0p2", "as-saq", "as-saq-0p4"].map((id) => titles.get(id))).toEqual([
      "standard + SAQ",
      "standard + SAQ, rho 0.2",
      "AS + SAQ",
      "AS + SAQ, rho 0.4",
    ]);
    expect([...titles.values()].filter((title) => title.includes("("))).toEqual([]);
  });

  test("networks that a study calls alike, of other kinds, by which number it is; arms equal in all of it by their ids", () => {
    const [standard] = quick.arms;
    const sparse = (id: string, kind: "l1" | "hoyer", alpha: number): Arm => ({
      ...standard!,
      id,
      sparsification: { kind, alpha },
    });
    const named = { titles: { a: "sparse", b: "sparse" }, looks: {} };
    const titled = (...arms: Arm[]) => [
      ...armTitles({ arms, bits: quick.bits, presentation: named }).values(),
    ];
    expect(titled(sparse("a", "l1", 1), sparse("b", "hoyer", 1))).toEqual([
      "sparse, alpha of L1 1",
      "sparse, alpha of Hoyer 1",
    ]);
    const frozen = (id: string, of: string, more: Partial<Arm> = {}): Arm => ({
      ...standard!,
      ...more,
      id,
      range: { rule: "frozen", of },
    });
    const control = { group: "control", base: "c" } as const;
    expect(titled(frozen("c", "a"), frozen("d", "b"))).toEqual([
      "no penalty, frozen clips (c)",
      "no penalty, frozen clips (d)",
    ]);
    expect(titled(frozen("c", "a"), frozen("d", "b", control))).toEqual([
      "no penalty, frozen clips",
      "no penalty, frozen clips (d)",
    ]);
  });

  test("of a study that only differs in a penalty whose title has its number, as before", () => {
    const three = [1, 2, 3].map(
      (alpha): Arm => ({ ...quick.arms[0]!, id: `a${alpha}`, sparsification: { kind: "l1", alpha } }),
    );
    expect([...armTitles({ arms: three, bits: quick.bits, presentation }).values()][1]).toBe("L1 2");
  });

  test("in tables of results too, which know their study's settings", async () => {
    expect(claimsTable(small).rows.map(({ comparison }) => comparison)).toContain("(AS + SAQ) - AS");
    const published = await readResults("lenet5-fashion", "quick");
    expect(published.study.arms.map(({ id }) => id)).toEqual(mainArms(published.study));
  });
});

test("the study's sixteen arms and controls look different, by colour and shape and by shape alone within a shade", () => {
  const styles = armStyles(small);
  const shown = [...mainArms(small.study), ...armsOfGroup(small.study, "control").map(({ id }) => id)].map(
    styles,
  );
  expect(new Set(shown.map(({ marker }) => marker)).size).toBe(16);
});

describe("an arm with fewer seeds", () => {
  test("has its accuracies over these alone", () => {
    const accuracies = accuraciesOf(small);
    const own = accuracies.faulty("as-observed", "flip", 0.05);
    const main = accuracies.faulty("as", "flip", 0.05);
    expect("values" in own && own.values.map((row) => row.length)).toEqual([2, 2, 2]);
    expect("values" in main && main.values.length).toBe(5);
    const row = accuracyTable(small).rows.find(
      ({ arm, fault }) => arm === "as-observed" && fault === "flip",
    )!;
    expect(row).toMatchObject({
      seeds: 3,
      maps: 2,
      basis: "seeds and maps",
      arm_title: "AS, observed ranges",
    });
  });

  test("is compared with another one over the seeds that both have", () => {
    const settings = quick.arms.map((arm): Arm => (arm.id === "as" ? { ...arm, seeds: 2 } : arm));
    const whole = study(typical, { settings });
    const lacking = { ...whole, trials: whole.trials.filter(({ arm, seed }) => arm !== "as" || seed < 3) };
    const both = claims(study(typical, { seeds: [1, 2] }), { resamples: 10 });
    for (const row of claims(lacking, { resamples: 10 })) {
      const expected = both.find(({ claim, fault }) => claim === row.claim && fault === row.fault)!;
      if (row.better === "as" || row.worse === "as") expect(row.effect).toEqual(expected.effect);
    }
  });
});

describe("a network that is not there", () => {
  const without = (arm: string, seed: number) => ({
    ...small,
    networks: small.networks.filter((row) => row.arm !== arm || row.seed !== seed),
    trials: small.trials.filter((row) => row.arm !== arm || row.seed !== seed),
  });
  const withheld = (results: typeof small) =>
    claims(results, { resamples: 10 })
      .filter(({ verdict }) => verdict === "withheld")
      .map(({ better, worse, reason }) => ({ arms: [better, worse], reason }));

  test("withholds the rows that need it and no others, and says that it is not trained yet", () => {
    expect(withheld(small)).toEqual([]);
    const rows = withheld(without("as-high", 3));
    expect(rows.length).toBe(4);
    for (const row of rows)
      expect(row).toEqual({
        arms: ["standard", "as-high"],
        reason: "as-high has no network with seed 3 yet",
      });
    expect(withheld(without("as-w2a2", 1))).toEqual([]);
  });

  test("or why it failed", () => {
    const failure = { arm: "as-saq", seed: 1, config: "c", reason: "a clip collapsed", epoch: 2, step: 9 };
    const rows = withheld({ ...without("as-saq", 1), failures: [failure] });
    expect(new Set(rows.map(({ reason }) => reason))).toEqual(
      new Set(["the training of as-saq failed with seed 1"]),
    );
    expect(rows.every(({ arms }) => arms.includes("as-saq"))).toBe(true);
  });
});
