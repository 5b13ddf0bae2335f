import { accuraciesOf } from "../../analysis/accuracies.js";
import { cellsOf } from "../../analysis/paired-differences.js";
import { type Difference, differenceOver, referenceArm, regimesOf } from "../../analysis/regimes.js";
import type { Results } from "../../experiments/results/rows.js";
import type { ArmPair } from "../../experiments/study/judgement.js";
import { armStyles } from "../style/arms.js";
import { present } from "../style/cells.js";
import { regimeTitle } from "../tables/regimes-table.js";

/** A difference in one regime of damage, and how many fault types and rates are in it. */
export interface DamagePart extends Difference {
  readonly title: string;
  readonly cells: number;
}

/** How differences are parted by damage. */
export interface Damage {
  /** What the network is called by whose loss they are parted. */
  readonly reference: string;
  /** What the regimes are called, and how many fault types and rates there are in all. */
  readonly titles: readonly string[];
  readonly cells: number;
  /** A difference in each regime in which both arms are measured. */
  of(pair: ArmPair): readonly DamagePart[];
}

/** How the differences of a study are parted by damage; undefined where it has no reference. */
export function damageOf(results: Results): Damage | undefined {
  const accuracies = accuraciesOf(results);
  const regimes = regimesOf(results, accuracies).map((regime) => ({ ...regime, title: regimeTitle(regime) }));
  const reference = referenceArm(results.study);
  if (!reference || regimes.length === 0) return undefined;
  return {
    reference: armStyles(results)(reference.id).title,
    titles: regimes.map(({ title }) => title),
    cells: cellsOf(results).length,
    of: (pair) =>
      regimes.flatMap(({ title, cells }) => {
        const found = present(differenceOver(accuracies, pair, cells));
        return found ? [{ title, cells: cells.length, ...found }] : [];
      }),
  };
}
