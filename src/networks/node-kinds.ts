import { z } from "zod";
import type { ConvNode, Node } from "./nodes.js";

/** What a node gives for one image: [height, width, channels], or [units]. */
export type Shape = readonly number[];

export type Op = Node["op"];
export type NodeOf<K extends Op> = Extract<Node, { op: K }>;

/** One key of a description: what it may be, for the checker and in words. */
export interface Field<T> {
  readonly schema: z.ZodType<T>;
  /** Behind "must be". */
  readonly must: string;
  readonly optional?: true;
  /** What helps one who wrote this value, as other libraries have it. */
  readonly hint?: (wrong: unknown) => string | undefined;
}

/** A field for every key: one that is missing does not compile. */
export type Fields<T> = { readonly [Key in keyof T]-?: Field<Exclude<T[Key], undefined>> };

/** What there is to know of one kind of node, but for what it computes (tensors/forward.ts, inference). */
export interface NodeKind<K extends Op> {
  readonly fields: Fields<Omit<NodeOf<K>, "op">>;
  /** Keys that such nodes have elsewhere, with what to do here. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** The nodes that it reads. */
  readonly reads: (node: NodeOf<K>) => readonly string[];
  /** What it gives, by what it reads; a text, to be put behind its name, where it does not fit. */
  readonly shape: (node: NodeOf<K>, from: Shape, other: Shape) => Shape | string;
  /** Whether it passes codes on, reshaped or averaged. */
  readonly passesCodes: boolean;
  /** The shape of its weights, the outputs last; null for a node that holds none. */
  readonly weights: ((node: NodeOf<K>, inputs: number) => Shape) | null;
}

const positive = z.int().min(1);
const both = (wrong: unknown): string | undefined =>
  Array.isArray(wrong) && wrong.length === 2
    ? wrong[0] === wrong[1]
      ? `write ${wrong[0]}`
      : "it is the same for rows and columns"
    : undefined;

export const countField: Field<number> = { schema: positive, must: "a whole number above 0" };
const name: Field<string> = {
  schema: z.string().min(1),
  must: "a text that is not empty",
};
const input: Field<string> = { schema: z.string(), must: 'the name of a node before it, or "input"' };
const side: Field<number> = { ...countField, hint: both };
const padding: Field<ConvNode["padding"]> = {
  schema: z.enum(["same", "valid"]),
  must: '"same" or "valid"',
  hint: (wrong) => {
    if (typeof wrong === "string") return /^(same|valid)$/i.test(wrong) ? "in lower case" : undefined;
    const zero = [wrong].flat().every((side) => side === 0);
    return zero
      ? 'no padding is "valid"'
      : '"valid" pads nothing, "same" with stride 1 pads (kernel - 1) / 2 on each side: 1 for a kernel of 3, 2 for 5';
  },
};
const kernel: ConvNode["kernel"] extends infer T ? Field<T> : never = {
  schema: z.tuple([positive, positive]),
  must: "[height, width], two whole numbers above 0",
  hint: (wrong) => (typeof wrong === "number" ? `write [${wrong}, ${wrong}]` : undefined),
};

const one = ({ input }: { readonly input: string }) => [input];
const biasOf = "the layer has the bias that the file holds, or zeros; leave the key out";
const rectifierOf =
  "an activation is ReLU up to the clip of its quantizer, and no other function is supported";
const normOf = "running statistics are always used, with what the file holds; leave the key out";
const poolOf = "max pooling has the stride of its size and no padding here, and nothing else is supported";

