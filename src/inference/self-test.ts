import { stream } from "../base/random/index.js";
import type { Model } from "../networks/index.js";
import { codesOf, type DeployedNetwork } from "./deploy.js";
import type { KernelVariant } from "./kernels.js";
import { Machine } from "./machine.js";
import { compile } from "./program.js";
import { evaluate } from "./reference.js";

/** A small network with every kind of layer that the kernels treat differently. */
const MODEL: Model = {
  name: "self-test",
  input: [12, 12, 1],
  classes: 4,
  nodes: [
    { op: "conv", name: "c1", input: "input", filters: 6, kernel: [5, 5], stride: 1, padding: "same" },
    { op: "maxPool", name: "p1", input: "c1", size: 2 },
    { op: "activation", name: "a1", input: "p1" },
    { op: "conv", name: "c2", input: "a1", filters: 24, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "activation", name: "a2", input: "c2" },
    { op: "conv", name: "c3", input: "a2", filters: 24, kernel: [3, 3], stride: 1, padding: "same" },
    { op: "add", name: "s3", input: "c3", other: "a2" },
    { op: "activation", name: "a3", input: "s3" },
    { op: "flatten", name: "f", input: "a3" },
    { op: "linear", name: "l", input: "f", units: 4 },
  ],
};

/** Whether a variant gives the scalar reference's codes of every layer, for ordinary and for extreme operands. */
export function passesSelfTest(variant: KernelVariant): boolean {
  return TESTS.every(({ extreme, bits }) => {
    const network = testNetwork(extreme, bits);
    const program = compile(network);
    const draws = stream("self-test", "image");
    const images = Uint8Array.from({ length: 4 * 144 }, () => (extreme ? 255 : draws.integer(256)));
    const machine = new Machine(program, codesOf(network), images, {
      variant,
      group: 4,
      skipZeros: "always",
    });
    const isRight = () => {
      machine.runGroup(0);
      return [0, 1, 2, 3].every((i) => {
        const { codes } = evaluate(program, codesOf(network), images.subarray(i * 144, (i + 1) * 144));
        return ["a1", "a2", "a3"].every((name) => {
          const ours = machine.codes(name, i);
          return codes[name]!.every((code, j) => code === ours[j]);
        });
      });
    };
    if (!isRight()) return false;
    for (let call = 0; call < WARM_UP; call++) machine.runGroup(0);
    return isRight();
  });
}

/** Calls after which the runtime is likely to have compiled the kernels anew, with optimization; some milliseconds. */
const WARM_UP = 100;

/** Weights and activations of 4 bits, and of 8, which the kernels treat differently. */
const TESTS = [false, true].flatMap((extreme) => [4, 8].map((bits) => ({ extreme, bits })));

function testNetwork(extreme: boolean, bits: number): DeployedNetwork {
  const shapes = { c1: [5, 5, 1, 6], c2: [3, 3, 6, 24], c3: [3, 3, 24, 24], l: [864, 4] };
  const draws = stream("self-test", "weights");
  const layers = Object.entries(shapes).map(([name, shape]) => {
    const outputs = shape.at(-1)!;
    const codes = new Uint8Array(shape.reduce((a, b) => a * b, 1));
    // Extreme: the largest sums of either sign, by output channel.
    const most = 2 ** bits - 1;
    for (let i = 0; i < codes.length; i++)
      codes[i] = extreme ? ((i % outputs) % 2) * most : draws.integer(most + 1);
    const bias = Float32Array.from({ length: outputs }, () => draws.normal());
    return { name, shape, bits, codes, clip: extreme ? 0.05 : 0.5, bias };
  });
  const activationClips = { a1: 3, a2: 3, a3: 3 };
  return { model: MODEL, bits: { weights: bits, activations: bits }, layers, activationClips, threshold: 0 };
}
