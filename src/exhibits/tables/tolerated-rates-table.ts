import { accuraciesOf } from "../../analysis/accuracies.js";
import { ALL_FAULTS, faultRows } from "../../analysis/paired-differences.js";
import { LOSSES, type ToleratedRate, toleratedRatesOf } from "../../analysis/tolerated-rates.js";
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
  const { rates } = results.study.campaign;
  const measured = { lowest: Math.min(...rates), highest: Math.max(...rates) };
  const rows = toleratingArms(results).flatMap((arm) =>
    faultRows(results).map((fault): Record<string, Cell> => {
      const found = present(toleratedRatesOf(results, accuracies, { arm, fault }));
      return {
        arm,
        arm_title: styles(arm).title,
        fault: fault === ALL_FAULTS ? allTitle(results) : faultStyle(fault).title,
        ...Object.assign(
          {},
          ...LOSSES.map((loss, i) => ({
            [`loss_${loss}`]: found ? rateText(found[i]!, measured) : null,
            [`rate_${loss}_pct`]: percentage(found?.[i]?.rate),
            [`rate_${loss}_low_pct`]: percentage(found?.[i]?.low),
            [`rate_${loss}_high_pct`]: percentage(found?.[i]?.high),
          })),
        ),
        basis: found?.[0]?.basis ?? "none",
      };
    }),
  );
  return {
    title: "Tolerated fault rates",
    caption: captionOf(
      results,
      "The fault rate per stored bit, in percent, at which the mean accuracy of an arm has fallen 1, 5 and 10 points below its own accuracy",
      "without faults; between the rates that were measured on a line over their logarithm. 95 % intervals by the bootstrap over seeds and maps,",
      `which is too narrow where there are few seeds. < ${percentOf(measured.lowest)}, > ${percentOf(measured.highest)}: beyond the rates measured.`,
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

/** In percent; what lies beyond the rates that were measured is not known. */
function percentage(rate: number | undefined): number | null {
  return rate === 0 || rate === Infinity ? null : known(rate === undefined ? undefined : 100 * rate);
}

function rateText(
  { rate, low, high }: ToleratedRate,
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
): string {
  const text = (value: number) => {
    if (value === 0) return `< ${percentOf(lowest)}`;
    return value === Infinity ? `> ${percentOf(highest)}` : fixed(100 * value, value < 0.01 ? 3 : 2);
  };
  return Number.isNaN(low) ? text(rate) : `${text(rate)} [${text(low)}, ${text(high)}]`;
}
