/*
 * Speed of training steps: LeNet-5, batch 128, one thread. `npm run bench` prints medians over 60 steps in 3 rounds after
 * warm-up; `npm run bench -- --peer` times the same steps in PyTorch eager in between, if $PYTHON (default python3) has it.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import { loadBackend, models, random } from "../dist/index.js";
import { batchAt } from "../dist/training/batches.js";
import { addClips, flatten, initialPoint } from "../dist/training/parameters.js";
import { trainStep } from "../dist/training/step.js";

const BATCH = 128;
const ROUNDS = 3;
const STEPS = 20;
const WARM_UP = 10;
const W4A4 = { weights: 4, activations: 4 };
const CASES = [
  { name: "float", bits: undefined, gradient: { rule: "conventional" } },
  { name: "W4A4 conventional", bits: W4A4, gradient: { rule: "conventional" } },
  { name: "W4A4 SAQ", bits: W4A4, gradient: { rule: "saq", rho: 0.2 } },
];
const model = models.lenet5;
const none = { kind: "none" };

/** Random images, made once: what is timed includes their conversion to tensors. */
function images() {
  const draws = random.stream("bench", "images");
  const pixels = Uint8Array.from({ length: BATCH * 784 }, () => draws.integer(256));
  const labels = Uint8Array.from({ length: BATCH }, () => draws.integer(10));
  return { images: pixels, labels, count: BATCH, height: 28, width: 28, channels: 1 };
}

/** A function that runs steps of one case and gives the milliseconds of each. */
function ours(data, { bits, gradient }) {
  const indices = Uint32Array.from({ length: BATCH }, (_, i) => i);
  const options = {
    bits,
    gradient,
    sparsification: none,
    learningRate: 1e-4,
    momentum: 0.9,
    weightDecay: 1e-4,
  };
  const point = initialPoint(model, "bench", 0);
  const parameters = flatten(bits ? addClips(model, point, batchAt(data, indices, 10).images, none) : point);
  const zeros = Object.entries(parameters).map(([name, { shape, data }]) => [
    name,
    { shape, data: data.map(() => 0) },
  ]);
  let state = { parameters, velocity: Object.fromEntries(zeros) };
  return (steps) =>
    Array.from({ length: steps }, () => {
      const started = performance.now();
      const batch = batchAt(data, indices, model.classes);
      const next = trainStep(model, state, batch, options);
      tf.dispose([batch.images, batch.labels]);
      state = next.state;
      return performance.now() - started;
    });
}

/** The same steps in PyTorch: a process that answers each request with a line. Undefined where there is no PyTorch. */
async function startPeer() {
  const script = fileURLToPath(new URL("training_peer.py", import.meta.url));
  const child = spawn(process.env["PYTHON"] ?? "python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value } = await lines.next();
    return value && JSON.parse(value);
  };
  const hello = await ask({ hello: true });
  return (
    hello && {
      version: hello.version,
      run: (name, steps) => ask({ name, steps }),
      end: () => child.stdin.end(),
    }
  );
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const perSecond = (ms) => Math.round((1000 * BATCH) / ms).toLocaleString("en");

const report = await loadBackend();
console.log(
  `LeNet-5, batch ${BATCH}, ${report.threads} thread, TensorFlow ${report.tensorflow}, Node ${report.node}`,
);
const peer = process.argv.includes("--peer") ? await startPeer() : undefined;
if (process.argv.includes("--peer"))
  console.log(peer ? `peer: PyTorch ${peer.version} eager` : "no peer: PyTorch is not installed");
const data = images();
for (const each of CASES) {
  const step = ours(data, each);
  const times = { ours: [], peer: [] };
  step(WARM_UP);
  await peer?.run(each.name, WARM_UP);
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(...step(STEPS));
    if (peer) times.peer.push(...(await peer.run(each.name, STEPS)));
  }
  const [us, them] = [median(times.ours), peer && median(times.peer)];
  const compared = peer ? `; PyTorch ${perSecond(them)} images/s; ratio ${(them / us).toFixed(2)}` : "";
  console.log(`${each.name}: ${us.toFixed(1)} ms a step, ${perSecond(us)} images/s${compared}`);
}
peer?.end();
