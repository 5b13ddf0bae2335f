// @ts-check
// Accuracies and paired differences of published results by rate and fault type, for README.md and docs/results.md.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { statistics } from "../dist/index.js";

/** @typedef {{ arm: string, seed: number, encoding: string, layer: string, fault: string, rate: number, map: number, correct: number, images: number }} Trial */
/** @typedef {(trial: Trial) => boolean} Kept */

/**
 * The main campaign of published results: faults in all layers, in the study's own encoding.
 * @param {string} folder of the results: its study.json has the settings
 * @param {readonly Trial[]} trials
 */
export function mainCampaign(folder, trials) {
  const { campaign } = JSON.parse(readFileSync(join(folder, "study.json"), "utf8"));
  const main = trials.filter(
    ({ layer, encoding, fault, rate }) =>
      layer === "" && encoding === campaign.encoding && rate > 0 && campaign.faults.includes(fault),
  );
  const byArm = grouped(main, ({ arm }) => arm);
  /**
   * Mean accuracy in percent of an arm under each map, by seed.
   * @param {string} arm @param {Kept} kept @returns {[number, number[]][]}
   */
  const accuracies = (arm, kept) => {
    const bySeed = grouped((byArm.get(arm) ?? []).filter(kept), ({ seed }) => seed);
    return [...bySeed].map(([seed, own]) => {
      const byMap = grouped(own, ({ map }) => map);
      return [seed, [...byMap].sort(byKey).map(([, all]) => mean(all.map(percentRight)))];
    });
  };
  return {
    /** @type {readonly number[]} those above 0 */
    rates: campaign.rates.filter((/** @type {number} */ rate) => rate > 0),
    /** @param {string} arm @param {Kept} kept @returns mean accuracy in percent; NaN without trials */
    accuracy: (arm, kept = () => true) => mean(accuracies(arm, kept).flatMap(([, values]) => values)),
    /**
     * Accuracy of one arm less that of another in pp, the mean over fault types and rates with its interval over the seeds that
     * both have and their maps (docs/protocol.md, "Interval"); undefined where they share no seed.
     * @param {string} better @param {string} worse @param {Kept} kept
     */
    difference(better, worse, kept = () => true) {
      const others = new Map(accuracies(worse, kept));
      const paired = accuracies(better, kept).flatMap(([seed, values]) => {
        const other = others.get(seed);
        return other ? [values.map((value, map) => value - Number(other[map]))] : [];
      });
      return paired.length === 0 ? undefined : statistics.pairedEffect(paired);
    },
  };
}

/** @param {Trial} trial */
function percentRight({ correct, images }) {
  return (100 * correct) / images;
}

/**
 * @template T, K
 * @param {readonly T[]} values
 * @param {(value: T) => K} keyOf
 */
function grouped(values, keyOf) {
  /** @type {Map<K, T[]>} */
  const groups = new Map();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/** @param {[number, unknown]} a @param {[number, unknown]} b */
function byKey([a], [b]) {
  return a - b;
}

/** @param {readonly number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
