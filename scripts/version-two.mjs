// @ts-check
// What README.md, docs/results.md and ARTIFACT.md show of version 2 of the study, beside version 1.
import { exhibits } from "../dist/index.js";
import { asMarkdown, markdown, pp, requireThat } from "./result-text.mjs";

/** @typedef {import("./result-text.mjs").Published} Published */

/**
 * The tables of docs/results.md.
 * @param {Published} second
 */
export function versionTwoTables(second) {
  const { run } = second;
  const added = run.study.arms.map(({ id }) => id).filter((id) => isNew(second, id));
  return [
    asMarkdown(exhibits.seedsTable(run, second.rows)),
    "### Questions that version 1 left open",
    questions(second),
    asMarkdown({
      ...exhibits.networkTable(run, { arms: added }),
      title: "Networks that version 2 adds, without faults",
    }),
  ].join("\n\n");
}

/** Whether an arm stands only in the secondary claims of this version. @param {Published} second @param {string} arm */
function isNew({ run }, arm) {
  const uses = run.judgement.claims.filter(({ better, worse }) => better === arm || worse === arm);
  return uses.length > 0 && uses.every(({ id }) => isQuestion(id));
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
        `${operand(titles(better).title)} - ${operand(titles(worse).title)}`,
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

/** @param {string} title */
function operand(title) {
  return title.includes(" ") ? `(${title})` : title;
}

/**
 * The part of README.md: the claims on ten seeds beside five, and what the comparisons that version 2 adds say.
 * @param {Published} first @param {Published} second
 */
export function versionTwoInShort(first, second) {
  const bySeeds = exhibits.seedsTable(second.run, second.rows).rows;
  const ids = [...new Set(bySeeds.map(({ claim }) => String(claim)))];
  const rows = ids.map((id) => {
    const [before, added, all] = bySeeds.filter(({ claim }) => claim === id);
    requireThat(
      first.claims.rows.find(({ claim }) => claim === id)?.["verdict"] === before?.["verdict"],
      `${id} with the seeds of version 1`,
    );
    return [id, ...[before, added, all].map((row) => cellOf(row)), String(all?.["verdict"])];
  });
  return markdown(["", "seeds 0 to 4: above", "seeds 5 to 9: new", "all ten", "verdict"], rows);
}

/** Difference and interval of a row by seeds: in pp, or of sharpness in nats. @param {Record<string, unknown> | undefined} row */
function cellOf(row) {
  const nats = /: (.*) nats$/.exec(String(row?.["comparison"]))?.[1];
  if (nats !== undefined) return `${nats} nats`;
  const [mean, low, high] = ["effect_pp", "effect_pp_low", "effect_pp_high"].map((key) => Number(row?.[key]));
  return pp({ mean: mean ?? NaN, low: low ?? NaN, high: high ?? NaN });
}
