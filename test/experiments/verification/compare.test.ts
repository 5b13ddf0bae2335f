import { expect, it } from "vitest";
import type { TrialRow } from "../../../src/experiments/results/rows.js";
import { compareTrials } from "../../../src/experiments/verification/index.js";

const row = (map: number, correct: number, id = "x"): TrialRow => ({
  ...{
    id,
    arm: "as",
    seed: 0,
    encoding: "offset-binary",
    layer: "",
    fault: "flip",
    rate: 0.01,
    map,
    correct,
  },
  ...{ images: 2000, exposed: 10, faulty: 1, changed: 1, faultyByLayer: [1], changedByLayer: [1] },
});

it("compareTrials() matches trials by what they evaluate, not by the network they found", () => {
  const ours = [row(0, 1500, "a"), row(1, 1400, "b"), row(2, 1300, "c")];
  expect(compareTrials(ours, [row(1, 1400, "p"), row(0, 1501, "q"), row(9, 1, "r")])).toEqual({
    shared: 2,
    equal: 1,
  });
  expect(compareTrials(ours, ours)).toEqual({ shared: 3, equal: 3 });
  expect(compareTrials(ours, [])).toEqual({ shared: 0, equal: 0 });
  const others = [
    { ...row(0, 1500), layer: "fc1" },
    { ...row(1, 1400), encoding: "gray" as const },
  ];
  expect(compareTrials(ours, others)).toEqual({ shared: 0, equal: 0 });
});
