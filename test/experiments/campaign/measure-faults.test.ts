import { expect, test } from "vitest";
import { imageDataset } from "../../../src/datasets/index.js";
import { accuracyAgainstRate, accuracyTable } from "../../../src/exhibits/index.js";
import { measureFaults, type OwnNetwork } from "../../../src/experiments/campaign/index.js";
import {
  drawFaultMap,
  type FaultModel,
  faultModel,
  flip,
  injectFaults,
  onSites,
} from "../../../src/faults/index.js";
import { codesOf, compile, deploy, evaluate } from "../../../src/inference/index.js";
import { type Model, weightLayers } from "../../../src/networks/index.js";
import { randomImages, tinyResNet } from "../../support/integer-networks.js";
import { randomCheckpoint, withNorms } from "../../support/network.js";

const model: Model = {
  name: "own-net",
  input: [6, 5, 2],
  classes: 4,
  nodes: [
    { op: "conv", name: "conv1", input: "input", filters: 3, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "activation", name: "act1", input: "conv1" },
    { op: "flatten", name: "flat", input: "act1" },
    { op: "linear", name: "fc1", input: "flat", units: 4 },
  ],
};
const own = (key: string): OwnNetwork => ({ model, checkpoint: randomCheckpoint(model, key) });
const { images: pixels } = randomImages(12, model.input, "own");
const labels = Array.from({ length: 12 }, (_, i) => i % 4);
const images = imageDataset(pixels, labels, [6, 5, 2]);
/** Reads nothing but the top bit wrong. */
const topBit: FaultModel = {
  id: "top-bit",
  title: "top bit only",
  apply: (stored, mask) => stored ^ (mask & 8),
};

test("a network and images of one's own give the rows that injection and the plain evaluation give", async () => {
  const network = own("a");
  const faults = ["flip", onSites(flip, { kind: "weights" }), topBit];
  const results = await measureFaults({ mine: network }, images, { faults, rates: [0.05, 0.2], maps: 3 });
  expect(results.study.campaign.faults).toEqual(["flip", "flip/weights", "top-bit"]);
  expect(results.trials.length).toBe(1 + 3 * 2 * 3);
  expect(new Set(results.trials.map(({ id }) => id)).size).toBe(results.trials.length);
  const deployed = deploy(model, network.checkpoint);
  const program = compile(deployed);
  const correctWith = (codes: Parameters<typeof evaluate>[1]) =>
    labels.filter(
      (label, i) => evaluate(program, codes, pixels.subarray(i * 60, (i + 1) * 60)).predicted === label,
    ).length;
  expect(results.trials[0]).toMatchObject({
    fault: "none",
    correct: correctWith(codesOf(deployed)),
    images: 12,
  });
  for (const { fault, rate, map: index, correct, changed } of results.trials.slice(1)) {
    const { sites } = faultModel(fault);
    const layers = weightLayers(model);
    const map = drawFaultMap({ key: "own-net-own", index, layers, bits: 4, ceiling: 0.2, sites });
    const injected = deployed.layers.map(({ codes }, i) =>
      injectFaults(codes, map.layers[i]!, {
        rate,
        model: fault === "top-bit" ? topBit : faultModel(fault),
        bits: 4,
        encoding: "offset-binary",
      }),
    );
    const codes = Object.fromEntries(deployed.layers.map(({ name }, i) => [name, injected[i]!.codes]));
    expect(changed).toBe(injected.reduce((sum, layer) => sum + layer.changed, 0));
    expect(correct).toBe(correctWith(codes));
  }
});

test("several networks meet the same maps, and figure and table of accuracies take the rows as they are", async () => {
  const progress: number[] = [];
  const networks = { first: own("a"), second: own("b") };
  const results = await measureFaults(networks, images, {
    faults: ["sa0"],
    rates: [0.1],
    maps: 2,
    onProgress: ({ done, of }) => progress.push(done / of),
  });
  const of = (arm: string) => results.trials.filter((trial) => trial.arm === arm);
  expect(of("first").map(({ faulty }) => faulty)).toEqual(of("second").map(({ faulty }) => faulty));
  expect(progress.length).toBe(6);
  expect(progress.at(-1)).toBe(1);
  expect(results.networks.map(({ arm, images }) => [arm, images])).toEqual([
    ["first", 12],
    ["second", 12],
  ]);
  const lines = accuracyAgainstRate(results).data as {
    name: string;
    mode: string;
    line: { color: string };
  }[];
  const drawn = lines.filter(({ mode }) => mode === "lines+markers");
  expect(drawn.map(({ name }) => name)).toEqual(["first", "second"]);
  expect(drawn[0]!.line.color).not.toBe(drawn[1]!.line.color);
  expect(accuracyTable(results).rows.map((row) => row["arm"])).toEqual([
    "first",
    "first",
    "second",
    "second",
  ]);
  expect(await measureFaults(networks, images, { faults: ["sa0"], rates: [0.1], maps: 2 })).toEqual(results);
});

