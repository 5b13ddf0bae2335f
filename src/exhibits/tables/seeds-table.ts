import { ofSeeds, seedsByVersion } from "../../analysis/by-seeds.js";
import { claims, claimsOf } from "../../analysis/claims.js";
import { ALL_FAULTS } from "../../analysis/paired-differences.js";
import { judgedSharpness } from "../../analysis/sharpness-claim.js";
import type { SharpnessRow } from "../../analysis/sharpness-rows.js";
import type { Results } from "../../experiments/results/rows.js";
import type { Cell, Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { intervalCells, intervalColumn, known } from "../style/cells.js";
import { captionOf } from "../style/conditions.js";
import { differenceTitle, sharpnessCells, verdictText } from "./claims-table.js";

/**
 * The claims of a study that adds seeds to an earlier version: on the seeds that had been read, on the new ones alone, which are
 * the new evidence, and on all, which is what is judged. Claims whose arms have no new seeds are left out.
 * @param sharpness of the networks: the claim about it has its rows where it is measured
 */
export function seedsTable(results: Results, sharpness: readonly SharpnessRow[] = []): Table {
  const parted = seedsByVersion(results);
  const { seeds } = results.study;
  const parts = parted
    ? [
        { title: `${span(parted.before)}, read before`, seeds: parted.before },
        { title: `${span(parted.added)}, new`, seeds: parted.added },
        { title: `all ${seeds.length}`, seeds },
      ]
    : [];
  const styles = armStyles(results);
  const all = parts.map(({ title, seeds }) => {
    const part = ofSeeds(results, seeds);
    const own = claimsOf(part).filter(({ better, worse }) =>
      [better, worse].every((id) => part.study.arms.some((arm) => arm.id === id)),
    );
    const judged = claims({ ...part, judgement: { ...part.judgement, claims: own } }, { resamples: 1 });
    const overall = judged
      .filter(({ fault }) => fault === ALL_FAULTS)
      .map(
        (row): Record<string, Cell> => ({
          claim: row.claim,
          comparison: differenceTitle(styles, row.better, row.worse),
          ...intervalCells("effect_pp", row.effect),
          verdict: verdictText(row),
          ...intervalCells("drop_pp", row.drop),
          detectable_pp: known(row.minimumDetectable),
        }),
      );
    const measured = sharpness.filter(({ seed }) => seeds.includes(seed));
    const sharper = (sharpness.length === 0 ? [] : judgedSharpness(part, measured)).map(
      (row): Record<string, Cell> => ({ ...NO_ACCURACY, ...sharpnessCells(part, row, styles) }),
    );
    return [...overall, ...sharper].map((row): Record<string, Cell> => ({ ...row, seeds: title }));
  });
  const rows = (all[0] ?? []).flatMap((_, i) => all.map((part) => part[i]!));
  return {
    title: "Claims by seeds",
    caption: captionOf(
      results,
      `Effect: mean paired difference in accuracy over all fault types and rates; 95 % intervals over seeds and maps, of sharpness over seeds. Seeds of version`,
      `${results.study.continues ?? "-"} had been read when this version was planned, so only the new ones are new evidence; all are judged.`,
    ),
    columns: [
      { key: "claim", title: "claim", align: "left" },
      { key: "comparison", title: "difference", align: "left" },
      { key: "seeds", title: "seeds", align: "left" },
      intervalColumn("effect_pp", "effect", "pp"),
      { key: "verdict", title: "verdict", align: "left" },
      intervalColumn("drop_pp", "as drop", "pp"),
      { key: "detectable_pp", title: "detectable", unit: "pp", align: "right", spare: 1 },
    ],
    rows,
  };
}

const NO_ACCURACY = {
  ...intervalCells("effect_pp", undefined),
  ...intervalCells("drop_pp", undefined),
  detectable_pp: null,
};

/** `"0 to 4"`, or the seeds one by one where they are no run. */
function span(seeds: readonly number[]): string {
  const [first, last] = [seeds[0]!, seeds.at(-1)!];
  const isRun = seeds.length > 2 && seeds.every((seed, i) => seed === first + i);
  return isRun ? `${first} to ${last}` : seeds.join(", ");
}
