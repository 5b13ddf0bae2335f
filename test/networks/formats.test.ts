import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { lenet5, type Model, type Node, resnet18, shapes } from "../../src/networks/index.js";

const FORMATS = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8");

/** Rows of the tables of docs/formats.md whose first cell is one of these names. */
const rowsOf = (names: readonly string[]) =>
  FORMATS.split("\n").filter((line) => names.some((name) => line.startsWith(`| \`${name}\` |`)));
const sizes = (shape: readonly number[]) => shape.join(" x ");
const table = (rows: readonly (readonly (string | number)[])[]) =>
  rows.map((row) => `| ${row.join(" | ")} |`);

function words(node: Node, model: Model): string {
  if (node.op === "conv") {
    const [height, width] = node.kernel;
    const [before] = shapes(model).get(node.input)!;
    const [after] = shapes(model).get(node.name)!;
    const zeros = (after! - 1) * node.stride + height - before!;
    const half = Math.floor(zeros / 2);
    const padding =
      node.padding === "same" ? `same: ${half} zeros before and ${zeros - half} after` : "no padding";
    return `convolution, ${height} x ${width}, ${node.filters} filters, stride ${node.stride}, ${padding}`;
  }
  if (node.op === "maxPool") return `max pooling, ${node.size} x ${node.size}, stride ${node.size}`;
  if (node.op === "flatten") return "flattened as [height, width, channels]";
  return node.op === "linear" ? "fully connected" : node.op;
}

it("docs/formats.md has every node of LeNet-5, with kernel, stride and padding, as the model has it", () => {
  const nodes = lenet5.nodes.map((node) => [
    `\`${node.name}\``,
    `\`${node.input}\``,
    words(node, lenet5),
    sizes(shapes(lenet5).get(node.name)!),
  ]);
  expect(rowsOf(lenet5.nodes.map(({ name }) => name))).toEqual(table(nodes));
});

it("docs/formats.md has the filters, stride and size of every block of ResNet-18, as the model has them", () => {
  const model = resnet18();
  expect(FORMATS).toContain(`\`${model.name}\` reads ${sizes(model.input)}`);
  const blocks = [1, 2, 3, 4].flatMap((stage) => [1, 2].map((block) => `s${stage}b${block}`));
  const rows = blocks.map((block) => {
    const conv = model.nodes.find(({ name }) => name === `${block}.conv1`)!;
    if (conv.op !== "conv") throw new Error(block);
    const shape = sizes(shapes(model).get(`${block}.act2`)!);
    const shortcut = model.nodes.find(({ name }) => name === `${block}.shortcut`);
    expect(shortcut).toEqual(
      conv.stride === 1 ? undefined : { ...conv, name: `${block}.shortcut`, kernel: [1, 1] },
    );
    return [`\`${block}\``, conv.filters, conv.stride, shape];
  });
  expect(rowsOf(blocks)).toEqual(table(rows));
  for (const node of model.nodes) if (node.op === "conv") expect(node.padding).toBe("same");
});
