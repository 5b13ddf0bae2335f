/**
 * The integer program of a deployed network. What it computes is THE definition of the network's output; every other
 * implementation (scalar, SIMD) gives the same integers. docs/engine.md says the same in prose.
 *
 * Codes. The input's codes are its 8-bit pixels p, of value p/255; an activation's codes u = 0..n stand for c_a u/n with
 * n = 2^bits - 1; zero padding is code 0. A weight code q stands for c_w (2q - n)/n.
 *
 * Sums. A conv or linear layer computes S = sum (2q - n) u, an integer. The real number that it stands for is affine in
 * S: x = gain (c_w c_a / (n_w n_a) S + bias) + offset, with batch norm's gain and offset where there is one (else 1 and
 * 0). A linear layer behind a global average pool reads the sums of the codes over height and width and divides by
 * their number too.
 *
 * Codes from sums. The grid's rule floor(n clamp(x/c, 0, 1) + 1/2) says that a code is at least j exactly when
 * x >= c (2j - 1)/(2n), a tie going up; with FATReLU also x >= its threshold. As x is monotone in S, that is a
 * comparison of integers: with s = -1 where the gain is negative, else 1, code = the number of thresholds
 * T_1 <= ... <= T_n that are <= s S. The thresholds are computed here, once, in exact arithmetic on the stored numbers
 * (clips and biases are float32, gains and offsets float64), so they depend on no rounding. Max pooling stands before
 * the activation and takes the maximum of s S, which is the maximum of x.
 *
 * Residual sums x + y have no single integer behind them. They are defined in IEEE single precision, in units of the
 * step c/n, each operation rounded once: v = (S scale + offset) + y, where y = u otherScale for codes, or
 * S' scale' + offset' for another layer; code = floor(clamp(v, 0, n) + 0.5).
 *
 * Logits are S scale + offset in float64; the class is the first index of the largest one.
 */
import { UserError } from "../base/errors.js";
import type { ActivationNode, ConvNode, LinearNode, Model, Node } from "../networks/model.js";
import { paddingOf, shapes } from "../networks/model.js";
import { requireModel } from "../networks/schema.js";
import { maxCode } from "../quantization/grid.js";
import type { DeployedLayer, DeployedNetwork } from "./deploy.js";
import { type Affine, codeThresholds, realOffset, realScale } from "./thresholds.js";

/** What becomes of a stage's sums. Arrays hold one entry per output channel. */
export type Output =
  | {
      readonly kind: "codes";
      readonly name: string;
      readonly maxCode: number;
      /** outputs x maxCode: T_1..T_n of each channel, ascending. A code is the number of them that are <= the sum. */
      readonly thresholds: Int32Array;
      /** x in steps c/n is s S scale + offset, but for rounding: a hint for faster ways to the same codes. */
      readonly scale: Float64Array;
      readonly offset: Float64Array;
    }
  | { readonly kind: "logits"; readonly scale: Float64Array; readonly offset: Float64Array }
  /** The other branch of a residual sum: real numbers in units of that activation's step. */
  | {
      readonly kind: "reals";
      readonly name: string;
      readonly scale: Float32Array;
      readonly offset: Float32Array;
    }
  | {
      readonly kind: "residual";
      readonly name: string;
      readonly maxCode: number;
      readonly scale: Float32Array;
      readonly offset: Float32Array;
      /** Codes of an activation, times `otherScale`; or the `reals` of another stage, where that is null. */
      readonly other: string;
      readonly otherScale: number | null;
    };

/** One weight layer and all that follows it up to the next codes. A linear layer is a 1 x 1 conv of a 1 x 1 image. */
export interface Stage {
  /** The weight layer. */
  readonly name: string;
  /** `"input"`, or the activation whose codes it reads. */
  readonly reads: string;
  /** Whether it reads, per channel, the sum of the codes over `averaged` places (1: the codes themselves). */
  readonly averaged: number;
  /** The largest integer it can read. */
  readonly largest: number;
  readonly input: readonly [height: number, width: number, channels: number];
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  /** Rows above and columns left of the image that count as code 0. */
  readonly padding: readonly [top: number, left: number];
  /** Shape of the sums: weights are [kernel height, kernel width, inputs, outputs], row-major, as in the checkpoint. */
  readonly sums: readonly [height: number, width: number, outputs: number];
  /** 2^bits - 1 of its weights. */
  readonly maxWeightCode: number;
  /** -1 where the sum is negated, by channel. */
  readonly signs: Int8Array;
  /** Then the maximum over pool x pool windows, stride pool; 1 for none. */
  readonly pool: number;
  readonly output: Output;
}

