import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireCount, requireOptions } from "../../base/options.js";
import { networkHash } from "../../networks/checkpoints/checkpoint.js";
import { firstStop, meanConfidenceSequence } from "../../statistics/confidence-sequence.js";
import type { MeasuredCell } from "../results/rows.js";
import type { Store } from "../results/store.js";
import type { NetworkKey } from "../study/arms.js";
import type { Study } from "../study/study.js";
import { type CampaignOptions, requireCampaign, requireTrained, runRounds } from "./campaign.js";
import { campaignImages } from "./images.js";
import { requireTrialsFit, type Trial, trialMaker, trialSettings } from "./plan.js";

/** How precisely each cell is to be measured. */
export interface Precision {
  /** Half-width of the 95 % interval of a cell's mean accuracy, in percentage points. */
  readonly halfWidth: number;
  /** The most maps that a cell gets. */
  readonly maxMaps: number;
}

const PRECISION: OptionKeys<Precision> = { halfWidth: true, maxMaps: true };

export interface AdaptiveOutcome {
  readonly cells: readonly MeasuredCell[];
  /** Ids of all trials that belong to the result, those without faults included. */
  readonly ids: ReadonlySet<string>;
  /** Trials that were run now; trials that the fixed number of maps of the study's main campaign would take. */
  readonly run: number;
  readonly fixed: number;
}

/** Maps before the first look at a cell, and between two looks. */
const LOOKS = { first: 10, step: 5 };

/** The fewest maps that a cell may be limited to. */
export const FEWEST_MAPS = LOOKS.first;

/**
 * Runs fault maps of the main campaign, in their order, until each cell's mean accuracy is known to the precision asked for or has all the maps
 * it may get. Cells are looked at after 10, 15, 20, ... maps with a confidence sequence, so stopping there keeps the intervals
 * valid (docs/protocol.md section 5); what a cell gets depends on its own trials alone, and so not on workers or restarts.
 */
export async function runAdaptive(
  study: Study,
  store: Store,
  networks: readonly NetworkKey[],
  precision: Precision,
  options: CampaignOptions = {},
): Promise<AdaptiveOutcome> {
  requireCampaign("runAdaptive", options);
  requirePrecision(requireOptions("precision of runAdaptive", precision, PRECISION));
  const { faults, rates, maps, encoding } = study.campaign;
  requireTrialsFit(networks.length * faults.length * rates.length * precision.maxMaps);
  const checkpoints = networks.map(({ arm, seed }) => requireTrained(study, store, arm, seed));
  const images = campaignImages(study).indices.length;
  const subjects = checkpoints.map((checkpoint, i) => {
    const trial = trialMaker(trialSettings(study), networkHash(checkpoint));
    const cells = faults.flatMap((fault) =>
      rates.map((rate) => ({
        ...networks[i]!,
        fault,
        rate,
        trials: Array.from({ length: precision.maxMaps }, (_, map) =>
          trial({ encoding, layer: "", fault, rate, map }),
        ),
      })),
    );
    return { faultFree: trial({ encoding, layer: "", fault: "none", rate: 0, map: -1 }), cells };
  });

  const fixed = networks.length * (1 + faults.length * rates.length * maps);
  let known: ReadonlyMap<string, number> = new Map();
  const measure = (trials: readonly Trial[]) => measureCell(trials, known, images, precision);
  const run = await runRounds(study, store, checkpoints, options, (stored) => {
    known = stored;
    const rounds = subjects.map(({ faultFree, cells }) => ({
      faultFree,
      cells: cells.map(({ trials }) => measure(trials)),
    }));
    const trials = rounds.map(({ faultFree, cells }) => [faultFree, ...cells.flatMap(({ next }) => next)]);
    const cells = rounds.flatMap((round) => round.cells);
    const sum = (count: (cell: (typeof cells)[number]) => number) =>
      cells.reduce((total, cell) => total + count(cell), 0);
    return {
      trials,
      done:
        subjects.filter(({ faultFree }) => stored.has(faultFree.id)).length +
        sum(({ result }) => result.maps),
      // a cell that is not done may need all the maps that it may have
      of: subjects.length + sum(({ result, next }) => (next.length > 0 ? precision.maxMaps : result.maps)),
    };
  });
  const measured = subjects.flatMap(({ cells }) =>
    cells.map(({ trials, ...cell }) => ({ trials, cell: { ...cell, ...measure(trials).result } })),
  );
  const ids = [
    ...subjects.map(({ faultFree }) => faultFree.id),
    ...measured.flatMap(({ trials, cell }) => trials.slice(0, cell.maps).map(({ id }) => id)),
  ];
  const cells = measured.map(({ cell }) => cell);
  return { cells, ids: new Set(ids), run, fixed };
}

/** Where a cell stands: its result so far, and the trials that it needs until its next look; none if it is done. */
function measureCell(
  trials: readonly Trial[],
  known: ReadonlyMap<string, number>,
  images: number,
  { halfWidth, maxMaps }: Precision,
): { result: Omit<MeasuredCell, "arm" | "seed" | "fault" | "rate">; next: readonly Trial[] } {
  const missing = trials.findIndex(({ id }) => !known.has(id));
  const done = missing < 0 ? trials : trials.slice(0, missing);
  const accuracies = done.map(({ id }) => (100 * known.get(id)!) / images);
  const later = Math.ceil((maxMaps - LOOKS.first) / LOOKS.step);
  const looks = Array.from({ length: 1 + later }, (_, i) => Math.min(maxMaps, LOOKS.first + i * LOOKS.step));
  const options = { leastSd: 100 / images };
  const stop = firstStop(accuracies, halfWidth, looks, options);
  const used = accuracies.slice(0, stop ?? maxMaps);
  const { mean, halfWidth: width } = meanConfidenceSequence(used, options);
  const result = { maps: used.length, accuracy: mean, halfWidth: width, reached: stop !== null };
  if (stop !== null) return { result, next: [] };
  const look = looks.find((maps) => maps > done.length) ?? maxMaps;
  return { result, next: trials.slice(done.length, look) };
}

function requirePrecision({ halfWidth, maxMaps }: Precision): void {
  if (!(halfWidth > 0 && halfWidth < 100))
    throw new UserError(`precision must lie between 0 and 100 percentage points, got ${halfWidth}`);
  requireCount("maxMaps", maxMaps, FEWEST_MAPS);
}
