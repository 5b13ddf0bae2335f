// @ts-check
// What README.md, docs/results.md and ARTIFACT.md show of version 2 of the study, beside version 1.
import { exhibits } from "../dist/index.js";
import { asMarkdown, markdown, pp, requireThat } from "./result-text.mjs";

/** @typedef {import("./result-text.mjs").Published} Published */
/** @typedef {import("./result-text.mjs").Cell} Cell */

/**
 * What docs/results.md shows of it: tables, and what they say.
 * @param {Published} first @param {Published} second
 */
export function versionTwo(first, second) {
  const { run } = second;
  const known = new Set(first.run.study.arms.map(({ id }) => id));
  const added = run.study.arms.map(({ id }) => id).filter((id) => !known.has(id));
  return [
    asMarkdown(seedsTableOf(second)),
    byVersion(first, second),
    "### Questions that version 1 left open",
    questions(second),
    answers(second),
    asMarkdown({
      ...exhibits.networkTable(run, { arms: added }),
      title: "Networks that version 2 adds, without faults",
    }),
  ].join("\n\n");
}

/** @param {string} id */
function isQuestion(id) {
  return id.startsWith("N");
}

/** @param {Published} second */
function questions({ run, regimes, between, claims }) {
  const titles = exhibits.armStyles(run);
  const overall = claims.rows.filter(({ fault }) => String(fault).startsWith("all"));
  const rows = exhibits.claimsOf(run).flatMap(({ id, statement, better, worse }, i) => {
    if (!isQuestion(id)) return [];
    const all = between(better, worse);
    return [
      [
        id,
        statement,
        exhibits.differenceTitle(titles, better, worse),
        pp(all?.effect),
        pp(all?.drop),
        String(overall[i]?.["verdict"]),
        ...regimes.map(({ cells }) => pp(between(better, worse, cells)?.effect)),
      ],
    ];
  });
  const damage = regimes.map((regime) => `standard lost ${exhibits.regimeTitle(regime)}`);
  return markdown(["", "statement", "difference", "effect (pp)", "as drop (pp)", "verdict", ...damage], rows);
}

/**
 * Why the verdicts of the two versions differ, or that they do not.
 * @param {Published} first @param {Published} second
 */
function byVersion(first, second) {
  for (const id of CLAIMS) requireThat(agrees(first, second, id), `${id} with other seeds`);
  return `**Beside version 1.** No verdict differs: on the five new seeds alone, and on all ten, each is that of version 1. Settings, maps and images are the same, and the networks of seeds 0 to 4 are the very same with the same counts; so what differs between the lines of a claim is the draw of five trainings, and the intervals of old and new seeds overlap. Ten seeds make the intervals narrower, by about a third to a half. What is said of AS-high rests on five seeds as before.`;
}

const CLAIMS = ["C1", "C3a", "C3b", "C4", "C2"];

/** Whether verdicts on old, new and all seeds are that of version 1, and the intervals of old and new overlap. @param {Published} first @param {Published} second @param {string} id */
function agrees(first, second, id) {
  const rows = bySeeds(second, id);
  const verdict = first.claims.rows.find(({ claim }) => claim === id)?.["verdict"];
  if (rows.length !== 3 || rows.some((row) => row["verdict"] !== verdict)) return false;
  const [before, added] = rows.map(intervalOf);
  return !!before && !!added && before.low < added.high && added.low < before.high;
}

/** @param {Published} second @param {string} id */
function bySeeds(second, id) {
  return seedsTableOf(second).rows.filter(({ claim }) => claim === id);
}

/** @type {WeakMap<Published, import("../dist/exhibits/index.js").Table>} */
const TABLES = new WeakMap();

/** The claims by seeds, which several parts of the documents show. @param {Published} second */
function seedsTableOf(second) {
  const table = TABLES.get(second) ?? exhibits.seedsTable(second.run, second.rows);
  TABLES.set(second, table);
  return table;
}

/** Difference and interval of a row by seeds: in pp, or of sharpness in nats. @param {Record<string, unknown>} row */
function intervalOf(row) {
  const nats = /: (\S+) \[(\S+), (\S+)\] nats$/.exec(String(row["comparison"]))?.slice(1);
  const cells = nats ?? ["effect_pp", "effect_pp_low", "effect_pp_high"].map((key) => row[key]);
  const [mean, low, high] = cells.map(Number);
  return { mean: mean ?? Number.NaN, low: low ?? Number.NaN, high: high ?? Number.NaN, isNats: !!nats };
}

/** @param {Record<string, unknown>} row */
function cellOf(row) {
  const { isNats, ...effect } = intervalOf(row);
  if (!isNats) return pp(effect);
  const [mean, low, high] = [effect.mean, effect.low, effect.high].map((x) => x.toFixed(4));
  return `${mean} [${low}, ${high}] nats`;
}

/**
 * Effects of the comparisons that the sentences name, each held to the side of 0 that its sentence says.
 * @param {Published} second
 */
