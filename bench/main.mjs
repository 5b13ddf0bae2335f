/*
 * Speed on one thread, with other programs as peers that do the same work by turns in the same run.
 *
 *   npm run bench                                        this project alone
 *   npm run bench -- --peer                              beside all peers, each in its fastest setting
 *   npm run bench -- --peer pytorch,onnxruntime          beside some
 *   npm run bench -- --peer --out data/benchmarks.json   what README.md and docs/engine.md show after npm run figures
 *   npm run bench -- --only training --rounds 3          the cases whose name begins so; fewer rounds
 *   npm run bench -- --peer --quick                      one round, one setting: whether everything runs, not how fast
 *   npm run bench -- --peer --loud                       what the peers print: every setting and its time
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compile } from "../dist/inference/index.js";
import { cases } from "./cases.mjs";
import { exportNetwork } from "./export.mjs";
import { hardwareLimit } from "./limit.mjs";
import { NETWORKS } from "./networks.mjs";
import { packagesOf, startPeers } from "./peers.mjs";
import { startProcess } from "./process.mjs";

const { values } = parseArgs({
  args: process.argv.slice(2).flatMap((arg, i, all) => {
    const isBare = arg === "--peer" && (all[i + 1] ?? "--").startsWith("--");
    return isBare ? [arg, "all"] : [arg];
  }),
  options: {
    peer: { type: "string" },
    out: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "9" },
    quick: { type: "boolean", default: false },
    loud: { type: "boolean", default: false },
  },
});
const packages = values.peer === undefined ? [] : packagesOf(values.peer);
const rounds = values.quick ? 1 : Number(values.rounds);
const chosen = cases().filter(({ name }) => name.startsWith(values.only));
if (chosen.length === 0) throw new Error(`no case has a name that begins with ${values.only}`);

const scratch = mkdtempSync(join(tmpdir(), "flatenn-bench-"));
const running = [];
try {
  await main();
} finally {
  for (const each of running) each.end();
  rmSync(scratch, { recursive: true });
}

async function main() {
  const here = fileURLToPath(new URL("ours.mjs", import.meta.url));
  const ours = ["pinned", "full"].map((set) => ({
    ...startProcess("this project", process.execPath, [here, set], { env: process.env }),
    set,
  }));
  running.push(...ours);
  const { node, tensorflow, engine } = await ours[0].ask({ hello: true });
  const peers = await startPeers(packages, { isLoud: values.loud });
  running.push(...peers);
  const machine = {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    node,
    tensorflow,
    engine,
    limit: await hardwareLimit(),
    peers: Object.fromEntries(peers.map(({ title, version }) => [title, version])),
  };
  console.log(
    `one thread of ${machine.processor}, Node ${node}, TensorFlow ${tensorflow}, networks evaluated by ${engine}`,
  );
  for (const peer of peers) console.log(`beside ${peer.title} ${peer.version}`);
  const rows = [];
  for (const each of chosen)
    for (const row of await measure(each, { ours, peers, limit: machine.limit })) {
      rows.push(row);
      console.log(sentence(row));
    }
  if (values.out)
    writeFileSync(values.out, `${JSON.stringify({ machine, rounds, quick: values.quick, rows }, null, 2)}\n`);
}

/** One row, or two where ours is measured with the instructions of the studies and with all that the processor has. */
async function measure(each, { ours, peers, limit }) {
  const { name, task, items, unit, repeats, images = items } = each;
  const folder = task.id && exported(task.id);
  const own = task.kind === "training" ? ours : ours.slice(0, 1);
  const theirs = { training: peers.filter(({ trains }) => trains), own: [] }[task.kind] ?? peers;
  const contenders = [];
  for (const contender of own)
    contenders.push({
      contender,
      ms: [],
      ...(await contender.ask({ name, repeats, quick: values.quick })),
      setting: contender.set,
    });
  for (const contender of theirs)
    contenders.push({
      contender,
      ms: [],
      ...(await contender.ask({ ...task, folder, quick: values.quick })),
    });
  for (let round = 0; round < Math.min(rounds, each.rounds ?? rounds); round++)
    for (const { contender, ms } of contenders) ms.push(...(await contender.ask({ repeats })));

  const unitOfTime = unit.endsWith("/min") ? 60_000 : 1000;
  /** What a case of our own measures is no time. */
  const measuredAs = (ms) => (task.kind === "own" ? ms : (items * unitOfTime) / ms);
  const speeds = contenders.map(({ contender, ms, setting, result }) => ({
    name: contender.title,
    setting,
    ...spread(ms.map(measuredAs)),
    ...(task.kind === "evaluating" && { agreement: agreement(contenders[0].result, result) }),
  }));
  const productsOf = task.id && limit && productsPerImage(task.id);
  const most = productsOf ? (limit.products * unitOfTime * items) / (1000 * productsOf * images) : null;
  return own.map(({ set }, i) => ({
    name: own.length > 1 ? `${name}, ${set === "full" ? "all instructions" : "pinned as studies are"}` : name,
    unit,
    ours: speeds[i],
    limit: most === null ? null : Number(most.toPrecision(4)),
    peers: speeds.slice(own.length),
  }));
}

/** Median and quartiles. */
function spread(speeds) {
  const sorted = [...speeds].sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.round(share * (sorted.length - 1))].toPrecision(4));
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/** Share of images that are given the same class. */
function agreement(ours, theirs) {
  return ours.filter((c, i) => c === theirs[i]).length / ours.length;
}

function exported(id) {
  const { network, images, tried } = NETWORKS[id];
  const folder = join(scratch, id);
  const { data, indices, labels } = images(tried);
  const size = data.images.length / data.count;
  const pixels = Buffer.concat([...indices].map((i) => data.images.subarray(i * size, (i + 1) * size)));
  exportNetwork(folder, network(), { images: pixels, labels });
  return folder;
}

/** Multiplications of a weight and a code that an image takes, those with zero included. */
function productsPerImage(id) {
  return compile(NETWORKS[id].network()).stages.reduce(
    (all, { sums, kernel, input }) => all + sums.reduce((a, b) => a * b) * kernel[0] * kernel[1] * input[2],
    0,
  );
}

function sentence({ name, unit, ours, limit, peers }) {
  const best = peers.reduce((a, b) => (b.median > (a?.median ?? 0) ? b : a), undefined);
  const others = peers.map((peer) => `${peer.name} ${peer.median} (${peer.setting})`).join(", ");
  const times = best ? `; ${(ours.median / best.median).toFixed(2)} times ${best.name}; ${others}` : "";
  const share = limit ? `; ${Math.round((100 * ours.median) / limit)} % of the limit` : "";
  return `${name}: ${ours.median} ${unit} (${ours.low} to ${ours.high})${share}${times}`;
}
