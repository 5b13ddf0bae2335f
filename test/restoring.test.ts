import { expect, it } from "vitest";
import { restoring } from "../src/base/files/restoring.js";

it("what comes with the repository is restored from it, what a run made by making it again", () => {
  const committed = "data/results/lenet5-fashion-quick/trials.parquet";
  expect(restoring(committed)).toBe(`it comes with the repository: git checkout -- ${committed} restores it`);
  for (const path of ["/elsewhere/run/trials.parquet", "data/runs/mine/trials.parquet", "../data/results/x"])
    expect(restoring(path)).toContain("delete it and run the command that makes it again");
});
