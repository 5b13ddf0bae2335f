import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Array32 } from "../../src/base/arrays.js";
import { foldBatchNorm, importNetwork, importSafetensors } from "../../src/importing/index.js";
import { floatEvaluator } from "../../src/inference/index.js";
import {
  type Checkpoint,
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
} from "../../src/networks/checkpoints/index.js";
import { lenet5, type Model, weightLayers } from "../../src/networks/index.js";
import { randomImages } from "../support/integer-networks.js";
import { randomCheckpoint } from "../support/network.js";

const GOLDEN = fileURLToPath(new URL("pytorch-net.safetensors", import.meta.url));

/** The net of make-pytorch-net.py; max pooling before ReLU is the same as after it. */
const model: Model = {
  name: "pytorch-net",
  input: [12, 9, 2],
  classes: 6,
  nodes: [
    { op: "conv", name: "conv1", input: "input", filters: 5, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "batchNorm", name: "norm1", input: "conv1" },
    { op: "activation", name: "act1", input: "norm1" },
    { op: "maxPool", name: "pool1", input: "act1", size: 2 },
    { op: "conv", name: "conv2", input: "pool1", filters: 7, kernel: [3, 2], stride: 1, padding: "valid" },
    { op: "activation", name: "act2", input: "conv2" },
    { op: "flatten", name: "flat", input: "act2" },
    { op: "linear", name: "fc1", input: "flat", units: 11 },
    { op: "batchNorm", name: "norm2", input: "fc1" },
    { op: "activation", name: "act3", input: "norm2" },
    { op: "linear", name: "fc2", input: "act3", units: 6 },
  ],
};
const names = { conv1: "net.0", norm1: "net.1", conv2: "net.4", fc1: "net.7", norm2: "net.8", fc2: "net.10" };
const ignore = ["images", "flat", "logits"];
const golden = () => decodeSafetensors(readFileSync(GOLDEN)).tensors;

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
}

/** Our float network on the golden images against PyTorch's logits. */
function differenceFromPyTorch(own: Model, checkpoint: Checkpoint): number {
  const { images, logits } = golden();
  const evaluate = floatEvaluator(own, checkpoint);
  const [count, ...size] = images!.shape as [number, number, number, number];
  const pixels = size.reduce((a, b) => a * b, 1);
  const found = Array.from({ length: count }, (_, i) => {
    const image = (images!.data as Uint8Array).subarray(i * pixels, (i + 1) * pixels);
    return [...evaluate(image).get("fc2")!];
  });
  return largestDifference(found.flat(), logits!.data as Float32Array);
}

