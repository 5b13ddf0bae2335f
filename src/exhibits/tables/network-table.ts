import { networkMeans } from "../../analysis/network-means.js";
import { requireOptions } from "../../base/options.js";
import type { Results } from "../../experiments/results/rows.js";
import { armOf, mainArms } from "../../experiments/study/arms.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { captionOf } from "../style/conditions.js";

/**
 * What the trained networks of each arm are like without faults: mean over seeds and its spread.
 * @param options.arms ids of arms; default: the main ones
 */
export function networkTable(
  results: Results,
  options: { readonly arms?: readonly string[] | undefined } = {},
): Table {
  const { arms = mainArms(results.study) } = requireOptions("networkTable", options, { arms: true });
  for (const arm of arms) armOf(results.study, arm);
  const styles = armStyles(results);
  const rows = arms.map((arm): Record<string, Cell> => {
    const { seeds, accuracy, sparsity, skipped, clip, rho } = networkMeans(results, arm);
    return {
      arm,
      title: styles(arm).title,
      seeds,
      accuracy_pct: accuracy.mean,
      accuracy_sd_pp: accuracy.sd,
      sparsity_pct: sparsity.mean,
      sparsity_sd_pp: sparsity.sd,
      skipped_macs_pct: skipped.mean,
      skipped_macs_sd_pp: skipped.sd,
      clip_ratio: clip.mean,
      clip_ratio_sd: clip.sd,
      relative_rho: rho.mean,
    };
  });
  return {
    title: "Networks without faults",
    caption: captionOf(
      results,
      "Mean ± standard deviation over training seeds (no spread with one seed).",
      "Sparsity: zero codes among the activations that weight layers read, not counting input pixels; skipped MACs: share of",
      "multiply-accumulates with such a zero, not counting the first layer; clip/sd: weight clip over standard deviation of the",
      "latent weights, to which the size of a fault is proportional; rho/norm: SAQ's radius over the norm of Q(w).",
    ),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "title", title: "arm", align: "left" },
      { key: "seeds", title: "seeds", align: "right", decimals: 0, spare: 1 },
      { key: "accuracy_pct", title: "accuracy", unit: "%", align: "right", spread: "accuracy_sd_pp" },
      { key: "sparsity_pct", title: "sparsity", unit: "%", align: "right", spread: "sparsity_sd_pp" },
      {
        key: "skipped_macs_pct",
        title: "skipped MACs",
        unit: "%",
        align: "right",
        spread: "skipped_macs_sd_pp",
        spare: 2,
      },
      { key: "clip_ratio", title: "clip/sd", align: "right", spread: "clip_ratio_sd" },
      { key: "relative_rho", title: "rho/norm", align: "right", decimals: 3, spare: 3 },
    ],
    rows,
  };
}