export interface IntegerProgram {
  readonly model: string;
  readonly input: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  /** In order of evaluation; the last one gives the logits. */
  readonly stages: readonly Stage[];
}

/** What a node's value is, before it is known what becomes of it. */
type Term =
  | { kind: "codes"; name: string; averaged: number; shape: readonly number[] }
  | {
      kind: "affine";
      layer: ConvNode | LinearNode;
      affine: Affine;
      from: Term & { kind: "codes" };
      pool: number;
    }
  | { kind: "sum"; main: Term & { kind: "affine" }; other: Term };

/** Compiles a deployed network. @throws UserError if it has an arrangement of nodes that no integer program computes */
export function compile(network: DeployedNetwork): IntegerProgram {
  const model = requireModel(network.model);
  const stages: Stage[] = [];
  const terms = new Map<string, Term>([
    ["input", { kind: "codes", name: "input", averaged: 1, shape: model.input }],
  ]);
  for (const node of model.nodes) terms.set(node.name, termOf(node, network, terms, stages));
  const last = model.nodes.at(-1)!;
  const term = terms.get(last.name)!;
  if (term.kind !== "affine" || term.pool > 1)
    throw unsupported(model, last, "the last node must be a linear layer, which gives the logits");
  stages.push(
    stage(network, term, {
      kind: "logits",
      scale: Float64Array.from(term.affine.bias, (_, o) => realScale(term.affine, o)),
      offset: Float64Array.from(term.affine.bias, (_, o) => realOffset(term.affine, o)),
    }),
  );
  return { model: model.name, input: model.input, classes: model.classes, stages };
}

function termOf(
  node: Node,
  network: DeployedNetwork,
  terms: ReadonlyMap<string, Term>,
  stages: Stage[],
): Term {
  const { model } = network;
  const from = terms.get(node.input)!;
  switch (node.op) {
    case "conv":
    case "linear": {
      if (from.kind !== "codes") throw unsupported(model, node, "a weight layer must read codes");
      if (from.averaged > 1 && node.op === "conv")
        throw unsupported(model, node, "only a linear layer can follow a global average pool");
      return { kind: "affine", layer: node, affine: affineOf(network, node, from), from, pool: 1 };
    }
    case "batchNorm": {
      const norm = network.norms?.[node.name];
      if (!norm) throw new UserError(`the deployed network lacks the batch norm ${node.name}`);
      if (from.kind !== "affine" || from.pool > 1 || from.affine.norm)
        throw unsupported(model, node, "batch norm must follow a weight layer directly");
      return { ...from, affine: { ...from.affine, norm } };
    }
    case "maxPool":
      if (from.kind !== "affine" || from.pool > 1)
        throw unsupported(model, node, "max pooling must stand between a weight layer and its activation");
      return { ...from, pool: node.size };
    case "flatten":
      if (from.kind !== "codes") throw unsupported(model, node, "flatten must follow an activation");
      return { ...from, shape: [from.shape.reduce((a, b) => a * b, 1)] };
    case "globalAveragePool": {
      if (from.kind !== "codes" || from.averaged > 1)
        throw unsupported(model, node, "global average pooling must follow an activation");
      const [h, w, c] = from.shape as [number, number, number];
      return { ...from, averaged: h * w, shape: [c] };
    }
    case "add": {
      const other = terms.get(node.other)!;
      const [main, rest] = from.kind === "affine" ? [from, other] : [other, from];
      if (
        main.kind !== "affine" ||
        main.pool > 1 ||
        (rest.kind === "affine" ? rest.pool > 1 : rest.kind === "sum")
      )
        throw unsupported(model, node, "it must add a weight layer and either codes or another weight layer");
      return { kind: "sum", main, other: rest };
    }
    case "activation":
      emit(node, from, network, stages);
      return { kind: "codes", name: node.name, averaged: 1, shape: shapes(model).get(node.name)! };
  }
}

function affineOf(
  network: DeployedNetwork,
  node: ConvNode | LinearNode,
  from: Term & { kind: "codes" },
): Affine {
  const { clip, bias, bits } = deployedLayer(network, node);
  const isInput = from.name === "input";
  return {
    clips: [clip, isInput ? 1 : network.activationClips[from.name]!],
    divisor: maxCode(bits) * (isInput ? 255 : maxCode(network.bits.activations)) * from.averaged,
    bias,
  };
}

