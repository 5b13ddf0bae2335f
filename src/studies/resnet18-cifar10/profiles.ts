import { withContent } from "../../experiments/study/content.js";
import { parseStudy } from "../../experiments/study/schema.js";
import type { SelectionSettings } from "../../experiments/study/selection-settings.js";
import type { Study } from "../../experiments/study/study.js";
import { resnet18 } from "../../networks/resnet18.js";
import {
  claimArms,
  controlArms,
  givenControls,
  mainArms,
  type SelectedParameters,
  standardArm,
} from "./arms.js";
import { EXTRAS } from "./extras.js";

/*
 * Reproduces: FlatENN's claims C1, C3a, C3b and C4 (docs/protocol.md section 1) on a ResNet-18 of width 16 and CIFAR-10, W4A4,
 * for bit flips and stuck-at faults in the stored weights. Plan and reasons: docs/protocol.md section 9.
 */

/*
 * Open until the profile `selection` has chosen them on validation images. Till then the full profile has the arms alone that
 * need none of them, whose networks stay what they are; it is not frozen and may not read the test images.
 */
const SELECTED = null as SelectedParameters | null;

const radii = { varies: "saq", grid: [0.05, 0.1, 0.2], factor: 2, rule: "faults" } as const;
/* AS is looked for among the first three, AS-high between the last two. */
const alphas = { varies: "l1", grid: [1e-5, 2e-5, 4e-5, 1.2e-4], factor: 2 } as const;

/** How those values are chosen (docs/protocol.md sections 5 and 9). */
const SELECTION: SelectionSettings = {
  tolerance: 0.01,
  sparsity: { target: 0.85, within: 0.02 },
  extensions: 3,
  stages: [
    { id: "as", base: "standard", ...alphas, rule: "clean" },
    { id: "as-high", base: "standard", ...alphas, rule: "sparsity" },
    { id: "standard-saq", base: "standard", ...radii },
    { id: "as-saq", base: "as", ...radii },
    { id: "as-high-saq", base: "as-high", ...radii },
    {
      id: "as-high-mean",
      base: "standard",
      varies: "l1-mean",
      grid: [0.4, 1.2],
      factor: 2,
      rule: "sparsity",
    },
    {
      id: "clipped",
      base: "standard",
      varies: "deviations",
      grid: [1, 1.4, 2],
      factor: 1.4,
      rule: "faults",
    },
  ],
};

const augmentation = { crop: 4, flip: true };
const optimizer = { batch: 128, momentum: 0.9, augmentation };
const floatPhase = { ...optimizer, epochs: 20, learningRate: 0.1, weightDecay: 5e-4, rise: 4 };
const quantized = { ...optimizer, weightDecay: 1e-4, clipRates: { weights: 10, activations: 1 } };
const firstPhase = { ...quantized, epochs: 4, learningRate: 0.01 };
const secondPhase = { ...quantized, epochs: 2, learningRate: 1e-3 };

/** What all profiles share but for what they change. */
const shared = {
  name: "resnet18-cifar10",
  profile: "full",
  version: 1,
  exploratory: false,
  frozen: false,
  model: resnet18({ width: 16 }),
  dataset: "cifar10",
  trainingImages: null,
  bits: { weights: 4, activations: 4 },
  seeds: [0, 1, 2, 3, 4],
  // 1.3 to 1.4 times as fast here as the default, which decides whether five seeds can be trained at all
  instructionSet: "AVX512_CORE",
  float: floatPhase,
  quantized: firstPhase,
  second: secondPhase,
  campaign: {
    split: "test",
    images: 2000,
    stratified: true,
    faults: ["flip", "sa0", "sa1"],
    rates: [0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.02],
    maps: 50,
    ceiling: 0.05,
    encoding: "offset-binary",
  },
};

/** With its model and data set named by content. */
function checked(settings: unknown): Study {
  return withContent(parseStudy(settings));
}

const full: Study = checked({
  ...shared,
  ...(SELECTED
    ? { arms: [...mainArms(SELECTED), ...controlArms(SELECTED)], extras: EXTRAS }
    : { arms: [standardArm, ...givenControls] }),
});

const { stratified: __, ...allImages } = shared.campaign;

/**
 * Chooses the full profile's parameters: its settings and all training images, on a seed, images and fault maps that no
 * published campaign uses; at rates at which the standard network has lost some of its accuracy, and about half of it.
 */
const selection: Study = checked({
  ...shared,
  profile: "selection",
  exploratory: true,
  seeds: [100],
  arms: [standardArm],
  campaign: { ...allImages, split: "validation", images: null, rates: [0.005, 0.01], maps: 10 },
  selection: SELECTION,
});

/**
 * Within 20 minutes on two cores, any that the program runs on: one seed, few epochs on 100 batches of images, five maps, 1,000
 * validation images. It shows the machine, not the claims.
 */
const { instructionSet: _, ...anywhere } = shared;
const quick: Study = checked({
  ...anywhere,
  profile: "quick",
  exploratory: true,
  trainingImages: 12_800,
  seeds: [0],
  float: { ...floatPhase, epochs: 6, rise: 1 },
  quantized: { ...firstPhase, epochs: 2 },
  second: { ...secondPhase, epochs: 1 },
  arms: claimArms({ as: 2e-5, standardSaq: 0.05, asSaq: 0.05 }),
  campaign: { ...shared.campaign, split: "validation", images: 1000, maps: 5 },
});

/** All profiles, the quick one first. */
export const profiles: readonly Study[] = [quick, full, selection];
