import { percentOf } from "../../base/percent.js";
import { type Bits, bitsLabel } from "../../networks/bits.js";
import type { Arm } from "./study.js";

/** What titles of a study's arms depend on. */
export interface TitledStudy {
  /** Every arm with its settings. */
  readonly arms: readonly Arm[];
  /** Bits of arms that have none of their own. */
  readonly bits: Bits;
}

/**
 * What an arm is, from its settings: network, training, and what differs from the study, such as `"AS + SAQ, observed
 * ranges"`. Arms whose settings give the same words are told apart by their ids.
 */
export function armTitles(study: TitledStudy): ReadonlyMap<string, string> {
  const plain = study.arms.map((arm) => titleOf(arm, study));
  return new Map(
    study.arms.map(({ id }, i) => {
      const title = plain[i]!;
      return [id, plain.indexOf(title) === plain.lastIndexOf(title) ? title : `${title} (${id})`];
    }),
  );
}

/** What an arm changes of the study: range rule, bits, epochs; each in a phrase. */
export function changesOf({ range, bits, epochsFactor = 1 }: Arm, study: Bits): string[] {
  const changes: string[] = [];
  if (epochsFactor !== 1) changes.push(`${epochsFactor}x epochs`);
  if (range?.rule === "frozen") changes.push("frozen clips");
  if (range?.rule === "deviations") changes.push(`clips at ${range.tau} sd`);
  if (range?.rule === "observed") changes.push("observed ranges");
  if (bits && bitsLabel(bits) !== bitsLabel(study)) changes.push(bitsTitle(bits, study));
  return changes;
}

/** `"W2A2"`; `"8-bit ends"` where only the first and the last layer differ. */
function bitsTitle(bits: Bits, study: Bits): string {
  const onlyEnds = bits.weights === study.weights && bits.activations === study.activations;
  return onlyEnds ? `${bits.ends ?? bits.weights}-bit ends` : bitsLabel(bits);
}

function titleOf(arm: Arm, study: TitledStudy): string {
  return [`${networkTitle(arm, study.arms)}${trainingTitle(arm)}`, ...changesOf(arm, study.bits)].join(", ");
}

/**
 * "standard" without sparsification, "AS" with the L1 penalty; the stronger of two main arms' penalties makes "AS-high", one
 * between them "AS-middle".
 */
export function networkTitle({ sparsification: sparse }: Arm, arms: readonly Arm[]): string {
  if (sparse.kind === "none") return "standard";
  if (sparse.kind === "hoyer") return "Hoyer";
  if (sparse.kind === "fatrelu") return "FATReLU";
  const main = arms.flatMap(({ group, sparsification }) =>
    group === undefined && sparsification.kind === "l1" ? [sparsification.alpha] : [],
  );
  const strengths = [...new Set(main)].sort((a, b) => a - b);
  const [low = sparse.alpha, high = low] = strengths;
  if (strengths.length > 2) return `AS (alpha ${sparse.alpha})`;
  if (sparse.alpha === low) return "AS";
  if (sparse.alpha === high) return "AS-high";
  return low < sparse.alpha && sparse.alpha < high ? "AS-middle" : `AS (alpha ${sparse.alpha})`;
}

function trainingTitle({ gradient }: Arm): string {
  switch (gradient.rule) {
    case "conventional":
      return "";
    case "saq":
      return " + SAQ";
    case "asam":
      return " + ASAM";
    case "sam-latent":
      return " + latent SAM";
    case "sam-requantized":
      return " + re-quantized SAM";
    case "randbet":
      return ` + RandBET ${percentOf(gradient.rate)} %`;
  }
}
