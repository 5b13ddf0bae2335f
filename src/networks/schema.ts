import { z } from "zod";
import { UserError } from "../base/errors.js";
import { shown } from "../base/options.js";
import {
  countField,
  type Field,
  type Fields,
  NODE_KINDS,
  nodeKind,
  type Op,
  type Shape,
} from "./node-kinds.js";
import type { Model } from "./nodes.js";

/** More classes than a byte can name would be taken for others. */
const MOST_CLASSES = 256;

/** Of a model. */
const FIELDS: Fields<Model> = {
  name: { schema: z.string().min(1), must: "a text that is not empty" },
  input: {
    schema: z.tuple([countField.schema, countField.schema, countField.schema]),
    must: "[height, width, channels], three whole numbers above 0",
    hint: (wrong) =>
      Array.isArray(wrong) && wrong.length === 2
        ? `write [${wrong.join(", ")}, 1] for grey images`
        : undefined,
  },
  classes: {
    schema: z.int().min(1).max(MOST_CLASSES),
    must: `a whole number from 1 to ${MOST_CLASSES}`,
    hint: (wrong) =>
      typeof wrong === "number" && wrong > MOST_CLASSES ? "a predicted class is held in one byte" : undefined,
  },
  nodes: { schema: z.array(z.unknown()).min(1) as never, must: "a list of at least one node" },
};

/** What is called so elsewhere. */
const OTHER_OPS: Readonly<Record<string, string>> = {
  conv2d: '"conv" is a convolution',
  convolution: '"conv" is a convolution',
  dense: '"linear" is a fully connected layer',
  gemm: '"linear" is a fully connected layer',
  relu: '"activation" is ReLU and the quantizer behind it',
  maxpool2d: '"maxPool" is max pooling',
  maxpooling2d: '"maxPool" is max pooling',
  batchnorm2d: '"batchNorm" is batch norm',
  batchnormalization: '"batchNorm" is batch norm',
  globalaveragepooling2d: '"globalAveragePool" is the mean over height and width',
  adaptiveavgpool2d: '"globalAveragePool" is the mean over height and width',
  dropout: "dropout does nothing after training, so leave it out",
  identity: "it does nothing, so leave it out",
};

/** One thing that is wrong with a description. */
interface Problem {
  readonly path: readonly (string | number)[];
  /** For one who sees the path and the value beside it. */
  readonly brief: string;
  readonly whole: string;
}

/** A description that was found right: as text, since it may be changed afterwards, and the shapes of its nodes. */
const checked = new WeakMap<object, { readonly text: string; readonly shapes: ReadonlyMap<string, Shape> }>();

/** A model as data, checked; the object itself is given back. */
export const modelSchema: z.ZodType<Model> = z.custom<Model>().superRefine((value, context) => {
  for (const { path, brief } of problemsOf(value))
    context.addIssue({ code: "custom", path: [...path], message: brief });
});

/**
 * Checks a network's description; of one that was found right, a second time costs little.
 * @returns the same object
 * @throws UserError that names node, key, value and what is accepted
 */
export function requireModel(value: unknown): Model {
  const problems = problemsOf(value);
  if (problems.length > 0) throw refusal(problems);
  return value as Model;
}

/**
 * Output shape of every node, by name. Unlike {@link requireModel} it takes a network that does not end in logits.
 * @throws UserError as of `requireModel`
 */
export function shapesOf(value: unknown): ReadonlyMap<string, Shape> {
  const found = check(value);
  if ("problems" in found) throw refusal(found.problems);
  return found.shapes;
}

function problemsOf(value: unknown): readonly Problem[] {
  const found = check(value);
  if ("problems" in found) return found.problems;
  const { name, nodes, classes } = value as Model;
  const logits = found.shapes.get(nodes.at(-1)!.name)!;
  if (logits.join() === String(classes)) return [];
  const text = `the last node of model ${name} must give ${classes} logits, one per class, got the shape [${logits.join(", ")}]`;
  return [{ path: ["nodes", nodes.length - 1], brief: text, whole: text }];
}

function refusal(problems: readonly Problem[]): UserError {
  const lines = problems.map(({ whole }) => whole);
  return new UserError(lines.length === 1 ? lines[0]! : `the model is not valid:\n  ${lines.join("\n  ")}`);
}

type Found = { readonly shapes: ReadonlyMap<string, Shape> } | { readonly problems: readonly Problem[] };

