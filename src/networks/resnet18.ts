import { requireOptions } from "../base/options.js";
import type { Model, Node } from "./model.js";
import { requireModel } from "./schema.js";

/**
 * ResNet-18 for 32 x 32 images (docs/protocol.md section 2): a 3 x 3 stem without pooling, four stages of two residual
 * blocks with width, 2, 4 and 8 times width channels, a global average pool and a linear layer. Batch norm follows every
 * conv. Where a block changes shape, its shortcut is a 1 x 1 conv of stride 2 with batch norm.
 */
export function resnet18(options: { width?: number } = {}): Model {
  const { width = 16 } = requireOptions("resnet18", options, { width: true });
  const nodes: Node[] = [...convNorm("stem", "input", { filters: width, size: 3, stride: 1 })];
  nodes.push({ op: "activation", name: "stem.act", input: "stem.norm" });
  let from = "stem.act";
  for (let stage = 1; stage <= 4; stage++)
    for (let block = 1; block <= 2; block++) {
      const stride = stage > 1 && block === 1 ? 2 : 1;
      nodes.push(...residualBlock(`s${stage}b${block}`, from, width * 2 ** (stage - 1), stride));
      from = `s${stage}b${block}.act2`;
    }
  nodes.push({ op: "globalAveragePool", name: "mean", input: from });
  nodes.push({ op: "linear", name: "fc", input: "mean", units: 10 });
  return requireModel({ name: `resnet18-w${width}`, input: [32, 32, 3], classes: 10, nodes });
}

function residualBlock(name: string, from: string, filters: number, stride: number): Node[] {
  const changes = stride > 1;
  return [
    ...convNorm(`${name}.conv1`, from, { filters, size: 3, stride }),
    { op: "activation", name: `${name}.act1`, input: `${name}.conv1.norm` },
    ...convNorm(`${name}.conv2`, `${name}.act1`, { filters, size: 3, stride: 1 }),
    ...(changes ? convNorm(`${name}.shortcut`, from, { filters, size: 1, stride }) : []),
    {
      op: "add",
      name: `${name}.sum`,
      input: `${name}.conv2.norm`,
      other: changes ? `${name}.shortcut.norm` : from,
    },
    { op: "activation", name: `${name}.act2`, input: `${name}.sum` },
  ];
}

function convNorm(
  name: string,
  input: string,
  { filters, size, stride }: { filters: number; size: number; stride: number },
): Node[] {
  return [
    { op: "conv", name, input, filters, kernel: [size, size], stride, padding: "same" },
    { op: "batchNorm", name: `${name}.norm`, input: name },
  ];
}