function deployedLayer({ layers }: DeployedNetwork, { name }: ConvNode | LinearNode): DeployedLayer {
  return layers.find((layer) => layer.name === name)!;
}

/** Adds the stages that give the codes of an activation. */
function emit(node: ActivationNode, from: Term, network: DeployedNetwork, stages: Stage[]): void {
  const n = maxCode(network.bits.activations);
  const clip = network.activationClips[node.name]!;
  const { threshold } = network;
  const inSteps = (affine: Affine) => ({
    scale: Float64Array.from(affine.bias, (_, o) => (realScale(affine, o) * n) / clip),
    offset: Float64Array.from(affine.bias, (_, o) => (realOffset(affine, o) * n) / clip),
  });
  const single = ({ affine }: Term & { kind: "affine" }) => {
    const { scale, offset } = inSteps(affine);
    return { scale: Float32Array.from(scale), offset: Float32Array.from(offset) };
  };
  if (from.kind === "affine") {
    const { signs, thresholds } = codeThresholds(from.affine, clip, n, threshold);
    const { scale, offset } = inSteps(from.affine);
    const codes = { kind: "codes", name: node.name, maxCode: n, thresholds, offset } as const;
    stages.push(stage(network, from, { ...codes, scale: scale.map(Math.abs) }, signs));
    return;
  }
  if (from.kind !== "sum") throw unsupported(network.model, node, "an activation must follow a weight layer");
  if (threshold > 0)
    throw unsupported(network.model, node, "FATReLU is not defined on residual sums; use the threshold 0");
  const { main, other } = from;
  let [otherName, otherScale]: [string, number | null] = ["", null];
  if (other.kind === "affine") {
    otherName = `${other.layer.name}:reals`;
    stages.push(stage(network, other, { kind: "reals", name: otherName, ...single(other) }));
  } else if (other.kind === "codes" && other.averaged === 1) {
    otherName = other.name;
    const [otherClip, divisor] = otherName === "input" ? [1, 255] : [network.activationClips[otherName]!, n];
    otherScale = Math.fround(((otherClip / divisor) * n) / clip);
  } else throw unsupported(network.model, node, "a residual sum must add codes or a weight layer");
  const output = { kind: "residual", name: node.name, maxCode: n, other: otherName, otherScale } as const;
  stages.push(stage(network, main, { ...output, ...single(main) }));
}

/** The largest sum that an int32 threshold can tell from "never reached". */
const LARGEST_SUM = 2 ** 31 - 2;

function stage(
  network: DeployedNetwork,
  { layer, from, pool }: Term & { kind: "affine" },
  output: Output,
  signs?: Int8Array,
): Stage {
  const { model, bits } = network;
  const isConv = layer.op === "conv";
  const input = (isConv ? from.shape : [1, 1, from.shape[0]!]) as [number, number, number];
  const outputs = isConv ? layer.filters : layer.units;
  const kernel = isConv ? layer.kernel : ([1, 1] as const);
  const stride = isConv ? layer.stride : 1;
  const [height, width] = isConv ? (shapes(model).get(layer.name) as [number, number]) : [1, 1];
  const sums = [height, width, outputs] as const;
  const [rows, columns] = isConv ? paddingOf(layer, input, sums) : [0, 0];
  const maxWeightCode = maxCode(deployedLayer(network, layer).bits);
  const largest = (from.name === "input" ? 255 : maxCode(bits.activations)) * from.averaged;
  if (kernel[0] * kernel[1] * input[2] * maxWeightCode * largest > LARGEST_SUM)
    throw new UserError(`the sums of layer ${layer.name} of model ${model.name} may exceed 32 bits`);
  return {
    name: layer.name,
    reads: from.name,
    averaged: from.averaged,
    largest,
    input,
    kernel,
    stride,
    padding: [Math.floor(rows / 2), Math.floor(columns / 2)],
    sums,
    maxWeightCode,
    signs: signs ?? new Int8Array(outputs).fill(1),
    pool,
    output,
  };
}

/** The name of the codes or reals that a stage gives; null for logits. */
export function outputName({ output }: Stage): string | null {
  return output.kind === "logits" ? null : output.name;
}

/** Shape of a stage's output: its sums after max pooling. */
export function outputShape({ sums: [h, w, outputs], pool }: Stage): [number, number, number] {
  return [Math.floor(h / pool), Math.floor(w / pool), outputs];
}

function unsupported(model: Model, node: Node, why: string): UserError {
  return new UserError(
    `node ${node.name} (${node.op}) of model ${model.name} has no integer program: ${why}`,
  );
}