test("what does not fit is an error that says so, and an abort ends it", async () => {
  const measured = (
    changes: object,
    networks: Record<string, OwnNetwork> = { mine: own("a") },
    data = images,
  ) => expect(measureFaults(networks, data, { faults: ["flip"], rates: [0.1], maps: 1, ...changes })).rejects;
  await measured({ rates: [0.2, 0.1] }).toThrow(/rates: must ascend, got \[0\.2,0\.1\]/);
  await measured({ rates: [] }).toThrow(/the settings are not valid/);
  await measured({ maps: 0 }).toThrow(/maps: /);
  await measured({ faults: ["flap"] }).toThrow(/fault model must be flip, sa0, sa1/);
  await measured({ faults: ["flip", "flip"] }).toThrow(
    "faults must be different from each other, got flip, flip",
  );
  await measured({ faults: [{ ...topBit, id: "none" }] }).toThrow(/id must not be one of .*none/);
  await measured({ faults: [{ ...topBit, apply: () => 99 }] }).toThrow(
    /apply\(0, 0\) must return an integer/,
  );
  await measured({ faults: ["flip/bits:6"] }).toThrow(/bit positions must be below 4/);
  await measured({}, {}).toThrow(/at least one/);
  const float = own("a");
  const origin = { ...float.checkpoint.origin, bits: null };
  await measured({}, { mine: { model, checkpoint: { ...float.checkpoint, origin } } }).toThrow(
    "network mine is a float network; quantize it first",
  );
  const wide = { ...float.checkpoint.origin, bits: { weights: 8, activations: 8 } };
  await measured({}, { a: float, b: { model, checkpoint: { ...float.checkpoint, origin: wide } } }).toThrow(
    /have the same bits, .* got W4A4, W8A8/,
  );
  const labelled = imageDataset(
    pixels,
    labels.map((label) => label + 1),
    [6, 5, 2],
  );
  await measured({}, { mine: own("a") }, labelled).toThrow(
    "labels must be below 4, the classes of own-net, got 4",
  );
  const turned = imageDataset(pixels, labels, [5, 6, 2]);
  await measured({}, { mine: own("a") }, turned).toThrow(/data must have images of 6 x 5 x 2/);
  await measured({ signal: AbortSignal.abort(new Error("enough")) }).toThrow("enough");
});

test("a network with a global average pool, residual sums and batch norm is measured as the plain evaluation does it", async () => {
  const pooled: Model = {
    name: "pooled",
    input: [6, 5, 2],
    classes: 4,
    nodes: [
      model.nodes[0]!,
      model.nodes[1]!,
      { op: "globalAveragePool", name: "mean", input: "act1" },
      { op: "linear", name: "fc1", input: "mean", units: 4 },
    ],
  };
  for (const net of [pooled, tinyResNet]) {
    const [height, width, channels] = net.input;
    const { images: pixels } = randomImages(6, net.input, "pooled");
    const size = height * width * channels;
    const data = imageDataset(pixels, [0, 1, 2, 3, 0, 1], net.input);
    const checkpoint = withNorms(net, "pooled");
    const results = await measureFaults({ mine: { model: net, checkpoint } }, data, {
      faults: ["flip"],
      rates: [0.1],
      maps: 2,
    });
    expect(results.trials.length).toBe(3);
    const deployed = deploy(net, checkpoint);
    const program = compile(deployed);
    for (const { map: index, rate, correct } of results.trials) {
      const layers = weightLayers(net);
      const map =
        index < 0
          ? undefined
          : drawFaultMap({ key: `${net.name}-own`, index, layers, bits: 4, ceiling: 0.1 });
      const codes = Object.fromEntries(
        deployed.layers.map(({ name, codes }, i) => [
          name,
          map
            ? injectFaults(codes, map.layers[i]!, { rate, model: flip, bits: 4, encoding: "offset-binary" })
                .codes
            : codes,
        ]),
      );
      const right = Array.from(data.labels).filter(
        (label, i) => evaluate(program, codes, pixels.subarray(i * size, (i + 1) * size)).predicted === label,
      );
      expect(correct).toBe(right.length);
    }
    if (net !== pooled) continue;
    const codes = Array.from({ length: 6 }, (_, i) =>
      Array.from(
        evaluate(program, codesOf(deployed), pixels.subarray(i * size, (i + 1) * size)).codes["act1"]!,
      ),
    );
    const share = (zeros: readonly boolean[]) => zeros.filter((zero) => zero).length / zeros.length;
    const means = codes.flatMap((own) => [0, 1, 2].map((c) => own.every((u, at) => at % 3 !== c || u === 0)));
    const { sparsity, skippedMacs } = results.networks[0]!;
    expect(sparsity).toBeCloseTo(share(codes.flat().map((u) => u === 0)), 12);
    expect(sparsity).toBeGreaterThan(0);
    expect(skippedMacs).toBeCloseTo(share(means), 12);
  }
});

test("options that do not exist, and values that are no lists, are refused by name", async () => {
  const measured = (options: object) => expect(measureFaults({ mine: own("a") }, images, options)).rejects;
  for (const key of ["rate", "layers", "seed"])
    await measured({ [key]: [1] }).toThrow(
      `measureFaults has no option ${key}; its options are faults, rates, maps, encoding, name, split, onProgress, signal`,
    );
  await measured({ rates: 0.01 }).toThrow("rates must be a list, got 0.01; write [0.01]");
  await measured({ faults: "flip" }).toThrow('faults must be a list, got "flip"; write ["flip"]');
  await measured({ encoding: "grey" }).toThrow(/encoding: .*got "grey"/);
  const handed = (networks: unknown) =>
    expect(measureFaults(networks as Record<string, OwnNetwork>, images)).rejects;
  await handed(undefined).toThrow(/networks must be by name/);
  await handed({ mine: { ...own("a"), seed: 1 } }).toThrow(
    "network mine has no option seed; its options are model, checkpoint",
  );
  await handed({ mine: own("a").checkpoint }).toThrow(/network mine has no option origin, parameters/);
  await handed({ mine: { model } }).toThrow(/a checkpoint must have origin and parameters, .* got nothing/);
});
