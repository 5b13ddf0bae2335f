/*
 * Speed by the share of zeros among the codes that layers read: every product done, zeros skipped wherever that is possible,
 * and skipped where it was measured to be faster, by turns.
 *
 *   node bench/zeros.mjs                                   prints it
 *   node bench/zeros.mjs --out data/speed-by-zeros.json    what docs/engine.md shows after npm run figures
 *   node bench/zeros.mjs --rounds 1                        whether it runs
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { inference } from "../dist/index.js";
import { calibrate, NETWORKS, publishedLeNet5, randomNetwork } from "./networks.mjs";
import { timed } from "./timed.mjs";

const { values } = parseArgs({
  options: { out: { type: "string" }, rounds: { type: "string", default: "9" } },
});
const WAYS = { dense: "never", skipping: "always", chosen: "measured" };

/** LeNet-5 made sparser by lower biases, in units of each activation's clip; none of its convs can skip. */
const LENET5 = {
  title: "LeNet-5",
  images: NETWORKS.lenet5.images(10_000),
  networks: [0, 0.05, 0.1, 0.2, 0.4].map((shift) => () => {
    const network = publishedLeNet5();
    const clips = Object.values(network.activationClips);
    const lowered = (bias, i) => bias.map((b) => b - shift * (clips[i] ?? 0));
    return {
      ...network,
      layers: network.layers.map((layer, i) => ({ ...layer, bias: lowered(layer.bias, i) })),
    };
  }),
};

const RESNET18 = {
  title: "ResNet-18 of width 16",
  images: NETWORKS["resnet18-50"].images(400),
  networks: [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95].map((zeros) => () => {
    const { model } = NETWORKS["resnet18-50"].network();
    return calibrate(randomNetwork(model), RESNET18.images.data.images.subarray(0, 32 * 32 * 3), zeros);
  }),
};

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

function zerosOf(network, { data, indices }) {
  const counts = Object.values(inference.countZeros(network, data, indices.subarray(0, 40))).map((units) => [
    units.reduce((a, b) => a + b, 0),
    units.length * 40,
  ]);
  const [zeros, all] = counts.reduce(([a, b], [c, d]) => [a + c, b + d]);
  return zeros / all;
}

const rows = [];
for (const { title, images, networks } of [LENET5, RESNET18])
  for (const make of networks) {
    const network = make();
    const codes = inference.codesOf(network);
    const { data, indices } = images;
    const runs = Object.entries(WAYS).map(([way, skipZeros]) => {
      const classifier = inference.integerClassifier(network, data, indices, { skipZeros, holdBytes: 0 });
      const run = timed(() => classifier.classify(codes));
      run(1);
      return { way, run, ms: [] };
    });
    for (let round = 0; round < Number(values.rounds); round++)
      for (const { run, ms } of runs) ms.push(...run(1).ms);
    const speeds = runs.map(({ way, ms }) => [
      way,
      Number(((1000 * indices.length) / median(ms)).toPrecision(4)),
    ]);
    const row = {
      network: title,
      zeros: Number(zerosOf(network, images).toFixed(3)),
      ...Object.fromEntries(speeds),
    };
    rows.push(row);
    console.log(
      `${title}, ${(100 * row.zeros).toFixed(0)} % zeros: ${speeds.map(([way, speed]) => `${way} ${speed}`).join(", ")} images/s`,
    );
  }
const machine = { processor: cpus()[0]?.model.trim() ?? "unknown", engine: inference.engineTitle() };
if (values.out) writeFileSync(values.out, `${JSON.stringify({ machine, rows }, null, 2)}\n`);
