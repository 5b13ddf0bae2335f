// @ts-check
// Writes the parts of README.md, docs/results.md and ARTIFACT.md that show results. Called by `npm run figures`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exhibits, results, sharpness, statistics } from "../dist/index.js";

const STUDY = "lenet5-fashion";

/** @typedef {Awaited<ReturnType<typeof publishedIn>>} Published */

/**
 * What each document shows between its marks, from results as they are now.
 * @param {{ full?: string, quick?: string }} [folders] of the published profiles
 * @returns {Promise<Record<string, Record<string, string>>>}
 */
export async function generatedParts({
  full = results.publishedDirectory(STUDY, "full"),
  quick = results.publishedDirectory(STUDY, "quick"),
} = {}) {
  const published = await publishedIn(full);
  return {
    "README.md": { verdicts: verdicts(published) },
    "docs/results.md": {
      results: fullStudy(published),
      quick: quickProfile(await publishedIn(quick)),
      speed: speeds(),
    },
    "ARTIFACT.md": { verdicts: claimRows(published) },
  };
}

/**
 * A document with other parts between its marks `<!-- NAME:begin ... -->` and `<!-- NAME:end -->`.
 * @param {string} document
 * @param {Record<string, string>} parts
 */
export function withParts(document, parts) {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const marked = new RegExp(`(<!-- ${name}:begin[^\\n]*-->\\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
    if (!marked.test(text)) throw new Error(`a document has no marks for the part ${name}`);
    return text.replace(marked, (_, begin, end) => `${begin}\n${part}\n\n${end}`);
  }, document);
}

/** @param {string} folder */
async function publishedIn(folder) {
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

/** What the paper says, in words that can be followed by "holds". */
const SAYS = {
  C1: "Under faults, activation-sparse networks (AS) are less accurate than standard ones.",
  C2: "The activation-sparse network lies in a sharper minimum of the loss: small changes of its weights raise the loss more.",
  C3a: "SAQ makes activation-sparse networks more accurate under faults (AS + SAQ less AS).",
  C3b: "SAQ makes standard networks more accurate under faults (standard + SAQ less standard).",
  C4: "An activation-sparse network trained with SAQ is more accurate under faults than a standard one trained as usual.",
};

/** For whom and by what each is judged. */
const SCOPE = {
  C1: "for networks made sparse by an L1 penalty, in the mean over all rates",
  C2: "by the one measure that was fixed beforehand; other measures disagree (below)",
  C3a: "in the mean over all rates",
  C3b: "in the mean over all rates",
  C4: "in the mean over all rates",
};

/** @type {Record<string, string>} */
const WORDS = {
  supported: "holds",
  contradicted: "does not hold, it is the other way round",
  inconclusive: "open, the interval contains 0",
  withheld: "not tested",
};

/** @type {Record<string, [string, string]>} arms of which the first is said to be more accurate */
const PAIRS = {
  C1: ["standard", "as"],
  C3a: ["as-saq", "as"],
  C3b: ["standard-saq", "standard"],
  C4: ["as-saq", "standard"],
};

/** One row a claim, and what a reader has to know beside it. @param {Published} published */
function verdicts(published) {
  const { claims, regimes, between } = published;
  const rows = /** @type {(keyof typeof SAYS)[]} */ (["C1", "C2", "C3a", "C3b", "C4"]).map((id) => {
    const row = claims.rows.find(
      ({ claim, fault }) => claim === id && (fault === "all three" || fault === "-"),
    );
    const [better = "", worse = ""] = PAIRS[id] ?? [];
    const numbers =
      id === "C2"
        ? [String(row?.comparison ?? "-").replace(/^.*: /, ""), ...regimes.map(() => "-")]
        : [undefined, ...regimes.map((regime) => regime.cells)].map((over) =>
            pp(between(better, worse, over)?.effect),
          );
    return [
      `[${id}](docs/results.md#${id.toLowerCase()})`,
      SAYS[id],
      `**${WORDS[String(row?.verdict ?? "withheld")]}**, ${SCOPE[id]}`,
      ...numbers,
    ];
  });
  const heads = ["", "the paper says", "on LeNet-5", "by how much: all rates (judged)"];
  return [
    markdown([...heads, ...regimes.map((regime) => `standard lost ${exhibits.regimeTitle(regime)}`)], rows),
    byDamage(published),
    byPenalty(published),
    tolerated(published),
    ofSharpness(published),
    ofRemedies(published),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** @param {Published} published */
function byDamage({ run, cells, regimes, between, accuracy }) {
  const arms = exhibits.networkTable(run).rows.slice(0, MAIN_ARMS);
  const clean = arms.map(
    ({ title, accuracy_pct: accuracy, sparsity_pct: zeros }) =>
      `${title} ${Number(accuracy).toFixed(2)} % (${Number(zeros).toFixed(0)} % zeros)`,
  );
  const parts = regimes.map(
    (regime) =>
      `${exhibits.regimeTitle(regime)} (${regime.cells.length} of ${cells.length} pairs of fault type and rate, where its accuracy is ${accuracy("standard", regime.cells).toFixed(1)} % on average)`,
  );
  const drops = Object.entries(PAIRS).map(([id, [a, b]]) => {
    const found = [undefined, ...regimes.map((regime) => regime.cells)].map((over) =>
      pp(between(a, b, over)?.drop),
    );
    return `${id} ${found[0]} (${found.slice(1).join("; ")})`;
  });
  return `**Everything depends on the damage.** The last columns part the mean over all rates by what the standard network itself has lost, whatever the others do: ${parts.join("; ")}. Without faults the networks differ too: ${clean.join(", ")}. Counted from there, as **drops** (positive: the network that the claim favours loses less), over all rates and, in brackets, by the same three: ${drops.join("; ")}.`;
}

/** @param {Published} published */
function byPenalty({ regimes, between }) {
  const parts = SPARSE.map(([arm, words]) => {
    const all = between("standard", arm);
    const mild = between("standard", arm, regimes[0]?.cells ?? []);
    return `${words} ${pp(all?.effect)}, as drop ${pp(all?.drop)}, under slight damage ${pp(mild?.effect)}`;
  });
  return `**C1 depends on how a network is made sparse.** Standard less sparse, over all rates: ${parts.join("; ")}. AS and AS-high were fixed beforehand as what is judged; the other two are controls.`;
}

/** The fault rate that costs five points, by arm: what a designer asks for. @param {Published} published */
function tolerated({ run, accuracies }) {
  const titles = exhibits.armStyles(run);
  const shown = [
    "standard",
    "standard-saq",
    "as",
    "as-saq",
    "as-high",
    "as-high-saq",
    "hoyer",
    "fatrelu",
    "clipped",
  ];
  const parts = shown.flatMap((arm) => {
    const found = exhibits.toleratedRate(run, accuracies, { arm, fault: "all", loss: 5 });
    if ("missing" in found || found.rate === Infinity) return [];
    const [rate, from, to] = [found.rate, found.low, found.high].map((x) => (100 * x).toFixed(2));
    return [`${titles(arm).title} ${rate} % [${from}, ${to}]`];
  });
  return `**How many faults can it bear?** The fault rate at which a network has lost 5 points of its own accuracy, mean over the three fault types: ${parts.join("; ")}. For 1 and 10 points and by fault type: [docs/results.md](docs/results.md#tolerated-fault-rates).`;
}

/** The first rows of the networks' table. */
const MAIN_ARMS = 6;

/** Arms made sparse, with what makes them so. @type {[string, string][]} */
const SPARSE = [
  ["as", "L1 penalty (AS)"],
  ["as-high", "stronger L1 penalty (AS-high)"],
  ["hoyer", "Hoyer penalty (on the shape of activations, not their size)"],
  ["fatrelu", "FATReLU (small activations set to zero)"],
];

/** @param {Published} published */
function ofSharpness({ run, rows }) {
  if (rows.length === 0) return "";
  const differences = exhibits.sharpnessDifferencesTable(run, rows).rows;
  const counted = (/** @type {string} */ comparison) => {
    const others = differences.filter((row) => row.comparison === comparison && row.verdict === "");
    const sharper = others.filter((row) => Number(row.difference_low) > 0).length;
    const flatter = others.filter((row) => Number(row.difference_high) < 0).length;
    return `${sharper} find it sharper, ${flatter} flatter, ${others.length - sharper - flatter} cannot tell`;
  };
  const values = exhibits.sharpnessTable(run, rows).rows.filter(({ measure }) => measure === "eigenvalue:1");
  const eigenvalue = (/** @type {string} */ id) => Number(values.find(({ arm }) => arm === id)?.value);
  const [sparse, standard] = [eigenvalue("as-high"), eigenvalue("standard")];
  return `**C2 depends on the measure.** The one fixed beforehand is the mean rise of the loss (in nats, the unit of the loss) when all weights move at random as far as bit flips at a rate of 1 % would move them. Against standard, of the other measures for AS ${counted("AS - standard")}; for AS-high ${counted("AS-high - standard")}. The largest curvature of the loss is ${sparse.toFixed(1)} for AS-high and ${standard.toFixed(1)} for standard, ${(sparse / standard).toFixed(1)} times as much.`;
}

/** @param {Published} published */
function ofRemedies({ between }) {
  const gain = (/** @type {string} */ arm, worse = "standard") => pp(between(arm, worse)?.effect);
  return `**SAQ is not the only remedy.** On the standard network, over all rates, SAQ changes accuracy by ${gain("standard-saq")}. Training as usual with the range of the weights fixed at one standard deviation, which makes faults smaller beside the weights, changes it by ${gain("clipped")}. Between two networks whose ranges are frozen at the same values SAQ changes it by ${gain("standard-saq-frozen", "standard-frozen")}. With SAQ on both sides, sparse less standard (AS + SAQ less standard + SAQ) is ${gain("as-saq", "standard-saq")}.`;
}

/** Tables and sentences of the full study. @param {Published} published */
function fullStudy(published) {
  const { run, rows, claims } = published;
  const [summary, ...paragraphs] = exhibits.discussion(run, rows);
  return [
    ...[exhibits.networkTable(run), claims].map(asMarkdown),
    ...[exhibits.regimesTable(run), exhibits.penaltiesTable(run), exhibits.toleratedRatesTable(run)].map(
      asMarkdown,
    ),
    "### Differences by rate",
    differencesByRate(published),
    asMarkdown(exhibits.controlsTable(run)),
    "### Summary",
    summary,
    ...paragraphs.flatMap((text) => [`### ${/^C\d\w?/.exec(text)?.[0] ?? "What the controls say"}`, text]),
  ].join("\n\n");
}

/** @param {Published} published */
function differencesByRate({ run, between, accuracy }) {
  /** @type {[string, [string, string]][]} */
  const pairs = [["C1, AS-high", ["standard", "as-high"]], ...Object.entries(PAIRS)];
  const { rates } = run.study.campaign;
  const rows = rates.map((rate) => {
    const cells = exhibits.cellsAt(run.judgement.faults, [rate]);
    return [
      percent(rate),
      accuracy("standard", cells).toFixed(2),
      ...pairs.map(([, [a, b]]) => pp(between(a, b, cells)?.effect)),
    ];
  });
  return markdown(["rate", "standard (%)", ...pairs.map(([id]) => id)], rows);
}

/** @param {Published} published */
function quickProfile({ run, claims }) {
  return [exhibits.networkTable(run), claims].map(asMarkdown).join("\n\n");
}

/** The verdicts of the full study, one row a claim and comparison. @param {Published} published */
function claimRows({ claims }) {
  const shown = ["claim", "comparison", "effect_pp", "verdict", "paper_v1_pp", "paper_revised_pp"];
  const overall = {
    ...claims,
    columns: claims.columns.filter(({ key }) => shown.includes(key)),
    rows: claims.rows.filter(({ fault }) => fault === "all three" || fault === "-"),
  };
  const lines = exhibits.toMarkdown(overall).split("\n");
  return lines.filter((line) => line.startsWith("|")).join("\n");
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
    markdown(
      ["", "unit", "here", "PyTorch"],
      rows.map(({ name, unit, ours, peer }) => [name, unit, number(ours), number(peer)]),
    ),
  ].join("\n\n");
}

/** Without the columns of detail, which figures/ has. @param {import("../dist/exhibits/index.js").Table} table */
function asMarkdown(table) {
  return exhibits.toMarkdown({ ...table, columns: table.columns.filter(({ detail }) => !detail) }).trim();
}

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
function markdown(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** @param {{ mean: number, low: number, high: number } | undefined} effect */
function pp(effect) {
  if (effect === undefined) return "-";
  const [mean, from, to] = [effect.mean, effect.low, effect.high].map((x) =>
    x.toFixed(2).replace(/^-(0\.00)$/, "$1"),
  );
  return `${mean} [${from}, ${to}]`;
}

/** @param {number | undefined} rate */
function percent(rate) {
  return `${Number((100 * Number(rate)).toPrecision(6))} %`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  for (const [name, parts] of Object.entries(await generatedParts())) {
    const path = join(root, name);
    writeFileSync(path, withParts(readFileSync(path, "utf8"), parts));
  }
}
