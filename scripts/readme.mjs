// @ts-check
// Writes the parts of README.md, docs/results.md and ARTIFACT.md that show results. Called by `npm run figures`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exhibits, results } from "../dist/index.js";
import { openRenderer } from "../dist/publishing/rendering/index.js";
import { asMarkdown, markdown, percent, pp, publishedIn, requireThat } from "./result-text.mjs";
import { speedParts, ZEROS_FIGURE, zerosParts } from "./speeds.mjs";
import { versionTwo, versionTwoInShort } from "./version-two.mjs";

const STUDY = "lenet5-fashion";
const ZEROS = new URL("../data/speed-by-zeros.json", import.meta.url);

/** @typedef {import("./result-text.mjs").Published} Published */
/** @typedef {import("./result-text.mjs").Cell} Cell */

/**
 * What each document shows between its marks, from results as they are now.
 * @param {{ full?: string, second?: string, quick?: string, benchmarks?: string | URL }} [from] folders of the published profiles, and the
 * file of measured speeds, which need not exist
 * @returns {Promise<Record<string, Record<string, string>>>}
 */
export async function generatedParts({
  full = results.publishedDirectory(STUDY, "full"),
  second = results.publishedDirectory(STUDY, "version-2"),
  quick = results.publishedDirectory(STUDY, "quick"),
  benchmarks = new URL("../data/benchmarks.json", import.meta.url),
} = {}) {
  const published = await publishedIn(full);
  const later = await publishedIn(second);
  /** @type {Record<string, Record<string, string>>} */
  const parts = {
    "README.md": { verdicts: verdicts(published), "version-2": versionTwoInShort(published, later) },
    "docs/results.md": {
      results: fullStudy(published),
      "version-2": versionTwo(published, later),
      quick: quickProfile(await publishedIn(quick)),
    },
    "ARTIFACT.md": { verdicts: claimRows(published) },
  };
  const measured = [speedParts(benchmarks), zerosParts(ZEROS).parts].flatMap(Object.entries);
  for (const [document, part] of measured) parts[document] = { ...parts[document], ...part };
  return parts;
}

/**
 * What docs/results.md shows of the study whose results a folder has, whatever they are.
 * @param {string} folder
 */
