// @ts-check
// Published results as the documents show them: read, compared, and written as tables and numbers.
import { exhibits, results, sharpness, statistics } from "../dist/index.js";

/** @typedef {Awaited<ReturnType<typeof publishedIn>>} Published */

/** @param {string} folder */
export async function publishedIn(folder) {
  const run = await results.readResultsFrom(folder);
  const rows = exhibits.sharpnessRows(run, sharpness.readDocuments(folder));
  const claims = exhibits.claimsTable(run, rows);
  const accuracies = exhibits.accuraciesOf(run);
  const cells = exhibits.cellsOf(run);
  const regimes = exhibits.regimesOf(run, accuracies);
  /**
   * Accuracy of one arm less that of another, by default over all that is judged; undefined where it is not measured.
   * @param {string} better @param {string} worse @param {readonly Cell[]} [over]
   */
  const between = (better, worse, over = cells) => {
    const found = exhibits.differenceOver(accuracies, { better, worse }, over);
    return "missing" in found ? undefined : found;
  };
  /** Mean accuracy in percent. @param {string} arm @param {readonly Cell[]} over */
  const accuracy = (arm, over) => {
    const measured = exhibits.underFaults(accuracies, arm, over);
    return "missing" in measured ? Number.NaN : statistics.mean(measured.values.flat());
  };
  return { run, rows, claims, accuracies, cells, regimes, between, accuracy };
}

/** @typedef {ReturnType<typeof exhibits.cellsOf>[number]} Cell */

/** @param {boolean} holds @param {string} what */
export function requireThat(holds, what) {
  if (!holds) throw new Error(`the words of README.md no longer fit the results: ${what}`);
}

/** Without the columns of detail, which figures/ has. @param {import("../dist/exhibits/index.js").Table} table */
export function asMarkdown(table) {
  return exhibits.toMarkdown({ ...table, columns: table.columns.filter(({ detail }) => !detail) }).trim();
}

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
export function markdown(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {{ mean: number, low: number, high: number } | undefined} effect */
export function pp(effect) {
  if (effect === undefined) return "-";
  const [mean, from, to] = [effect.mean, effect.low, effect.high].map((x) =>
    x.toFixed(2).replace(/^-(0\.00)$/, "$1"),
  );
  return `${mean} [${from}, ${to}]`;
}

/** @param {number | undefined} rate */
export function percent(rate) {
  return `${Number((100 * Number(rate)).toPrecision(6))} %`;
}
