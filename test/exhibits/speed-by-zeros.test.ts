import { expect, it } from "vitest";
import { speedByZeros } from "../../src/exhibits/index.js";

const row = (network: string, zeros: number, skipping: number) => ({
  ...{ network, zeros, dense: 100, skipping },
  chosen: Math.max(100, skipping),
});

it("the figure of speed by zeros has a panel for each network and a line for each way, in percent of zeros", () => {
  const rows = [row("LeNet-5", 0.6, 100), row("ResNet-18", 0.5, 60), row("ResNet-18", 0.9, 150)];
  const { data, layout } = speedByZeros({ machine: { processor: "a processor", engine: "native" }, rows });
  const lines = data as { name: string; xaxis: string; x: number[]; y: number[]; showlegend: boolean }[];
  expect(lines.map(({ name, xaxis }) => `${xaxis} ${name}`)).toEqual(
    ["x", "x2"].flatMap((axis) =>
      ["every product", "zeros skipped", "as chosen by the engine"].map((name) => `${axis} ${name}`),
    ),
  );
  expect(lines[4]).toMatchObject({ x: [50, 90], y: [60, 150] });
  expect(lines[5]!.y).toEqual([100, 150]);
  // the legend names each way once
  expect(lines.filter(({ showlegend }) => showlegend)).toHaveLength(3);
  expect(JSON.stringify(layout["annotations"])).toContain("a processor, engine: native");
  expect(speedByZeros({ machine: { processor: "", engine: "" }, rows: [] }).data).toEqual([]);
});
