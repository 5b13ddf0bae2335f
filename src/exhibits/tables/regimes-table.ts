import { accuraciesOf } from "../../analysis/accuracies.js";
import { claimsOf } from "../../analysis/claims.js";
import { cellsOf, type FaultCell, underFaults } from "../../analysis/paired-differences.js";
import { differenceOver, type Regime, referenceArm, regimesOf } from "../../analysis/regimes.js";
import { percentOf } from "../../base/percent.js";
import type { Results } from "../../experiments/results/rows.js";
import { mainArms } from "../../experiments/study/arms.js";
import type { ArmPair } from "../../experiments/study/judgement.js";
import { mean } from "../../statistics/index.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn, present } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";
import { list } from "../style/phrases.js";
import { differenceTitle } from "./claims-table.js";

/** Each claim over all cells and by regime of damage, as accuracy and as drop: which damage an effect is of. */
export function regimesTable(results: Results): Table {
  const pairs = claimsOf(results).map(({ id, better, worse }) => ({ label: id, better, worse }));
  return {
    ...byRegime(results, pairs, "claim"),
    title: "Claims by regime of damage",
  };
}

/** The reference network less each network that is made sparse, whatever makes it so, by regime of damage. */
export function penaltiesTable(results: Results): Table {
  const { study } = results;
  const reference = referenceArm(study);
  const trained = new Set(results.networks.map(({ arm }) => arm));
  const main = mainArms(study);
  const sparse = study.arms.filter(
    ({ id, sparsification, gradient, bits, range, group }) =>
      sparsification.kind !== "none" &&
      gradient.rule === "conventional" &&
      !bits &&
      !range &&
      (main.includes(id) || group === "control") &&
      trained.has(id),
  );
  const pairs = reference
    ? sparse.map(({ id, sparsification }) => ({
        label: sparsification.kind,
        better: reference.id,
        worse: id,
      }))
    : [];
  return {
    ...byRegime(results, pairs, "penalty"),
    title: "Sparsity by its penalty and by regime of damage",
  };
}

interface Labelled extends ArmPair {
  readonly label: string;
}

function byRegime(
  results: Results,
  pairs: readonly Labelled[],
  label: string,
): Pick<Table, "caption" | "columns" | "rows"> {
  const accuracies = accuraciesOf(results);
  const styles = armStyles(results);
  const reference = referenceArm(results.study);
  const regimes = regimesOf(results, accuracies);
  const accuracyOver = (cells: readonly FaultCell[]) => {
    const measured = underFaults(accuracies, reference?.id ?? "", cells);
    return "missing" in measured ? null : mean(measured.values.flat());
  };
  const spans = [
    { title: "all", cells: cellsOf(results) },
    ...regimes.map((regime) => ({ title: regimeTitle(regime), cells: regime.cells })),
  ].map((span) => ({ ...span, accuracy: accuracyOver(span.cells) }));
  const rows = pairs.flatMap((pair) =>
    spans.map(({ title, cells, accuracy }): Record<string, Cell> => {
      const found = present(differenceOver(accuracies, pair, cells));
      return {
        label: pair.label,
        comparison: differenceTitle(styles, pair.better, pair.worse),
        regime: title,
        cells: cells.length,
        reference_pct: accuracy,
        ...intervalCells("effect_pp", found?.effect),
        ...intervalCells("drop_pp", found?.drop),
      };
    }),
  );
  const title = reference ? styles(reference.id).title : "";
  return {
    caption: captionOf(
      results,
      `Regimes: fault types and rates at which ${title} itself, whatever the others do, has lost up to 5, 5 to 20 and more than 20`,
      `points of its accuracy without faults: ${regimes.map(regimeText).join("; ")}. Effect: mean paired difference in accuracy. Drop: the`,
      "same with each network's accuracy without faults as its own zero; positive: the first arm loses less. 95 % intervals over seeds and",
      "maps. Secondary: the verdicts are over all.",
    ),
    columns: [
      { key: "label", title: label, align: "left" },
      { key: "comparison", title: "difference", align: "left" },
      { key: "regime", title: `${title} loses`, align: "left" },
      { key: "cells", title: "cells", align: "right", decimals: 0, spare: 2 },
      { key: "reference_pct", title: title, unit: "%", align: "right", spare: 1 },
      intervalColumn("effect_pp", "effect", "pp"),
      intervalColumn("drop_pp", "as drop", "pp"),
    ],
    rows: regimes.length === 0 ? [] : rows,
  };
}

/** A regime in words, such as `"5 to 20 points"`. */
export function regimeTitle({ above, upTo }: Regime): string {
  if (upTo === Infinity) return `over ${above} points`;
  return above === -Infinity ? `up to ${upTo} points` : `${above} to ${upTo} points`;
}

/** The cells of a regime, by fault type: `"up to 5 points: bit flip to 0.5 %, ..."`. */
function regimeText(regime: Regime): string {
  const faults = [...new Set(regime.cells.map(({ fault }) => fault))];
  const parts = faults.map((fault) => {
    const rates = regime.cells.filter((cell) => cell.fault === fault).map(({ rate }) => percentOf(rate));
    const [first, last] = [rates[0], rates.at(-1)];
    return `${faultStyle(fault).title} ${first === last ? first : `${first} to ${last}`} %`;
  });
  return `${regimeTitle(regime)} at ${list(parts)}`;
}
