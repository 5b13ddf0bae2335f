// @ts-check
// What the documents say of speed, from data/benchmarks.json, which `npm run bench -- --peer --out` writes.
import { existsSync, readFileSync } from "node:fs";
import { exhibits } from "../dist/index.js";

/**
 * @typedef {{ median: number, low: number, high: number }} Spread
 * @typedef {Spread & { name: string, setting: string, agreement?: number }} Peer
 * @typedef {{ name: string, unit: string, ours: Spread, limit: number | null, peers: Peer[] }} Row
 * @typedef {{ instructions: string, products: number, bits: number, perCycle: number, gigahertz: number }} Limit
 * @typedef {{ processor: string, node: string, tensorflow: string, engine: string, limit: Limit | null,
 *   peers: Record<string, string> }} Machine
 * @typedef {{ machine: Machine, rounds: number, quick: boolean, rows: Row[] }} Benchmarks
 */

/**
 * The part `speed` of each document; none where nothing has been measured, so that the documents stay as they are.
 * @param {string | URL} file
 * @returns {Record<string, { speed: string }>}
 */
export function speedParts(file) {
  if (!existsSync(file)) return {};
  /** @type {Benchmarks} */
  const measured = JSON.parse(readFileSync(file, "utf8"));
  if (measured.quick || Object.keys(measured.machine.peers).length === 0)
    throw new Error(`${file} is no measurement for documents: it needs --peer, and no --quick`);
  return {
    "README.md": { speed: inShort(measured) },
    "docs/engine.md": { speed: inFull(measured) },
    "docs/results.md": {
      speed: "[engine.md](engine.md#how-fast-it-is) has the speed of this project beside that of others.",
    },
  };
}

/** Beside the documents, since it belongs to no study. */
export const ZEROS_FIGURE = "docs/speed-by-zeros.svg";

/**
 * The part `zeros` of docs/engine.md, and the figure in it, from what `node bench/zeros.mjs --out` wrote; none where that is
 * not there.
 * @param {string | URL} file
 * @returns {{ parts: Record<string, { zeros: string }>, figure: import("../dist/exhibits/index.js").Figure | undefined }}
 */
export function zerosParts(file) {
  if (!existsSync(file)) return { parts: {}, figure: undefined };
  /** @type {import("../dist/exhibits/index.js").SpeedByZeros} */
  const measured = JSON.parse(readFileSync(file, "utf8"));
  const rows = measured.rows.map(({ network, zeros, dense, skipping, chosen }) => [
    network,
    `${(100 * zeros).toFixed(0)} %`,
    ...[dense, skipping, chosen].map(number),
  ]);
  const part = [
    "![Speed against the share of zeros, dense and skipping, for both networks](speed-by-zeros.svg)",
    table(["images a second", "zeros", "every product", "zeros skipped", "as chosen"], rows),
  ].join("\n\n");
  return { parts: { "docs/engine.md": { zeros: part } }, figure: exhibits.speedByZeros(measured) };
}

/** @param {Row} row */
const fastest = ({ peers }) => peers.reduce((a, b) => (b.median > a.median ? b : a));

/** @param {Row} row */
const ratio = (row) => row.ours.median / fastest(row).median;

/** @param {Benchmarks} measured */
function inShort({ machine, rows }) {
  const of = (/** @type {string} */ begin, end = "") =>
    rows
      .filter(({ name, peers }) => peers.length > 0 && name.startsWith(begin) && name.endsWith(end))
      .map((row) => ratio(row).toFixed(2))
      .join(", ");
  const names = [
    ...new Set(Object.keys(machine.peers).map((name) => name.replace(/ (eager|float|int8)$/, ""))),
  ];
  return [
    `**Speed** on one thread, divided by that of the fastest of ${names.join(", ")} ([table](docs/engine.md#how-fast-it-is); below 1 this project is behind):`,
    `training LeNet-5 in float, W4A4, SAQ ${of("training", "studies are")}, with all instructions ${of("training", "all instructions")};`,
    `evaluating LeNet-5 ${of("evaluating LeNet")}, ResNet-18 with 50 and 85 % zeros ${of("evaluating ResNet")};`,
    `fault trials ${of("fault trials of LeNet")} and ${of("fault trials of ResNet")}.`,
  ].join(" ");
}

/** @param {Benchmarks} measured */
function inFull({ machine, rounds, rows }) {
  const { processor, node, tensorflow, engine, limit, peers } = machine;
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  const compared = rows.filter((row) => row.peers.length > 0);
  const alone = rows.filter((row) => row.peers.length === 0);
  const behind = compared.filter((row) => ratio(row) < 1).length;
  return [
    `One thread of ${processor}, Node ${node}, TensorFlow ${tensorflow}; networks are evaluated by ${engine}. Peers: ${versions.join(", ")}. Each is in a process and an environment of its own, in the fastest of its batch sizes, layouts and other settings, and runs by turns with this project: medians of ${rounds} rounds or more, with quartiles.`,
    table(
      ["", "unit", "here", "fastest peer", "", "here / peer", ...(limit ? ["share of the limit"] : [])],
      compared.map((row) => {
        const best = fastest(row);
        const times = ratio(row);
        const share = row.limit === null ? "-" : `${Math.round((100 * row.ours.median) / row.limit)} %`;
        return [
          row.name,
          row.unit,
          spread(row.ours),
          spread(best),
          `${best.name}, ${best.setting}`,
          times < 1 ? `${times.toFixed(2)}: behind` : times.toFixed(2),
          ...(limit ? [share] : []),
        ];
      }),
    ),
    behind === 0
      ? "No peer is faster in any row."
      : `In ${behind} of ${compared.length} rows the fastest peer is faster than this project.`,
    ...(limit ? [limitInWords(limit)] : []),
    "Training: steps of batch 128, with the instructions that studies are trained with and with all of the processor's. Evaluating: W4A4 here; the peers have the same weights, and activations clamped as here but not quantized, or of 8 bits, which is faster for them. Fault trials: draw faulty bits (here a map for 21 trials, as campaigns do), flip 1 % of all, evaluate, count, restore; the peers draw and flip with NumPy and bring the changed weights into their network in whichever way is faster.",
    ...alone.map(({ name, unit, ours }) => `${name}: ${spread(ours)} ${unit}.`),
  ].join("\n\n");
}

/** @param {Limit} limit */
function limitInWords({ instructions, products, bits, perCycle, gigahertz }) {
  return `The limit is what the instructions of these kernels (${instructions}) can do on one core: ${bits / 8} products of bytes an instruction, ${perCycle} instructions a cycle and ${gigahertz.toFixed(1)} GHz, as \`bench/limit.cc\` measures, make ${(products / 1e9).toFixed(0)} billion products a second. Products with zero count as done.`;
}

/** @param {Spread} spread */
function spread({ median, low, high }) {
  return low === high ? number(median) : `${number(median)} (${number(low)} to ${number(high)})`;
}

/** @param {number} x */
const number = (x) => Number(x.toPrecision(3)).toLocaleString("en");

/** @param {readonly string[]} heads @param {readonly (readonly string[])[]} rows */
function table(heads, rows) {
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