function answersOf({ between, regimes, run }) {
  const slight = regimes[0]?.cells ?? [];
  /** @typedef {"above" | "below" | "unknown"} Side */
  /** @param {"effect" | "drop"} what @returns {(better: string, worse: string, side: Side, over?: readonly Cell[]) => string} */
  const held = (what) => (better, worse, side, over) => {
    const found = between(better, worse, over)?.[what];
    const is = !found ? "none" : found.low > 0 ? "above" : found.high < 0 ? "below" : "unknown";
    requireThat(is === side, `${what} of ${better} less ${worse} is ${is}, not ${side}`);
    return pp(found);
  };
  const [effect, drop] = [held("effect"), held("drop")];
  const meanOf = (/** @type {string} */ worse, /** @type {string} */ better) =>
    between(better, worse)?.effect.mean ?? Number.NaN;
  const share = meanOf("as-frozen", "standard-frozen") / meanOf("as", "standard");
  requireThat(share > 0.25 && share < 0.6, "half as much");
  const clean = exhibits
    .networkTable(run, { arms: ["fatrelu", "fatrelu-saq"] })
    .rows.map((row) => Number(row["accuracy_pct"]));
  return {
    cleanFatrelu: ((clean[0] ?? Number.NaN) - (clean[1] ?? Number.NaN)).toFixed(1),
    narrow: effect("clipped", "as-clipped", "unknown"),
    narrowDrop: drop("clipped", "as-clipped", "unknown"),
    narrowHigh: effect("clipped", "as-high-clipped", "above"),
    narrowHighDrop: drop("clipped", "as-high-clipped", "above"),
    frozen: effect("standard-frozen", "as-frozen", "below"),
    frozenHigh: effect("standard-frozen", "as-high-frozen", "unknown"),
    frozenHighDrop: drop("standard-frozen", "as-high-frozen", "below"),
    saqNarrow: effect("as-clipped-saq", "as-clipped", "above"),
    saqNarrowHigh: effect("as-high-clipped-saq", "as-high-clipped", "above"),
    saqNarrowStandard: effect("clipped-saq", "clipped", "above"),
    saqNarrowStandardSlight: effect("clipped-saq", "clipped", "below", slight),
    saqNarrowSlight: effect("as-clipped-saq", "as-clipped", "below", slight),
    saqHoyer: effect("hoyer-saq", "hoyer", "above"),
    saqFatrelu: effect("fatrelu-saq", "fatrelu", "below"),
    saqFatreluDrop: drop("fatrelu-saq", "fatrelu", "unknown"),
    saqTwice: effect("as-saq-0p4", "as", "above"),
    saqHalf: effect("standard-saq-0p2", "standard", "above"),
    saqTwiceMore: effect("as-saq-0p4", "as-saq", "above"),
    both: effect("standard-saq", "as-saq-0p4", "below"),
    bothHalf: effect("standard-saq-0p2", "as-saq", "below"),
  };
}

/** What the questions came to. @param {Published} second */
function answers(second) {
  const is = answersOf(second);
  return [
    `**The reversal of C1 hangs on the range of the weights.** Where all have the same narrow range (N1) it is gone: standard less AS is ${is.narrow} (as drop ${is.narrowDrop}), and beside AS-high standard is ahead as the paper says, by ${is.narrowHigh}, also as drop (${is.narrowHighDrop}). Where all have the range of the standard network (N3) AS is still ahead, by about half as much as with ranges of its own (${is.frozen}), and AS-high cannot be told from standard (${is.frozenHigh}; as drop it is ahead, ${is.frozenHighDrop}). So C1 is neither true nor false of L1 sparsity as such: its sign depends on the weight grid. Which of the things that a penalty changes beside the range decides the rest is not shown.`,
    `**Beside narrow ranges SAQ still helps** (N2): ${is.saqNarrow} on AS, ${is.saqNarrowHigh} on AS-high, ${is.saqNarrowStandard} on standard, less than without them on standard and AS. Where standard has lost up to 5 points it costs accuracy: ${is.saqNarrowSlight} on AS and ${is.saqNarrowStandardSlight} on standard.`,
    `**SAQ helps networks made sparse by Hoyer's penalty and not those by FATReLU** (N4), at a radius that was selected for neither: ${is.saqHoyer} and ${is.saqFatrelu}. FATReLU with SAQ is ${is.cleanFatrelu} points less accurate without faults already; counted from there the difference is ${is.saqFatreluDrop}.`,
    `**The unequal radii do not decide C3** (N5): twice the radius on AS gains ${is.saqTwice}, more than the selected one (by ${is.saqTwiceMore}), half of it on standard ${is.saqHalf}. Nor C1 among SAQ's networks (N6, N7): at one radius for both, standard less AS is ${is.both} at 0.4 and ${is.bothHalf} at 0.2.`,
  ].join("\n\n");
}

/**
 * The part of README.md: the claims on ten seeds beside five, and what the verdicts hang on.
 * @param {Published} first @param {Published} second
 */
export function versionTwoInShort(first, second) {
  const rows = CLAIMS.map((id) => {
    requireThat(agrees(first, second, id), `${id} with other seeds`);
    return [id, ...bySeeds(second, id).slice(1).map(cellOf)];
  });
  const is = answersOf(second);
  return [
    markdown(["", "seeds 5 to 9 alone", "all ten seeds"], rows),
    `**C1 turns with the range of the weights.** Where all networks have the same narrow range (clips at 1 sd), standard less AS is ${is.narrow} and less AS-high ${is.narrowHigh}: there the paper is right of AS-high. Where all have standard's range it is ${is.frozen} and ${is.frozenHigh}.`,
    `**SAQ does not help every network**: beside narrow ranges it still gains ${is.saqNarrowStandard} on standard and ${is.saqNarrow} on AS, on Hoyer ${is.saqHoyer}; FATReLU it makes worse (${is.saqFatrelu}).`,
  ].join("\n\n");
}
