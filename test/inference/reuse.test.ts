import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { codesOf } from "../../src/inference/deploy.js";
import { integerClassifier } from "../../src/inference/engine.js";
import { type KernelVariant, supports } from "../../src/inference/kernels.js";
import { Machine } from "../../src/inference/machine.js";
import { compile } from "../../src/inference/program.js";
import { evaluate } from "../../src/inference/reference.js";
import { planEvaluation } from "../../src/inference/steps.js";
import { lenet5, type Model, type Node } from "../../src/networks/index.js";
import { randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";

const VARIANTS = (["strict", "relaxed", "avx2", "avxvnni", "avx512vnni"] as const).filter(supports);
const COUNT = 10;

interface ResidualShape {
  readonly size: number;
  readonly pool: number;
  readonly stem: number;
  readonly inner: number;
  readonly outer: number;
  readonly stride: number;
  readonly units: number;
}

/** A stem, one residual block whose shortcut is the codes or a conv, and two linear layers. */
function residual({ size, pool, stem, inner, outer, stride, units }: ResidualShape): Model {
  const conv = { op: "conv", kernel: [3, 3], stride: 1, padding: "same" } as const;
  const straight = stride === 1 && outer === stem;
  const nodes: Node[] = [
    { ...conv, name: "stem", input: "input", filters: stem },
    ...(pool > 1 ? [{ op: "maxPool", name: "p", input: "stem", size: pool } as const] : []),
    { op: "activation", name: "a0", input: pool > 1 ? "p" : "stem" },
    { ...conv, name: "c1", input: "a0", filters: inner },
    { op: "batchNorm", name: "n1", input: "c1" },
    { op: "activation", name: "a1", input: "n1" },
    { ...conv, name: "c2", input: "a1", filters: outer, stride },
    ...(straight
      ? []
      : [{ ...conv, name: "short", input: "a0", filters: outer, kernel: [1, 1], stride } as const]),
    { op: "add", name: "s", input: "c2", other: straight ? "a0" : "short" },
    { op: "activation", name: "a2", input: "s" },
    { op: "flatten", name: "f", input: "a2" },
    { op: "linear", name: "l1", input: "f", units },
    { op: "activation", name: "a3", input: "l1" },
    { op: "linear", name: "l2", input: "a3", units: 10 },
  ];
  return { name: "residual", input: [2 * size, 2 * size, 1], classes: 10, nodes };
}

const residuals = fc
  .record({
    size: fc.integer({ min: 2, max: 4 }),
    pool: fc.constantFrom(1, 2),
    stem: fc.constantFrom(2, 6, 8, 16, 20),
    inner: fc.constantFrom(3, 8, 24, 32),
    outer: fc.constantFrom(5, 8, 16, 24),
    stride: fc.constantFrom(1, 2),
    units: fc.integer({ min: 1, max: 30 }),
  })
  .map(residual);

/** Which layers a trial changes, and of each how many weights: one, some of one output, or a tenth of all. */
const trials = fc.array(
  fc.dictionary(fc.nat({ max: 7 }).map(String), fc.constantFrom("one", "output", "tenth"), { maxKeys: 3 }),
  { minLength: 1, maxLength: 6 },
);
type Trial = Readonly<Record<string, "one" | "output" | "tenth">>;

function changedCodes(
  own: Readonly<Record<string, Uint8Array>>,
  outputs: number[],
  trial: Trial,
  key: string,
) {
  const names = Object.keys(own);
  const codes = { ...own };
  for (const [index, kind] of Object.entries(trial)) {
    const layer = Number(index) % names.length;
    const name = names[layer]!;
    const draws = stream("test", key, name);
    const changed = own[name]!.slice();
    const output = draws.integer(outputs[layer]!);
    const flip = (i: number) => {
      changed[i]! ^= 1 << draws.integer(4);
    };
    if (kind === "one") flip(draws.integer(changed.length));
    else
      for (let i = 0; i < changed.length; i++)
        if (kind === "tenth" ? draws.uniform() < 0.1 : i % outputs[layer]! === output) flip(i);
    codes[name] = changed;
  }
  return codes;
}

/** Runs trials on one machine and expects every code it gives, and every class, to be the reference's. */
function expectReuse(
  model: Model,
  key: string,
  variant: KernelVariant,
  sequence: readonly Trial[],
  hold: number,
) {
  const network = randomNetwork(model, key);
  const program = compile(network);
  const own = codesOf(network);
  const { images } = randomImages(COUNT, model.input, key);
  const size = images.length / COUNT;
  const options = { variant, group: 4, skipZeros: "always" } as const;
  const machine = new Machine(program, own, images, { ...options, holdBytes: hold });
  const whole = new Machine(program, own, images, options);
  const outputs = network.layers.map(({ shape }) => shape.at(-1)!);
  sequence.forEach((trial, t) => {
    const codes = changedCodes(own, outputs, trial, `${key} ${t}`);
    machine.setWeights(codes);
    whole.setWeights(codes);
    const expected = Array.from({ length: COUNT }, (_, i) =>
      evaluate(program, codes, images.subarray(i * size, (i + 1) * size)),
    );
    const classes = [...machine.predict()];
    expect(classes).toEqual(expected.map(({ predicted }) => predicted));
    expect(classes).toEqual([...whole.predict()]);
    // The images of the last group: 8 and 9.
    for (const name of Object.keys(network.activationClips))
      for (const i of [0, 1]) {
        const given = codesOfLast(machine, name, i);
        if (given) expect({ name, codes: given }).toEqual({ name, codes: expected[8 + i]!.codes[name] });
      }
    machine.setWeights(own);
  });
}

/** Null for codes that the last evaluation had no need of. */
function codesOfLast(machine: Machine, name: string, i: number): Uint8Array | null {
  try {
    return machine.codes(name, i);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

describe.each(VARIANTS)("%s kernels that reuse fault-free outputs give the same integers", (variant) => {
  const budget = fc.constantFrom(0, 5_000, 40_000, 2 ** 28);

  test("on random residual networks, after any trials, whatever is held", () => {
    fc.assert(
      fc.property(residuals, fc.nat(), trials, budget, (model, key, sequence, hold) => {
        expectReuse(model, `reuse ${key}`, variant, sequence, hold);
      }),
      { numRuns: 40 },
    );
  });

  test("where one output channel of either branch of a residual sum changes", () => {
    for (const shape of [
      { outer: 24, stride: 2 },
      { outer: 16, stride: 1 },
    ]) {
      const model = residual({ size: 3, pool: 1, stem: 16, inner: 8, units: 5, ...shape });
      for (let key = 0; key < 6; key++)
        expectReuse(model, `branch ${key}`, variant, [{}, { 2: "output" }, { 3: "output" }], 2 ** 28);
    }
  });

  test("on LeNet-5 and a network with a global average pool", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(lenet5, tinyResNet),
        fc.nat(),
        trials,
        budget,
        (model, key, sequence, hold) => {
          expectReuse(model, `reuse ${key}`, variant, [{}, ...sequence], hold);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe("what an evaluation computes", () => {
  const network = randomNetwork(lenet5, "reuse");
  const { images } = randomImages(4, lenet5.input, "reuse");
  const machine = new Machine(compile(network), codesOf(network), images, {
    variant: VARIANTS.at(-1)!,
    group: 4,
    holdBytes: 2 ** 20,
  });
  const { plan } = machine;
  const all = new Set(["act1", "act2", "act3", "act4"]);
  const changedIn = (name: string, ...outputs: number[]) => {
    const { stage } = plan.stages.find((found) => found.stage.name === name)!;
    return new Map([
      [name, Uint8Array.from({ length: stage.sums[2] }, (_, o) => Number(outputs.includes(o)))],
    ]);
  };

  test("is everything the first time, and what is fault-free is written where it is held", () => {
    const { steps, fromHeld } = planEvaluation(plan, changedIn("fc1", 3), new Set());
    expect(steps).toHaveLength(5);
    expect([...fromHeld].sort()).toEqual(["act1", "act2"]);
  });

  test("is the last layer alone when nothing or only the last layer changed", () => {
    expect(planEvaluation(plan, new Map(), all).steps).toHaveLength(1);
    expect(planEvaluation(plan, changedIn("fc3", 0), all).steps).toHaveLength(1);
  });

  test("begins at the first changed layer, with the blocks of output channels that changed", () => {
    const blocks = (...outputs: number[]) => planEvaluation(plan, changedIn("fc1", ...outputs), all).steps;
    expect(blocks(3).map(({ copy }) => copy !== null)).toEqual([true, false, false]);
    expect(blocks(3, 7, 8)).toHaveLength(3); // two neighbouring blocks are one step
    expect(blocks(3, 119)).toHaveLength(4);
    expect(blocks(...Array(120).keys()).map(({ copy }) => copy)).toEqual([null, null, null]);
  });

  test("is everything where nothing may be held", () => {
    const none = new Machine(compile(network), codesOf(network), images, { variant: "strict", group: 4 });
    expect(planEvaluation(none.plan, new Map(), new Set()).steps).toHaveLength(5);
  });

  test("holds the last outputs where not all fit", () => {
    const { held } = new Machine(compile(network), codesOf(network), images, {
      variant: "strict",
      group: 4,
      holdBytes: 4 * (96 + 128 + 400),
    }).plan;
    expect([...held.keys()]).toEqual(["act4", "act3", "act2"]);
  });
});

test("the classifier gives the same classes with and without holding activations", () => {
  const network = randomNetwork(lenet5, "classifier");
  const data = randomImages(50, lenet5.input, "classifier");
  const indices = Uint32Array.from({ length: 50 }, (_, i) => i);
  const [holding, plain] = [undefined, 0].map((holdBytes) =>
    integerClassifier(network, data, indices, holdBytes === undefined ? {} : { holdBytes }),
  );
  const own = codesOf(network);
  const draws = stream("test", "classifier trials");
  for (let i = 0; i < 30; i++) {
    const layer = draws.integer(5);
    const codes = changedCodes(own, [6, 16, 120, 84, 10], { [layer]: "output" }, `classifier ${i}`);
    expect(holding!.classify(codes)).toEqual(plain!.classify(codes));
  }
});
