import { parseStudy } from "./schema.js";
import type { Arm, Study } from "./study.js";

/*
 * Reproduces: FlatENN's claims C1, C3a, C3b and C4 (docs/protocol.md section 1) on LeNet-5 and Fashion-MNIST, W4A4,
 * for bit flips and stuck-at faults in the stored weights.
 */

/*
 * Of 1e-4, 3e-4 and 1e-3, 1e-4 is the largest penalty that costs the quick profile's conventional arm at most 1 point of
 * clean validation accuracy (seed 0; docs/protocol.md section 2). `asHigh` and rho are starting values; the full study
 * selects all three anew, on its own networks, before it is frozen.
 */
const ALPHA = { as: 1e-4, asHigh: 1e-2 };
const RHO = 0.2;

const conventional = { rule: "conventional" } as const;
const saq = { rule: "saq", rho: RHO } as const;

const standardArms: readonly Arm[] = [
  { id: "standard", sparsification: { kind: "none" }, gradient: conventional },
  { id: "standard-saq", sparsification: { kind: "none" }, gradient: saq },
];
const sparseArms: readonly Arm[] = [
  { id: "as", sparsification: { kind: "l1", alpha: ALPHA.as }, gradient: conventional },
  { id: "as-saq", sparsification: { kind: "l1", alpha: ALPHA.as }, gradient: saq },
];
const verySparseArms: readonly Arm[] = [
  { id: "as-high", sparsification: { kind: "l1", alpha: ALPHA.asHigh }, gradient: conventional },
  { id: "as-high-saq", sparsification: { kind: "l1", alpha: ALPHA.asHigh }, gradient: saq },
];

const optimizer = { batch: 128, momentum: 0.9, weightDecay: 1e-4 };
const floatPhase = { ...optimizer, epochs: 12, learningRate: 0.05 };
const quantizedPhase = { ...optimizer, epochs: 10, learningRate: 0.01 };

const full: Study = parseStudy({
  name: "lenet5-fashion",
  profile: "full",
  version: 1,
  exploratory: false,
  frozen: false, // the penalties and rho above are not selected yet
  model: "lenet5",
  dataset: "fashion-mnist",
  trainingImages: null,
  bits: { weights: 4, activations: 4 },
  seeds: [0, 1, 2, 3, 4],
  float: floatPhase,
  quantized: quantizedPhase,
  arms: [...standardArms, ...sparseArms, ...verySparseArms],
  campaign: {
    split: "test",
    images: null,
    faults: ["flip", "sa0", "sa1"],
    rates: [0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05],
    maps: 50,
    ceiling: 0.1,
    encoding: "offset-binary",
  },
});

/** A few minutes on a laptop: one seed, few epochs, ten maps, 2,000 validation images. It shows the machine, not the claims. */
const quick: Study = parseStudy({
  ...full,
  profile: "quick",
  exploratory: true,
  seeds: [0],
  float: { ...floatPhase, epochs: 4 },
  quantized: { ...quantizedPhase, epochs: 3 },
  arms: [...standardArms, ...sparseArms],
  campaign: { ...full.campaign, split: "validation", images: 2000, maps: 10 },
});

export const lenet5Fashion: readonly Study[] = [quick, full];