export async function resultsPart(folder) {
  return fullStudy(await publishedIn(folder));
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

/** What the paper says. */
const SAYS = {
  C1: "Under faults, activation-sparse networks (AS) are less accurate than standard ones.",
  C2: "The activation-sparse network lies in a sharper minimum of the loss: small changes of its weights raise the loss more.",
  C3a: "SAQ makes activation-sparse networks more accurate under faults.",
  C3b: "SAQ makes standard networks more accurate under faults.",
  C4: "An activation-sparse network trained with SAQ is more accurate under faults than a standard one trained as usual.",
};

/** @typedef {keyof typeof SAYS} Id */

/** @type {Record<Exclude<Id, "C2">, [string, string]>} arms of which the first is said to be more accurate */
const PAIRS = {
  C1: ["standard", "as"],
  C3a: ["as-saq", "as"],
  C3b: ["standard-saq", "standard"],
  C4: ["as-saq", "standard"],
};

/** What a reader takes along: a plain sentence a claim, then the numbers. @param {Published} published */
function verdicts(published) {
  const sentences = plainSentences(published);
  const rows = Object.entries(sentences).map(([id, sentence]) => [
    `[${id}](docs/results.md#${id.toLowerCase()})`,
    SAYS[/** @type {Id} */ (id)],
    sentence,
  ]);
  return [
    markdown(["", "the paper says", "on LeNet-5"], rows),
    byDamage(published),
    forDesigners(published),
    ofRemedies(published),
  ].join("\n\n");
}

/**
 * The verdicts in words. Each word is held to the numbers: results that no longer bear it out end in an error.
 * @param {Published} published
 */
function plainSentences(published) {
  const { claims, regimes, between, run, rows } = published;
  const verdictOf = (/** @type {string} */ id) =>
    claims.rows.find(({ claim, fault }) => claim === id && (fault === "all three" || fault === "-"));
  const requireVerdict = (/** @type {string} */ id, /** @type {string} */ verdict) =>
    requireThat(verdictOf(id)?.verdict === verdict, `${id} is no longer ${verdict}`);
  const slight = regimes[0]?.cells ?? [];
  const of = (/** @type {Exclude<Id, "C2">} */ id, /** @type {readonly Cell[]} */ over) => {
    const found = between(...PAIRS[id], over);
    if (!found) throw new Error(`${id} is not measured`);
    return found;
  };
  const all = published.cells;
  const c1 = of("C1", all);
  const [high, fatrelu, hoyer] = ["as-high", "fatrelu", "hoyer"].map((arm) => between("standard", arm));
  const ofStuck = of("C1", exhibits.cellsAt(["sa0"], run.study.campaign.rates)).effect;
  requireThat(ofStuck.low < 0 && ofStuck.high > 0, "C1 under stuck-at-0");
  requireVerdict("C1", "contradicted");
  requireThat(of("C1", slight).effect.low > 0 && of("C1", slight).drop.high < 0, "slight damage of C1");
  requireThat((high?.effect.high ?? 0) < 0, "C1 of AS-high");
  requireThat((fatrelu?.effect.low ?? 0) > 0 && (fatrelu?.drop.low ?? 0) < 0, "FATReLU");
  requireThat((hoyer?.effect.high ?? 0) > 0 && (hoyer?.drop.high ?? 0) < 0, "Hoyer");
  requireVerdict("C2", "contradicted");
  for (const id of /** @type {const} */ (["C3a", "C3b", "C4"])) {
    requireVerdict(id, "supported");
    requireThat(of(id, slight).drop.low > 0, `slight damage of ${id}, as drop`);
  }
  const { faults } = run.judgement;
  const at = (/** @type {"C3a" | "C3b"} */ id, /** @type {number} */ rate) =>
    of(id, exhibits.cellsAt(faults, [rate])).effect;
  for (const id of /** @type {const} */ (["C3a", "C3b"])) {
    requireThat(of(id, slight).effect.low < 0 && of(id, slight).effect.high > 0, `slight damage of ${id}`);
    requireThat(at(id, 0.001).high < 0 && at(id, 0.005).low > 0, `the lowest rates of ${id}`);
  }
  requireThat(of("C4", slight).effect.high < 0, "slight damage of C4");
  const { sharper, ratio } = sharpnessOf(run, rows);
  const sharpness = String(verdictOf("C2")?.comparison ?? "").replace(/^.*: /, "");
  const slightly = (/** @type {"C3a" | "C3b"} */ id) =>
    `Where standard has lost up to 5 points, a loss at the rate 0.1 % (${pp(at(id, 0.001))}) and a gain at 0.5 % (${pp(at(id, 0.005))}) cancel: ${pp(of(id, slight).effect)}.`;
  const ofHigh = between("as-high-saq", "as-high")?.effect;
  const ofHighSlight = between("as-high-saq", "as-high", slight)?.effect;
  requireThat((ofHigh?.low ?? 0) > 0 && (ofHighSlight?.high ?? 0) < 0, "SAQ on AS-high");
  const radii = run.study.arms.flatMap(({ id, gradient }) =>
    gradient.rule === "saq" && ["standard-saq", "as-saq"].includes(id) ? [gradient.rho] : [],
  );
  return {
    C1: `**No: the other way round, for networks made sparse by an L1 penalty.** Standard less AS is ${pp(c1.effect)}, less AS-high ${pp(high?.effect)}. Where standard has lost up to 5 points it is ahead of AS, by ${pp(of("C1", slight).effect)}, which is less than without faults; under stuck-at-0 nothing is decided (${pp(ofStuck)}). Of two controls that are sparse otherwise, FATReLU has standard ahead in accuracy, ${pp(fatrelu?.effect)}, undecided when counted from each network's accuracy without faults (${pp(fatrelu?.drop)}); Hoyer has it behind when counted so (${pp(hoyer?.drop)}), undecided in accuracy (${pp(hoyer?.effect)}).`,
    C2: `**No: the other way round, by the one measure that was fixed beforehand**, the mean rise of the loss when all weights move at random as far as bit flips at a rate of 1 % would move them: AS less standard is ${sharpness} (the unit of the loss). Of ${sharper.of} other measures ${sharper.as} find AS sharper and ${sharper.high} find AS-high sharper; the largest curvature of AS-high is ${ratio.toFixed(1)} times that of standard.`,
    C3a: `**Yes**, by ${pp(of("C3a", all).effect)} (AS + SAQ less AS). ${slightly("C3a")} On AS-high ${pp(ofHigh)}, but ${pp(ofHighSlight)} there.`,
    C3b: `**Yes**, by ${pp(of("C3b", all).effect)} (standard + SAQ less standard), with the larger radius of SAQ that was selected for it (${radii.join(", against ")}). ${slightly("C3b")}`,
    C4: `**Yes**, by ${pp(of("C4", all).effect)} (AS + SAQ less standard). Not where standard has lost up to 5 points (${pp(of("C4", slight).effect)}): there the sparse network is less accurate, as it is without faults.`,
  };
}

/** Where the judged means come from. @param {Published} published */
function byDamage({ regimes, between, accuracy }) {
  const severe = regimes.find(({ id }) => id === "severe");
  if (!severe) throw new Error("no fault type and rate costs the standard network over 20 points");
  const effects = Object.entries(PAIRS).map(([id, [better, worse]]) => {
    return `${id} ${pp(between(better, worse, severe.cells)?.effect)}`;
  });
  return `**These means come from bad damage.** Where standard has lost over 20 points, and has ${accuracy("standard", severe.cells).toFixed(0)} % left, they are ${effects.join(", ")}. [Each claim by damage](docs/results.md#claims-by-regime-of-damage).`;
}

/** What an arm costs without faults, and the fault rate it bears. @param {Published} published */
function forDesigners({ run, accuracies }) {
  const titles = exhibits.armStyles(run);
  const networks = exhibits.networkTable(run, { arms: SHOWN }).rows;
  const rows = SHOWN.map((arm) => {
    const network = networks.find(({ arm: id }) => id === arm);
    const found = exhibits.toleratedRatesOf(run, accuracies, { arm, fault: "all", losses: [5] });
    if ("missing" in found || !found[0] || !network) throw new Error(`${arm} is not measured`);
    const [rate, from, to] = [found[0].rate, found[0].low, found[0].high].map((x) => (100 * x).toFixed(2));
    return [
      titles(arm).title,
      `${Number(network["accuracy_pct"]).toFixed(2)} %`,
      `${Number(network["sparsity_pct"]).toFixed(0)} %`,
      `${rate} % [${from}, ${to}]`,
    ];
  });
  const table = markdown(["", "accuracy without faults", "zeros", "fault rate that costs 5 points"], rows);
  return `**How many faults can a network bear?** The rate at which the loss of its own accuracy, mean over the three fault types, reaches 5 points; one that starts lower falls below a given accuracy sooner ([1 and 10 points, each fault type](docs/results.md#tolerated-fault-rates)):\n\n${table}`;
}

/** Arms of that table. */
const SHOWN = [
  ...["standard", "standard-saq", "as", "as-saq", "as-high", "as-high-saq"],
  ...["hoyer", "fatrelu", "clipped"],
];

/**
 * How many of the other measures find the sparse arms sharper, and the ratio of the largest curvatures.
 * @param {Published["run"]} run @param {Published["rows"]} rows
 */
function sharpnessOf(run, rows) {
  const others = exhibits.sharpnessDifferencesTable(run, rows).rows.filter(({ verdict }) => verdict === "");
  const against = (/** @type {string} */ comparison) =>
    others.filter((row) => row["comparison"] === comparison);
  const found = (/** @type {string} */ comparison) =>
    against(comparison).filter((row) => Number(row["difference_low"]) > 0).length;
  const values = exhibits.sharpnessTable(run, rows).rows.filter(({ measure }) => measure === "eigenvalue:1");
  const eigenvalue = (/** @type {string} */ id) => Number(values.find(({ arm }) => arm === id)?.["value"]);
  const sharper = {
    of: against("AS - standard").length,
    as: found("AS - standard"),
    high: found("AS-high - standard"),
  };
  requireThat(sharper.as > 0 && sharper.high > sharper.as && sharper.of > sharper.high, "other measures");
  return { sharper, ratio: eigenvalue("as-high") / eigenvalue("standard") };
}

/** @param {Published} published */
function ofRemedies({ between }) {
  const gain = (/** @type {string} */ arm, worse = "standard") => between(arm, worse)?.effect;
  const [saq, clipped] = [gain("standard-saq"), gain("clipped")];
  requireThat((clipped?.low ?? 0) > (saq?.high ?? 0), "clips at 1 sd do more than SAQ");
  const frozen = gain("standard-saq-frozen", "standard-frozen");
  requireThat((frozen?.low ?? 0) > 0, "SAQ gains with frozen clips");
  return `**SAQ is not the only remedy.** On the standard network it gains ${pp(saq)} over all rates. Training as usual with a narrow range of the weights (clips at 1 sd), which makes faults smaller beside them, gains ${pp(clipped)}. SAQ needs no change of that range: between two networks whose weight ranges are frozen at the same values it gains ${pp(frozen)}.`;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  for (const [name, parts] of Object.entries(await generatedParts())) {
    const path = join(root, name);
    writeFileSync(path, withParts(readFileSync(path, "utf8"), parts));
  }
  const { figure } = zerosParts(ZEROS);
  if (figure) {
    const renderer = await openRenderer();
    try {
      writeFileSync(join(root, ZEROS_FIGURE), await renderer.draw(figure, "svg"));
    } finally {
      await renderer.close();
    }
  }
}