/** Every kind of node: one that is missing does not compile. */
export const NODE_KINDS: { readonly [K in Op]: NodeKind<K> } = {
  conv: {
    fields: { name, input, filters: countField, kernel, stride: side, padding },
    elsewhere: {
      dilation: "dilated convolutions are not supported",
      groups: "grouped and depthwise convolutions are not supported",
      bias: biasOf,
      units: "a convolution has filters",
    },
    reads: one,
    shape: ({ filters, kernel, stride, padding }, from) => {
      const [h, w] = from;
      if (from.length !== 3) return needsImage(from);
      const size = (n: number, k: number) => Math.ceil((padding === "same" ? n : n - k + 1) / stride);
      return fitting([size(h!, kernel[0]), size(w!, kernel[1]), filters]);
    },
    passesCodes: false,
    weights: ({ kernel, filters }, inputs) => [...kernel, inputs, filters],
  },
  linear: {
    fields: { name, input, units: countField },
    elsewhere: { bias: biasOf, filters: "a linear layer has units", activation: "it is a node of its own" },
    reads: one,
    shape: ({ units }, from) =>
      from.length === 1
        ? [units]
        : `is linear and reads the shape [${from.join(", ")}]; put a flatten node before it`,
    passesCodes: false,
    weights: ({ units }, inputs) => [inputs, units],
  },
  maxPool: {
    fields: { name, input, size: side },
    elsewhere: {
      stride: poolOf,
      padding: poolOf,
      dilation: poolOf,
      ceilMode: poolOf,
      kernel: "its window is called size",
    },
    reads: one,
    shape: ({ size }, from) => {
      const [h, w, channels] = from;
      if (from.length !== 3) return needsImage(from);
      return fitting([Math.floor(h! / size), Math.floor(w! / size), channels!]);
    },
    passesCodes: false,
    weights: null,
  },
  activation: {
    fields: { name, input },
    elsewhere: {
      max: rectifierOf,
      negativeSlope: rectifierOf,
      alpha: rectifierOf,
      function: rectifierOf,
      activation: rectifierOf,
      clip: "clips are chosen by quantization and stand in the checkpoint",
      threshold: "the threshold of FATReLU stands in the checkpoint",
    },
    reads: one,
    shape: (_, from) => from,
    passesCodes: false,
    weights: null,
  },
  flatten: {
    fields: { name, input },
    elsewhere: {},
    reads: one,
    shape: (_, from) => [from.reduce((a, b) => a * b, 1)],
    passesCodes: true,
    weights: null,
  },
  batchNorm: {
    fields: {
      name,
      input,
      epsilon: { schema: z.number().positive(), must: "a number above 0", optional: true },
    },
    elsewhere: {
      eps: "it is called epsilon",
      momentum: normOf,
      affine: normOf,
      center: normOf,
      scale: normOf,
    },
    reads: one,
    shape: (_, from) => from,
    passesCodes: false,
    weights: null,
  },
  add: {
    fields: { name, input, other: input },
    elsewhere: { inputs: "it adds two nodes, input and other" },
    reads: ({ input, other }) => [input, other],
    shape: ({ other: name }, from, other) =>
      other.join() === from.join()
        ? from
        : `adds ${name} of shape [${other.join(", ")}] to [${from.join(", ")}]`,
    passesCodes: false,
    weights: null,
  },
  globalAveragePool: {
    fields: { name, input },
    elsewhere: { size: "it is the mean over the whole image" },
    reads: one,
    shape: (_, from) => (from.length === 3 ? [from[2]!] : needsImage(from)),
    passesCodes: true,
    weights: null,
  },
};

/** The entry of a node's kind. */
export function nodeKind<K extends Op>(node: { readonly op: K }): NodeKind<K> {
  return NODE_KINDS[node.op] as unknown as NodeKind<K>;
}

/** The nodes that a node reads. */
export function readsOf(node: Node): readonly string[] {
  return nodeKind(node).reads(node);
}

function needsImage(from: Shape): string {
  return `needs an input of shape [height, width, channels], got [${from.join(", ")}]`;
}

function fitting(shape: Shape): Shape | string {
  return shape.every((n) => n > 0)
    ? shape
    : `would have the shape [${shape.join(", ")}]: its window does not fit its input`;
}