function check(value: unknown): Found {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const must = `must be an object with ${Object.keys(FIELDS).join(", ")}`;
    return { problems: [{ path: [], brief: must, whole: `a model ${must}, got ${shown(value)}` }] };
  }
  const known = checked.get(value);
  if (known && known.text === JSON.stringify(value)) return known;
  const model = value as Model;
  const title = typeof model.name === "string" ? `model ${model.name}` : "the model";
  const own = fieldProblems(value, FIELDS, { owner: title, path: [], kind: "a model" });
  const nodes = Array.isArray(model.nodes) ? model.nodes : [];
  const ofNodes = nodes.flatMap((node, i) => nodeProblems(node, i, title));
  const problems = [...own, ...ofNodes];
  if (problems.length > 0) return { problems };
  const graph = graphOf(model);
  if ("shapes" in graph) checked.set(value, { ...graph, text: JSON.stringify(value) });
  return graph;
}

function nodeProblems(node: unknown, i: number, title: string): Problem[] {
  const path = ["nodes", i];
  if (typeof node !== "object" || node === null || Array.isArray(node)) {
    const must = "must be an object with op, name and input";
    return [{ path, brief: must, whole: `nodes[${i}] of ${title} ${must}, got ${shown(node)}` }];
  }
  const { op, name } = node as { op?: unknown; name?: unknown };
  const called = typeof name === "string" ? `node ${name}` : `nodes[${i}]`;
  if (typeof op !== "string" || !Object.hasOwn(NODE_KINDS, op)) {
    const other = shown(op).toLowerCase().replaceAll('"', "");
    const hint = Object.hasOwn(OTHER_OPS, other) ? OTHER_OPS[other] : undefined;
    const brief = `must be one of ${Object.keys(NODE_KINDS).join(", ")}`;
    return [problem([...path, "op"], `${called} of ${title}: op`, { must: brief, hint, value: op })];
  }
  const { fields, elsewhere } = nodeKind({ op: op as Op });
  const owner = `${called} (${op}) of ${title}`;
  return fieldProblems(node, { op: null, ...fields }, { owner, path, kind: op, elsewhere });
}

/** What is wrong with the keys of an object: unknown ones, and values that no field takes. */
function fieldProblems(
  value: object,
  fields: Readonly<Record<string, Field<unknown> | null>>,
  about: {
    readonly owner: string;
    readonly path: readonly (string | number)[];
    readonly kind: string;
    readonly elsewhere?: Readonly<Record<string, string>>;
  },
): Problem[] {
  const { owner, path, kind, elsewhere = {} } = about;
  const unknown = Object.keys(value).filter((key) => !Object.hasOwn(fields, key));
  const strange = unknown.map((key) => {
    const hint = Object.hasOwn(elsewhere, key) ? `; ${elsewhere[key]}` : "";
    const known = `only ${Object.keys(fields).join(", ")}${hint}`;
    return {
      path: [...path, key],
      brief: `${kind} has no such key, ${known}`,
      whole: `${owner} has no key ${key}, ${known}`,
    };
  });
  const wrong = Object.entries(fields).flatMap(([key, field]) => {
    const own = (value as Record<string, unknown>)[key];
    if (!field || (field.optional && !Object.hasOwn(value, key)) || field.schema.safeParse(own).success)
      return [];
    const must = `must be ${field.must}`;
    return [problem([...path, key], `${owner}: ${key}`, { must, hint: field.hint?.(own), value: own })];
  });
  return [...strange, ...wrong];
}

function problem(
  path: readonly (string | number)[],
  where: string,
  { must, hint, value }: { must: string; hint: string | undefined; value: unknown },
): Problem {
  const more = hint ? `; ${hint}` : "";
  return { path, brief: must + more, whole: `${where} ${must}, got ${shown(value)}${more}` };
}

/** Walks over the nodes: every one reads what stands before it, and fits. */
function graphOf({ name, input, nodes }: Model): Found {
  const shapes = new Map<string, Shape>([["input", input]]);
  const found = (path: readonly (string | number)[], text: string): Found => ({
    problems: [{ path, brief: text, whole: text }],
  });
  for (const [i, node] of nodes.entries()) {
    const kind = nodeKind<Op>(node);
    const reads = kind.reads(node);
    const from = reads.map((read) => shapes.get(read));
    const missing = reads.find((_, j) => !from[j]);
    if (missing !== undefined)
      return found(
        ["nodes", i],
        `node ${node.name} reads ${missing}, which is no node before it in model ${name}; there are ${[...shapes.keys()].join(", ")}`,
      );
    if (node.name === "input")
      return found(
        ["nodes", i, "name"],
        `a node of model ${name} is named input, as the image is; name it otherwise`,
      );
    if (shapes.has(node.name))
      return found(["nodes", i, "name"], `two nodes of model ${name} are named ${node.name}`);
    const shape = kind.shape(node, from[0]!, from[1] ?? from[0]!);
    if (typeof shape === "string") return found(["nodes", i], `node ${node.name} ${shape}`);
    shapes.set(node.name, shape);
  }
  return { shapes };
}
