/*
 * Speed on one thread, with PyTorch as an optional peer that does the same work by turns in the same run.
 *
 *   npm run bench                                        medians of this project
 *   npm run bench -- --peer                              beside PyTorch, if $PYTHON (default python3) has it
 *   npm run bench -- --peer --out data/benchmarks.json   what docs/results.md shows
 *   npm run bench -- --only training --rounds 1          the cases whose name begins so; fewer rounds
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { inference, loadBackend } from "../dist/index.js";
import { campaignCases } from "./campaign.mjs";
import { evaluationCases } from "./evaluation.mjs";
import { startPeer } from "./peer.mjs";
import { trainingCases } from "./training.mjs";

const { values } = parseArgs({
  options: {
    peer: { type: "boolean", default: false },
    out: { type: "string" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "7" },
  },
});

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

/** Milliseconds of ours and of the peer's, by turns, after each has warmed up. */
async function measure({ name, ours, theirs, repeats }, peer, rounds) {
  const times = { ours: [], peer: [] };
  const run = ours();
  run(repeats);
  if (peer) await peer.run(theirs, repeats);
  for (let round = 0; round < rounds; round++) {
    times.ours.push(...run(repeats));
    if (peer) times.peer.push(...(await peer.run(theirs, repeats)));
  }
  if (times.ours.some((ms) => !(ms > 0))) throw new Error(`${name} took no time`);
  return { ours: median(times.ours), peer: times.peer.length > 0 ? median(times.peer) : null };
}

const backend = await loadBackend();
const peer = values.peer ? await startPeer() : undefined;
const machine = {
  processor: cpus()[0]?.model.trim() ?? "unknown",
  node: process.version,
  tensorflow: backend.tensorflow,
  engine: inference.engineTitle(),
  pytorch: peer?.version.replace(/\+.*/, "") ?? null,
};
console.log(
  `one thread of ${machine.processor}, Node ${machine.node}, TensorFlow ${machine.tensorflow}, networks evaluated by ${machine.engine}` +
    (values.peer ? `, ${peer ? `PyTorch ${machine.pytorch} eager` : "no PyTorch"}` : ""),
);
const cases = [...trainingCases(), ...evaluationCases(), ...campaignCases()];
const rows = [];
for (const each of cases.filter(({ name }) => name.startsWith(values.only))) {
  const { name, items, unit } = each;
  const ms = await measure(each, peer, Number(values.rounds));
  const unitOfTime = unit.endsWith("/min") ? 60_000 : 1000;
  const speed = (time) => Number(((items * unitOfTime) / time).toPrecision(4));
  const row = { name, unit, ours: speed(ms.ours), peer: ms.peer === null ? null : speed(ms.peer) };
  rows.push(row);
  const beside = row.peer === null ? "" : `, PyTorch ${row.peer}: ${(row.ours / row.peer).toFixed(2)} times`;
  console.log(`${name}: ${row.ours} ${unit}${beside}`);
}
peer?.end();
if (rows.length === 0) throw new Error(`no case has a name that begins with ${values.only}`);
if (values.out) writeFileSync(values.out, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
