import { studyHash } from "../study/identity.js";
import type { SelectionSettings, SelectionStage } from "../study/selection-settings.js";

import type { CampaignSettings, Study } from "../study/study.js";
import { type CandidateRow, type StageReport, selectionOf } from "./select.js";

/** A value of a stage's grid as it is published: means over the seeds (null: unknown), and each of its networks. */
export interface TriedRecord {
  readonly value: number;
  readonly arm: string;
  readonly failed: boolean;
  readonly clean: number | null;
  readonly sparsity: number | null;
  readonly underFaults: number | null;
  readonly networks: readonly CandidateRow[];
}

/** A stage as it is published. */
export interface StageRecord extends SelectionStage {
  readonly settled: boolean;
  readonly choice: number | null;
  readonly why: string;
  /** Accuracy without faults of the base arm. */
  readonly referenceClean: number | null;
  readonly tried: readonly TriedRecord[];
}

/** What `selection.json` holds: the settings of a selection, every value tried, the choices and why. */
export interface SelectionRecord extends Pick<SelectionSettings, "tolerance" | "sparsity" | "extensions"> {
  readonly study: string;
  readonly profile: string;
  readonly settings: string;
  readonly seeds: readonly number[];
  readonly campaign: Pick<CampaignSettings, "split" | "faults" | "rates" | "maps" | "encoding">;
  readonly finished: boolean;
  /** By stage; null as long as there is none. */
  readonly choices: Readonly<Record<string, number | null>>;
  readonly stages: readonly StageRecord[];
}

/** A selection as it is published in `selection.json`. */
export function selectionRecord(study: Study, reports: readonly StageReport[]): SelectionRecord {
  const { tolerance, sparsity, extensions } = selectionOf(study);
  const { faults, rates, maps, encoding, split } = study.campaign;
  return {
    study: study.name,
    profile: study.profile,
    settings: studyHash(study),
    seeds: study.seeds,
    campaign: { split, faults, rates, maps, encoding },
    tolerance,
    sparsity,
    extensions,
    finished: reports.every(({ settled }) => settled),
    choices: Object.fromEntries(reports.map(({ stage, choice }) => [stage.id, choice])),
    stages: reports.map(({ stage, reference, tried, settled, choice, why }) => ({
      ...stage,
      settled,
      choice,
      why,
      referenceClean: orNull(reference),
      tried: tried.map(({ value, arm, failed, clean, sparsity, underFaults, rows }) => ({
        value,
        arm: arm.id,
        failed,
        clean: orNull(clean),
        sparsity: orNull(sparsity),
        underFaults: orNull(underFaults),
        networks: rows,
      })),
    })),
  };
}

/** JSON has no NaN. */
function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