describe("a network saved by PyTorch", () => {
  test("computes here what PyTorch computed, within 1e-5 in every logit", () => {
    const checkpoint = importSafetensors(GOLDEN, model, { names, ignore });
    expect(differenceFromPyTorch(model, checkpoint)).toBeLessThan(1e-5);
    expect(checkpoint.origin).toMatchObject({ arm: "float", bits: null, model: "pytorch-net" });
    expect(Object.keys(checkpoint.parameters).sort()).toEqual(
      [
        ...["conv1", "conv2", "fc1", "fc2"].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
        ...["norm1", "norm2"].flatMap((name) =>
          ["gamma", "beta", "mean", "variance"].map((part) => `${name}.${part}`),
        ),
      ].sort(),
    );
  });

  test("is read in PyTorch's order of [channels, height, width] where a linear layer reads a flattening", () => {
    const { images, flat } = golden();
    const values = floatEvaluator(
      model,
      importSafetensors(GOLDEN, model, { names, ignore }),
    )((images!.data as Uint8Array).subarray(0, 12 * 9 * 2));
    const ours = values.get("flat")!;
    const theirs = (flat!.data as Float32Array).subarray(0, 84);
    const permuted = Array.from(theirs, (_, i) => ours[(i % 12) * 7 + Math.floor(i / 12)]!);
    expect(largestDifference(permuted, theirs)).toBeLessThan(1e-5);
    expect(largestDifference(ours, theirs)).toBeGreaterThan(0.1);
  });

  test("has no batch norm any more once it is folded, and computes the same", () => {
    const folded = foldBatchNorm(model, importSafetensors(GOLDEN, model, { names, ignore }));
    expect(folded.model.nodes.map(({ op }) => op)).not.toContain("batchNorm");
    expect(Object.keys(folded.checkpoint.parameters).length).toBe(8);
    expect(differenceFromPyTorch(folded.model, folded.checkpoint)).toBeLessThan(1e-5);
  });

  test("is an error where a tensor is missing, left over, of another shape or not a number", () => {
    const changed = (change: (tensors: Record<string, SafeTensor>) => void) => () => {
      const tensors = golden();
      change(tensors);
      return importNetwork(model, tensors, { names, ignore });
    };
    const f32 = (shape: number[]): SafeTensor => ({
      dtype: "F32",
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    });
    expect(changed((t) => delete t["net.7.weight"])).toThrow(
      /there is no tensor net\.7\.weight, which node fc1 needs; there are .*net\.10\.weight.*names: \{ "fc1"/,
    );
    expect(changed((t) => delete t["net.8.running_var"])).toThrow(/no tensor net\.8\.running_var/);
    expect(changed((t) => Object.assign(t, { "aux.weight": f32([3]) }))).toThrow(
      /no use for the tensors aux\.weight; .*ignore/,
    );
    expect(changed((t) => Object.assign(t, { "net.4.bias": f32([8]) }))).toThrow(
      "tensor net.4.bias must have the shape [7], got [8]",
    );
    expect(changed((t) => Object.assign(t, { "net.4.weight": f32([7, 4, 3, 2]) }))).toThrow(
      /fit the model in no layout:\n[\s\S]*conv2\.weight: must be \[3, 2, 5, 7\], or \[7, 5, 3, 2\] in PyTorch's layout, got \[7, 4, 3, 2\]/,
    );
    expect(
      changed((t) => {
        (t["net.10.weight"]!.data as Float32Array)[5] = Number.NaN;
      }),
    ).toThrow("tensor net.10.weight must hold finite F32 numbers, got NaN at 5");
    expect(
      changed((t) => {
        t["net.0.weight"] = { dtype: "I8", shape: [5, 2, 3, 3], data: new Int8Array(90) };
      }),
    ).toThrow("tensor net.0.weight must be F32 or F64, got I8");
    expect(() => importNetwork(model, golden(), { names: { conv9: "x" }, ignore })).toThrow(
      /names must name nodes of the model, conv1, .*, got conv9/,
    );
    expect(() => importNetwork({ ...model, classes: 10 }, golden(), { names, ignore })).toThrow(
      "the last node of model pytorch-net must give 10 logits, one per class, got the shape [6]",
    );
    expect(() => importSafetensors("/nowhere/net.safetensors", model)).toThrow(/cannot be read \(ENOENT/);
  });

  test("may hold float64, which is rounded; half precision is refused with what to do", () => {
    const tensors = golden();
    const single = importNetwork(model, tensors, { names, ignore });
    for (const [name, { dtype, shape, data }] of Object.entries(tensors))
      if (dtype === "F32")
        tensors[name] = { dtype: "F64", shape, data: Float64Array.from(data as Float32Array) };
    expect(importNetwork(model, tensors, { names, ignore })).toEqual(single);
    const bytes = encodeSafetensors({ "a.weight": { dtype: "I16", shape: [1], data: Int16Array.of(1) } }, {});
    const half = Buffer.from(Buffer.from(bytes).toString("latin1").replace('"I16"', '"F16"'), "latin1");
    expect(() => decodeSafetensors(half)).toThrow(
      /got "F16"; save it as F32 \(in PyTorch: tensor\.float\(\)\)/,
    );
  });
});

/** A checkpoint's float weights as PyTorch would save them, by an independent rule: axes moved one element at a time. */
function asPyTorch({ parameters }: Checkpoint, flattened: readonly [number, number, number]) {
  const tensors: Record<string, SafeTensor> = {};
  for (const [name, { shape, data }] of Object.entries(parameters)) {
    if (name.endsWith("clip")) continue;
    const add = (shape: number[], data: Float32Array) => {
      tensors[name] = { dtype: "F32", shape, data };
    };
    if (shape.length === 4) {
      const [h, w, inputs, outputs] = shape as [number, number, number, number];
      const moved = new Float32Array(data.length);
      let at = 0;
      for (let o = 0; o < outputs; o++)
        for (let i = 0; i < inputs; i++)
          for (let y = 0; y < h; y++)
            for (let x = 0; x < w; x++) moved[at++] = data[((y * w + x) * inputs + i) * outputs + o]!;
      add([outputs, inputs, h, w], moved);
    } else if (shape.length === 2) {
      const [inputs, outputs] = shape as [number, number];
      const [h, w, channels] = name.startsWith("fc1") ? flattened : [1, 1, inputs];
      const moved = new Float32Array(data.length);
      let at = 0;
      for (let o = 0; o < outputs; o++)
        for (let c = 0; c < channels; c++)
          for (let p = 0; p < h * w; p++) moved[at++] = data[(p * channels + c) * outputs + o]!;
      add([outputs, inputs], moved);
    } else add([...shape], data);
  }
  return tensors;
}

describe("the layout of a file", () => {
  const own = randomCheckpoint(lenet5, "layouts");
  const theirs = asPyTorch(own, [5, 5, 16]);
  const ours = Object.fromEntries(
    Object.entries(own.parameters)
      .filter(([name]) => !name.endsWith("clip"))
      .map(([name, { shape, data }]): [string, SafeTensor] => [
        name,
        { dtype: "F32", shape: [...shape], data },
      ]),
  );

  test("is found from the shapes: a LeNet-5 of PyTorch and one of ours become the same checkpoint", () => {
    expect(theirs["conv2.weight"]!.shape).toEqual([16, 6, 5, 5]);
    expect(theirs["fc1.weight"]!.shape).toEqual([120, 400]);
    const fromTheirs = importNetwork(lenet5, theirs);
    expect(fromTheirs).toEqual(importNetwork(lenet5, ours));
    for (const { name } of weightLayers(lenet5))
      expect(fromTheirs.parameters[`${name}.weight`]).toEqual(own.parameters[`${name}.weight`]);
  });

  test("is an error where layers disagree, and where every layer fits both until it is told", () => {
    expect(() => importNetwork(lenet5, { ...ours, "fc3.weight": theirs["fc3.weight"]! })).toThrow(
      /in no layout:[\s\S]*fc3\.weight: must be \[84, 10\], or \[10, 84\] in PyTorch's layout, got \[10, 84\]/,
    );
    const square: Model = {
      name: "square",
      input: [1, 2, 2],
      classes: 4,
      nodes: [
        { op: "flatten", name: "flat", input: "input" },
        { op: "linear", name: "fc", input: "flat", units: 4 },
      ],
    };
    const weights = Float32Array.from({ length: 16 }, (_, i) => i);
    const tensors = { "fc.weight": { dtype: "F32", shape: [4, 4], data: weights } } as const;
    const weightsOf = (layout?: "pytorch" | "flatenn") =>
      importNetwork(
        square,
        { "fc.weight": { ...tensors["fc.weight"], shape: [4, 4] } },
        layout ? { layout } : {},
      ).parameters["fc.weight"]!.data;
    expect(() => weightsOf()).toThrow(/cannot be told from the shapes.*layout: "pytorch"/);
    expect([...weightsOf("flatenn")]).toEqual([...weights]);
    // Row i is input i: [place, channel] here, [channel, place] there; column o is output o.
    expect([...weightsOf("pytorch")]).toEqual([0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15]);
    expect(() => importNetwork(square, ours, { layout: "keras" as "pytorch" })).toThrow(
      /there is no tensor fc/,
    );
  });

  test("of PyTorch has no padding that a strided conv with uneven `same` padding could have come from", () => {
    const strided = (size: number): Model => ({
      name: "strided",
      input: [size, size, 1],
      classes: 3,
      nodes: [
        { op: "conv", name: "conv", input: "input", filters: 3, kernel: [3, 3], stride: 2, padding: "same" },
        { op: "activation", name: "act", input: "conv" },
        { op: "globalAveragePool", name: "mean", input: "act" },
        { op: "linear", name: "fc", input: "mean", units: 3 },
      ],
    });
    const tensors = (): Record<string, SafeTensor> => ({
      "conv.weight": { dtype: "F32", shape: [3, 1, 3, 3], data: new Float32Array(27) },
      "fc.weight": { dtype: "F32", shape: [3, 3], data: new Float32Array(9) },
    });
    expect(() => importNetwork(strided(8), tensors())).toThrow(/node conv has padding "same" with stride 2/);
    expect(importNetwork(strided(9), tensors()).parameters["conv.bias"]!.data).toEqual(new Float32Array(3));
  });
});

describe("inputs that were normalised", () => {
  const mlp: Model = {
    name: "mlp",
    input: [3, 4, 2],
    classes: 5,
    nodes: [
      { op: "flatten", name: "flat", input: "input" },
      { op: "linear", name: "fc1", input: "flat", units: 5 },
    ],
  };
  const conv: Model = {
    name: "conv",
    input: [3, 4, 2],
    classes: 5,
    nodes: [
      { op: "conv", name: "conv1", input: "input", filters: 5, kernel: [3, 4], stride: 1, padding: "valid" },
      { op: "flatten", name: "flat", input: "conv1" },
    ],
  };
  const normalization = { mean: [0.3, 0.5], sd: [0.2, 0.25] };
  const tensorsOf = (model: Model) =>
    Object.fromEntries(
      Object.entries(randomCheckpoint(model, "norm").parameters)
        .filter(([name]) => !name.endsWith("clip"))
        .map(([name, { shape, data }]): [string, SafeTensor] => [
          name,
          { dtype: "F32", shape: [...shape], data },
        ]),
    );

  test("are normalised by the first layer's weights instead, in a conv without padding and in a linear layer", () => {
    const { images } = randomImages(1, [3, 4, 2], "normalised");
    for (const model of [mlp, conv]) {
      const own = importNetwork(model, tensorsOf(model), { normalization });
      const { weight, bias } = Object.fromEntries(
        Object.entries(tensorsOf(model)).map(([name, { data }]) => [
          name.split(".")[1]!,
          data as Float32Array,
        ]),
      ) as Record<string, Float32Array>;
      // Both layers read the whole image, [height, width, channels], into five outputs.
      const expected = Array.from(bias!, (b, o) =>
        images.reduce((sum, pixel, i) => {
          const x = (pixel / 255 - normalization.mean[i % 2]!) / normalization.sd[i % 2]!;
          return sum + x * weight![i * 5 + o]!;
        }, b),
      );
      const found = floatEvaluator(model, own)(images).get(model.nodes.at(-1)!.name)!;
      expect(largestDifference(found, expected)).toBeLessThan(1e-5);
    }
  });

  test("are refused where a padded first layer would see a grey margin, and with numbers that are none", () => {
    const padded: Model = {
      ...conv,
      classes: 60,
      nodes: [{ ...conv.nodes[0]!, padding: "same" } as Model["nodes"][number], conv.nodes[1]!],
    };
    const given = (mean: number[], sd: number[]) => () =>
      importNetwork(padded, tensorsOf(padded), { normalization: { mean, sd } }).parameters as Record<
        string,
        Array32
      >;
    expect(given([0.3, 0.5], [1, 1])).toThrow(/cannot be moved into node conv1 exactly/);
    expect(given([0], [1, 1])).toThrow("normalization.mean must be 2 numbers, one per channel, got [0]");
    expect(given([0, 0], [1, 0])).toThrow("normalization.sd must be above 0, got [1, 0]");
    const halved = given([0, 0], [2, 2])()["conv1.weight"]!.data;
    const before = tensorsOf(padded)["conv1.weight"]!.data as Float32Array;
    expect(halved).toEqual(before.map((w) => w / 2));
  });
});

describe("what the importing functions are told", () => {
  const tensors = () => ({
    "fc.weight": { dtype: "F32", shape: [3, 2], data: new Float32Array(6) } as SafeTensor,
  });
  const linear: Model = {
    name: "linear",
    input: [1, 1, 3],
    classes: 2,
    nodes: [
      { op: "flatten", name: "flat", input: "input" },
      { op: "linear", name: "fc", input: "flat", units: 2 },
    ],
  };
  const told = (options: unknown) => () => importNetwork(linear, tensors(), options as object);

  test("is refused where there is no such option, naming those that there are", () => {
    expect(told({ normalisation: { mean: [0, 0, 0], sd: [1, 1, 1] } })).toThrow(
      "importNetwork has no option normalisation; its options are layout, names, ignore, normalization",
    );
    expect(() => importSafetensors(GOLDEN, model, { name: names } as object)).toThrow(
      "importSafetensors has no option name; its options are",
    );
    expect(told("pytorch")).toThrow(
      'options of importNetwork must be an object with layout, names, ignore, normalization, got "pytorch"',
    );
    expect(told({ normalization: { mean: [0, 0, 0], std: [1, 1, 1] } })).toThrow(
      "normalization has no option std; its options are mean, sd",
    );
  });

  test("is refused where its value is none, with what is accepted", () => {
    expect(told({ layout: "keras" })).toThrow('layout must be one of flatenn, pytorch, got "keras"');
    expect(told({ layout: "toString" })).toThrow("layout must be one of flatenn, pytorch");
    expect(told({ ignore: "fc.bias" })).toThrow('ignore must be a list of names of tensors, got "fc.bias"');
    expect(told({ names: { fc: 3 } })).toThrow(/names must say what the file calls a node, .*got \{"fc":3\}/);
    expect(told({ normalization: { mean: 0.1, sd: 0.3 } })).toThrow(
      "normalization.mean must be 3 numbers, one per channel, got 0.1; write [0.1, 0.1, 0.1]",
    );
    expect(told({ normalization: { mean: [0, 0, 0] } })).toThrow(
      "normalization.sd must be 3 numbers, one per channel, got nothing",
    );
    expect(told({ normalization: 0.5 })).toThrow(
      "options of normalization must be an object with mean, sd, got 0.5",
    );
  });

  test("is refused where tensors are none, or have another number of elements than their shape says", () => {
    const given = (tensors: unknown) => () => importNetwork(linear, tensors as Record<string, SafeTensor>);
    expect(given(undefined)).toThrow(
      /tensors must be by name, each with dtype, shape and data, .*got nothing/,
    );
    expect(given({ "fc.weight": new Float32Array(6) })).toThrow(
      "tensor fc.weight must have dtype, shape and data, got a Float32Array",
    );
    expect(given({ "fc.weight": { ...tensors()["fc.weight"], data: new Float32Array(5) } })).toThrow(
      "tensor fc.weight must have 6 elements for its shape, got 5",
    );
  });
});
