// @ts-check
// Writes the parts of README.md and ARTIFACT.md that show results, from the committed ones. Called by `npm run figures`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exhibits, results, sharpness } from "../dist/index.js";

const STUDY = "lenet5-fashion";

/** Characters that a table has in a document, whatever terminal writes it: room for every column. */
const WIDTH = 180;

/**
 * The same text with the results as they are now: those of the full study with their discussion, where they are published, then
 * the quick ones.
 * @param {string} readme
 * @param {{ full?: string }} [folders] where the full study's results are
 * @returns {Promise<string>}
 */
export async function withResults(readme, { full = results.publishedDirectory(STUDY, "full") } = {}) {
  const parts = [];
  let summary = "";
  if (existsSync(join(full, "results.json"))) {
    const { published, rows } = await publishedIn(full);
    const tables = [
      exhibits.networkTable(published),
      exhibits.claimsTable(published, rows),
      exhibits.controlsTable(published),
    ];
    const paragraphs = exhibits.discussion(published, rows);
    const findings = exhibits.findings(published, rows);
    summary = `**What came out:**\n\n${findings.map((finding) => `- ${finding}`).join("\n")}`;
    parts.push(
      "### The full study",
      block(tables),
      "### Agreement and disagreement with the paper",
      ...paragraphs,
      "### The quick profile, which `npm start` repeats",
    );
  }
  const quick = await results.readResults(STUDY, "quick");
  parts.push(block([exhibits.networkTable(quick), exhibits.claimsTable(quick)]));
  return withPart(
    withPart(withPart(readme, "summary", summary), "results", parts.join("\n\n")),
    "speed",
    speeds(),
  );
}

/** What `npm run bench -- --peer --out data/benchmarks.json` measured. */
function speeds() {
  const file = new URL("../data/benchmarks.json", import.meta.url);
  /** @type {{ machine: Record<string, string>, rows: { name: string, unit: string, ours: number, peer: number }[] }} */
  const { machine, rows } = JSON.parse(readFileSync(file, "utf8"));
  const { processor, node, tensorflow, pytorch } = machine;
  const number = (/** @type {number} */ x) => Number(x.toPrecision(3)).toLocaleString("en");
  return [
    `On one thread of ${processor}, Node ${node}, TensorFlow ${tensorflow}, beside PyTorch ${pytorch} eager:`,
    [
      "| | unit | here | PyTorch | times |",
      "|---|---|---:|---:|---:|",
      ...rows.map(
        ({ name, unit, ours, peer }) =>
          `| ${name} | ${unit} | ${number(ours)} | ${number(peer)} | ${(ours / peer).toFixed(1)} |`,
      ),
    ].join("\n"),
  ].join("\n\n");
}

/**
 * The appendix for artifact evaluation with the verdicts of the full study as they are now, one row a claim.
 * @param {string} appendix
 * @returns {Promise<string>}
 */
export async function withVerdicts(appendix) {
  const { published, rows } = await publishedIn(results.publishedDirectory(STUDY, "full"));
  const table = exhibits.claimsTable(published, rows);
  const shown = ["claim", "comparison", "effect_pp", "verdict", "paper_v1_pp", "paper_revised_pp"];
  const overall = {
    ...table,
    columns: table.columns.filter(({ key }) => shown.includes(key)),
    rows: table.rows.filter(({ fault }) => fault === "all three" || fault === "-"),
  };
  const lines = exhibits.toMarkdown(overall).split("\n");
  return withPart(appendix, "results", lines.filter((line) => line.startsWith("|")).join("\n"));
}

/**
 * Published results, with the sharpness of their networks.
 * @param {string} folder
 */
async function publishedIn(folder) {
  const published = await results.readResultsFrom(folder);
  return { published, rows: exhibits.sharpnessRows(published, sharpness.readDocuments(folder)) };
}

/**
 * A document with another part between its marks `<!-- NAME:begin ... -->` and `<!-- NAME:end -->`.
 * @param {string} document
 * @param {string} name
 * @param {string} part
 */
function withPart(document, name, part) {
  const marked = new RegExp(`(<!-- ${name}:begin[^\\n]*-->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
  return document.replace(marked, (_, begin, end) => `${begin}\n${part}\n\n${end}`);
}

/** @param {import("../dist/exhibits/index.js").Table[]} tables those with rows as one block of text */
function block(tables) {
  const texts = tables
    .filter(({ rows }) => rows.length > 0)
    .map((table) => exhibits.toText(table, { width: WIDTH }).trim());
  return `\`\`\`text\n${texts.join("\n\n")}\n\`\`\``;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  /** @type {[string, (text: string) => Promise<string>][]} */
  const documents = [
    ["README.md", withResults],
    ["ARTIFACT.md", withVerdicts],
  ];
  for (const [name, written] of documents) {
    const path = join(root, name);
    writeFileSync(path, await written(readFileSync(path, "utf8")));
  }
}
