import { type Stream, stream } from "../../src/base/random/index.js";
import { resultsOf } from "../../src/experiments/results/index.js";
import type { CurveRow, NetworkRow, Results, TrialRow } from "../../src/experiments/results/rows.js";
import { type Arm, findStudy, type Study, seedsOfArm } from "../../src/studies/index.js";
import { ALL_ARMS } from "../support/selected.js";

const FAULTS: Readonly<Record<string, number>> = { flip: 22, sa0: 9, sa1: 15 };
const ENCODINGS: Readonly<Record<string, number>> = {
  "twos-complement": 1.5,
  "sign-magnitude": 0.8,
  gray: 1.2,
};

/** The full profile, as if its choices were made and frozen. */
export const fullStudy: Study = { ...findStudy("lenet5-fashion", "full"), frozen: true, arms: ALL_ARMS };

/**
 * Made-up results of the full study: every arm, control, ablation and extra campaign, at its own seeds. Networks differ by
 * what their arm is, and their accuracy falls exponentially with the rate, faster by seed and map.
 *
 * @param changes to the study, such as fewer maps or rates
 */
export function fullResults(changes: Partial<Study["campaign"]> = {}, study: Study = fullStudy): Results {
  const own: Study = { ...study, campaign: { ...study.campaign, ...changes } };
  const { maps, rates, faults, encoding } = own.campaign;
  const luck = Array.from({ length: maps }, (_, map) => 1 + 0.3 * stream("full-rows", "map", map).normal());
  const networks: NetworkRow[] = [];
  const trials: TrialRow[] = [];
  for (const arm of own.arms) {
    for (const seed of seedsOfArm(own, arm)) {
      const draws = stream("full-rows", arm.id, seed);
      const network = madeUp(arm, seed, draws);
      networks.push(network.row);
      const add = (row: Pick<TrialRow, "encoding" | "layer" | "fault" | "rate" | "map">, harm: number) => {
        const left = Math.exp(-harm * row.rate * Math.max(0.1, luck[row.map] ?? 0));
        const correct = Math.round(1000 + (network.row.correct - 1000) * left * (1 - 0.01 * draws.uniform()));
        const bits = { exposed: 245_880, faulty: 0, changed: 0, faultyByLayer: [], changedByLayer: [] };
        const id = [arm.id, seed, ...Object.values(row)].join("/");
        trials.push({ id, arm: arm.id, seed, ...row, correct, images: 10_000, ...bits });
      };
      for (let map = 0; map < maps; map++)
        for (const fault of faults)
          for (const rate of rates)
            add({ encoding, layer: "", fault, rate, map }, network.harm * (FAULTS[fault] ?? 10));
      for (const extra of own.extras ?? []) {
        if (!extra.arms?.includes(arm.id)) continue;
        const layers = extra.layers ? Object.keys(network.row.clipRatioByLayer) : [""];
        for (let map = 0; map < Math.min(maps, extra.maps ?? maps); map++)
          for (const layer of layers)
            for (const fault of faults)
              for (const rate of (extra.rates ?? rates).filter((each) => rates.includes(each)))
                add(
                  { encoding: extra.encoding ?? encoding, layer, fault, rate, map },
                  network.harm *
                    (FAULTS[fault] ?? 10) *
                    (ENCODINGS[extra.encoding ?? ""] ?? 1) *
                    (layer ? 0.2 : 1),
                );
      }
    }
  }
  const extras = (own.extras ?? []).map((extra) => ({
    ...extra,
    maps: Math.min(maps, extra.maps ?? maps),
    rates: (extra.rates ?? rates).filter((rate) => rates.includes(rate)),
  }));
  return resultsOf({ ...own, extras }, { networks, failures: [], trials });
}

/** The same in few trials: 2 maps, 2 rates. */
export const smallResults = () => fullResults({ maps: 2, rates: [0.01, 0.05] });

/** A network without faults, and how fast its accuracy falls: sparse ones faster, sharpness-aware ones slower. */
function madeUp(arm: Arm, seed: number, draws: Stream): { row: NetworkRow; harm: number } {
  const { sparsification: sparse, gradient, range, bits } = arm;
  const strength =
    sparse.kind === "none" ? 0 : sparse.kind === "l1" ? 0.25 * Math.log10(sparse.alpha / 1e-5) : 0.75;
  const aware = gradient.rule === "conventional" ? 0 : gradient.rule === "randbet" ? 0.35 : 0.3;
  const fewer = bits ? (4 - bits.weights) / 8 : 0;
  const noise = (size: number) => size * draws.normal();
  const sparsity = Math.min(0.97, 0.55 + 0.4 * strength + 0.1 * aware + noise(0.015));
  const clipRatio = 2.9 + 1.2 * strength + 0.5 * aware + noise(0.08) - (range ? 0.6 : 0);
  const accuracy = 0.905 - 0.03 * strength - 0.02 * aware - 0.08 * Math.abs(fewer) + noise(0.002);
  const harm = (1 + 0.5 * strength - aware + 0.4 * fewer) * (clipRatio / 3) * (1 + noise(0.06));
  const layers = ["conv1", "conv2", "fc1", "fc2", "fc3"];
  return {
    harm: Math.max(0.1, harm),
    row: {
      arm: arm.id,
      seed,
      network: `${arm.id}/${seed}`,
      correct: Math.round(10_000 * accuracy),
      images: 10_000,
      sparsity,
      sparsityByLayer: Object.fromEntries(["act1", "act2", "act3", "act4"].map((name) => [name, sparsity])),
      skippedMacs: sparsity + 0.02,
      clipRatio,
      clipRatioByLayer: Object.fromEntries(layers.map((name) => [name, clipRatio])),
      weightNorm: 25,
      relativeRho: "rho" in gradient ? gradient.rho / 25 : null,
    },
  };
}

/** Made-up training curves of all networks of {@link fullStudy}: a loss that falls, an accuracy that rises. */
export function fullCurves(): CurveRow[] {
  const { float, quantized, seeds, arms } = fullStudy;
  const curve = (arm: string, seed: number, phase: CurveRow["phase"], epochs: number, scale: number) =>
    Array.from({ length: epochs }, (_, i): CurveRow => {
      const left = Math.exp((-3 * (i + 1)) / epochs) * (1 + 0.02 * stream("curve", arm, seed, i).normal());
      const [loss, validationAccuracy] = [0.3 * scale + 0.4 * left, 0.91 - 0.02 * scale - 0.05 * left];
      return { arm, seed, phase, epoch: i + 1, learningRate: 0.01, loss, validationAccuracy };
    });
  return [
    ...seeds.flatMap((seed) => curve("float", seed, "float", float.epochs, 0.6)),
    ...arms.flatMap((arm, i) =>
      seedsOfArm(fullStudy, arm).flatMap((seed) =>
        curve(arm.id, seed, "quantized", quantized.epochs * (arm.epochsFactor ?? 1), 0.7 + 0.05 * (i % 12)),
      ),
    ),
  ];
}
