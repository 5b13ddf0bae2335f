import type { SingleBitResults } from "../../experiments/single-bit/single-bit.js";
import { bitsLabel } from "../../networks/bits.js";
import type { Table } from "../forms/table.js";
import { styleById } from "../style/arms.js";
import { faultStyle } from "../style/fault-styles.js";

/**
 * What one faulty bit costs, by layer and bit position: mean and largest loss of accuracy, share of critical bits.
 * @param titles what arms are called, see `armStyles`; default: by their ids
 */
export function singleBitTable(results: SingleBitResults, titles = styleById): Table {
  return {
    title: `One faulty bit at a time (${faultStyle(results.fault).title})`,
    caption: [
      `${singleBitConditions(results, titles)}.`,
      "Loss: accuracy without faults less accuracy with the one bit faulty. Critical: bits whose fault changes the",
      "predicted class of at least one image. Where not all bits of a row are tested, the 95 % intervals are those of a",
      "sample without replacement, and the largest loss is that of the sample; otherwise the numbers are exact for",
      `these images.${results.exploratory ? " Exploratory." : ""}`,
    ].join(" "),
    columns: [
      { key: "layer", title: "layer", align: "left" },
      { key: "bit", title: "bit", align: "right", decimals: 0 },
      { key: "bits", title: "bits", align: "right", decimals: 0, spare: 2 },
      { key: "tested", title: "tested", align: "right", decimals: 0, spare: 1 },
      {
        key: "mean_loss_pp",
        title: "mean loss",
        unit: "pp",
        align: "right",
        decimals: 4,
        interval: { low: "mean_loss_low_pp", high: "mean_loss_high_pp" },
      },
      { key: "largest_loss_pp", title: "largest", unit: "pp", align: "right" },
      {
        key: "critical_pct",
        title: "critical",
        unit: "%",
        align: "right",
        interval: { low: "critical_low_pct", high: "critical_high_pct" },
      },
    ],
    rows: results.summary.map((row) => {
      const sampled = (value: number) => (row.tested < row.bits ? value : null);
      return {
        layer: row.layer,
        bit: row.bit,
        bits: row.bits,
        tested: row.tested,
        mean_loss_pp: row.meanLoss,
        mean_loss_low_pp: sampled(row.meanLossLow),
        mean_loss_high_pp: sampled(row.meanLossHigh),
        largest_loss_pp: row.largestLoss,
        critical_pct: 100 * row.critical,
        critical_low_pct: sampled(100 * row.criticalLow),
        critical_high_pct: sampled(100 * row.criticalHigh),
      };
    }),
  };
}

/** The conditions of a single-bit analysis, as one line for captions. */
export function singleBitConditions(results: SingleBitResults, titles = styleById): string {
  const { study, profile, arm, seed, images, faultFree, split, bits, encoding, summary } = results;
  const tested = summary.reduce((sum, row) => sum + row.tested, 0);
  const all = summary.reduce((sum, row) => sum + row.bits, 0);
  return [
    `${study}, profile ${profile}`,
    `${titles(arm).title}, seed ${seed}`,
    `${tested.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} stored bits`,
    `${images.toLocaleString("en-US")} ${split} images, ${((100 * faultFree) / images).toFixed(2)} % right without faults`,
    bitsLabel(bits),
    `${encoding} weight codes`,
  ].join(" · ");
}
