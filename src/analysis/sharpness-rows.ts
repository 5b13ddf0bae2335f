import { UserError } from "../base/errors.js";
import type { NetworkRow, Results } from "../experiments/results/rows.js";
import type { SharpnessDocument } from "../experiments/sharpness/documents.js";
import type { Measure } from "../experiments/sharpness/measure-network.js";
import { armsOfGroup, mainArms } from "../experiments/study/arms.js";
import { mean } from "../statistics/matrix.js";
import { accuraciesOf, seedsOf } from "./accuracies.js";
import { cellsAt, underFaults } from "./paired-differences.js";

/** One network: its measures of sharpness, and what it has to do with faults. */
export interface SharpnessRow {
  readonly arm: string;
  readonly seed: number;
  readonly measures: ReadonlyMap<string, Measure>;
  /** Accuracy without faults, and how far the mean over all fault types, rates and maps lies below it, in pp. */
  readonly accuracy: number;
  readonly drop: number;
  /** Weight clip over standard deviation of the latent weights. */
  readonly clipRatio: number;
}

/**
 * The main arms' and the controls' networks that were measured, in the order of the study. An arm that lacks trials of the main
 * campaign is left out, and so are ablations, among them networks of other bits: their faults are others.
 * @throws UserError for a document of a network that is not the one in the results
 */
export function sharpnessRows(results: Results, documents: readonly SharpnessDocument[]): SharpnessRow[] {
  const accuracies = accuraciesOf(results);
  const { study } = results;
  const controls = armsOfGroup(study, "control").map(({ id }) => id);
  return [...mainArms(study), ...controls].flatMap((arm) => {
    const faulty = underFaults(accuracies, arm, cellsAt(study.campaign.faults, study.campaign.rates));
    const own = documents.filter((document) => document.arm === arm);
    return "missing" in faulty
      ? []
      : seedsOf(study, arm).flatMap((seed, i): SharpnessRow[] => {
          const document = own.find((each) => each.seed === seed);
          const network = results.networks.find((row) => row.arm === arm && row.seed === seed);
          if (!document || !network) return [];
          requireSame(document, network);
          const accuracy = (100 * network.correct) / network.images;
          return [
            {
              arm,
              seed,
              measures: new Map(document.measures.map((measure) => [measure.id, measure])),
              accuracy,
              drop: accuracy - mean(faulty.values[i]!),
              clipRatio: network.clipRatio,
            },
          ];
        });
  });
}

function requireSame({ arm, seed, network }: SharpnessDocument, row: NetworkRow): void {
  if (row.network !== network)
    throw new UserError(
      `sharpness of ${arm}, seed ${seed} was measured on another network than that of the results; measure it again`,
    );
}

/** Ids of the measures of all rows, in the order of the first. */
export function measureIds(rows: readonly SharpnessRow[]): string[] {
  return [...new Set(rows.flatMap(({ measures }) => [...measures.keys()]))];
}

/** Values of a measure by seed, of the rows that have it. */
export function valuesOf(rows: readonly SharpnessRow[], arm: string, id: string): Map<number, number> {
  return new Map(
    rows
      .filter((row) => row.arm === arm)
      .flatMap(({ seed, measures }): [number, number][] => {
        const measure = measures.get(id);
        return measure ? [[seed, measure.value]] : [];
      }),
  );
}
