import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const run = (...args: string[]) => execFileSync(process.execPath, args, { encoding: "utf8" });

test("the benchmarks run, each case of them", () => {
  const lines = run("bench/main.mjs", "--rounds", "1").trim().split("\n").slice(1);
  expect(lines).toHaveLength(7);
  for (const line of lines) expect(line).toMatch(/: [\d.]+ (images\/s|trials\/min)$/);
  const reuse = run("bench/reuse.mjs", "--trials", "3", "0.01").trim().split("\n");
  expect(reuse.map((line) => line.split(":")[0])).toEqual([
    "bit flips at rate 0.01",
    ...["conv1", "conv2", "fc1", "fc2", "fc3"].map((layer) => `single bits of ${layer}`),
  ]);
});
