import { accuraciesOf } from "../../analysis/accuracies.js";
import { ALL_FAULTS, faultRows } from "../../analysis/paired-differences.js";
import { LOSSES, type ToleratedRate, toleratedRate } from "../../analysis/tolerated-rates.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import { type Cell, fixed, type Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { known, present } from "../style/cells.js";
import { allTitle, captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { measuredArms } from "../style/measured-arms.js";

/** Arms whose tolerated rates are shown: the main ones, then the controls that have networks. */
export function toleratingArms(results: Results): readonly string[] {
  return [...mainArms(results.study), ...measuredArms(results, "control").arms.map(({ id }) => id)];
}

/** The fault rate at which each arm has lost 1, 5 and 10 points of its accuracy without faults: what a designer asks for. */
export function toleratedRatesTable(results: Results): Table {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const highest = Math.max(...results.study.campaign.rates);
  const rows = toleratingArms(results).flatMap((arm) =>
    faultRows(results).map((fault): Record<string, Cell> => {
      const found = LOSSES.map((loss) => present(toleratedRate(results, accuracies, { arm, fault, loss })));
      return {
        arm,
        arm_title: styles(arm).title,
        fault: fault === ALL_FAULTS ? allTitle(results) : faultStyle(fault).title,
        ...Object.assign(
          {},
          ...LOSSES.map((loss, i) => ({
            [`loss_${loss}`]: found[i] ? rateText(found[i], highest) : null,
            [`rate_${loss}_pct`]: percentage(found[i]?.rate),
            [`rate_${loss}_low_pct`]: percentage(found[i]?.low),
            [`rate_${loss}_high_pct`]: percentage(found[i]?.high),
          })),
        ),
        basis: found.find((one) => one !== undefined)?.basis ?? "none",
      };
    }),
  );
  return {
    title: "Tolerated fault rates",
    caption: captionOf(
      results,
      "The fault rate per stored bit, in percent, at which the mean accuracy of an arm has fallen 1, 5 and 10 points below its own accuracy",
      "without faults; linear between the rates that were measured. 95 % intervals over seeds and maps: the rates at which the interval of",
      `the loss holds so many points. > ${percentOf(highest)}: not reached at the highest rate measured.`,
    ),
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "arm_title", title: "arm", align: "left" },
      { key: "fault", title: "fault", align: "left" },
      ...LOSSES.map((loss) => ({
        key: `loss_${loss}`,
        title: `${loss} ${loss === 1 ? "point" : "points"} lost`,
        unit: "% [95 % interval]",
        align: "right" as const,
      })),
      ...LOSSES.flatMap((loss) =>
        ["", "_low", "_high"].map((bound) => ({
          key: `rate_${loss}${bound}_pct`,
          title: `rate${bound}, ${loss}`,
          align: "right" as const,
          csvOnly: true,
        })),
      ),
      { key: "basis", title: "basis", align: "left", detail: true },
    ],
    rows: results.study.campaign.rates.length === 0 ? [] : rows,
  };
}

/** In percent; what lies beyond the highest rate that was measured is not known. */
function percentage(rate: number | undefined): number | null {
  return rate === Infinity ? null : known(rate === undefined ? undefined : 100 * rate);
}

function rateText({ rate, low, high }: ToleratedRate, highest: number): string {
  const text = (value: number) =>
    value === Infinity ? `> ${percentOf(highest)}` : fixed(100 * value, value < 0.01 ? 3 : 2);
  return Number.isNaN(low) ? text(rate) : `${text(rate)} [${text(low)}, ${text(high)}]`;
}
