import { expect, test } from "vitest";
import {
  campaignMap,
  evaluateTrials,
  type Subject,
} from "../../../src/experiments/campaign/evaluate-trial.js";
import { planTrials } from "../../../src/experiments/campaign/index.js";
import { faultModel, injectFaults } from "../../../src/faults/index.js";
import { deploy } from "../../../src/inference/deploy.js";
import { lenet5 } from "../../../src/networks/index.js";
import { findStudy, parseStudy } from "../../../src/studies/index.js";
import { randomCheckpoint } from "../../support/network.js";

const FAULTS = [
  "flip",
  "flip/bits:3",
  "sa0",
  "sa0/rows:256x64",
  "asymmetric:0.2:1/columns:256x64",
  "flip/weights",
];

test("a campaign of any fault models injects each on maps of its own sites, in whatever order they come", () => {
  const quick = findStudy("lenet5-fashion", "quick");
  const campaign = { ...quick.campaign, faults: FAULTS, rates: [0.01, 0.05], maps: 2, images: 2 };
  const study = parseStudy({ ...quick, campaign });
  const network = deploy(lenet5, randomCheckpoint(lenet5, "run"));
  const classifier = { classify: () => Uint8Array.of(1, 2), dispose: () => {} };
  const subject: Subject = {
    study,
    arm: "standard",
    seed: 0,
    network,
    classifier,
    labels: Uint8Array.of(1, 1),
  };
  const rows = [...evaluateTrials(subject, planTrials(study, { arm: "standard", seed: 0 }, "network"))];
  expect(rows.length).toBe(1 + FAULTS.length * 2 * 2);
  for (const { fault, rate, map: index, faultyByLayer, changedByLayer, exposed, correct } of rows.slice(1)) {
    const model = faultModel(fault);
    const map = campaignMap(study, network, { index, sites: model.sites });
    const options = { rate, model, bits: 4, encoding: study.campaign.encoding };
    const injected = network.layers.map(({ codes }, i) => injectFaults(codes, map.layers[i]!, options));
    expect(faultyByLayer).toEqual(injected.map(({ faulty }) => faulty));
    expect(changedByLayer).toEqual(injected.map(({ changed }) => changed));
    expect(exposed).toBe(fault === "flip/bits:3" ? 61_470 : 245_880);
    expect(correct).toBe(1);
  }
});
