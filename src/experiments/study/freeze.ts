import { settingsHash } from "../../base/settings-hash.js";
import { definitionOf, type Freeze } from "./definition.js";
import { studyHash } from "./identity.js";
import type { Judgement } from "./judgement.js";
import type { Study } from "./study.js";

/** The rule of docs/protocol.md section 5, by which a verdict follows: another rule would be another version of it. */
const VERDICT_RULE =
  "mean paired difference, rates above 0, 95 % interval by seed and map; sharpness by seed";

/** sha256, in hex, of what is judged and by which rule; not of the words, nor of what is shown beside. */
export function judgementHash({ faults, claims, sharpness }: Judgement): string {
  return settingsHash({
    rule: VERDICT_RULE,
    faults,
    claims: claims.map(({ statement: _, ...claim }) => claim),
    sharpness: sharpness && { measure: sharpness.measure, sharper: sharpness.sharper },
  });
}

/** The evidence for a study that this program says is frozen; undefined for any other settings. */
export function freezeOf(study: Study): Freeze | undefined {
  const settings = studyHash(study);
  return definitionOf(study)?.freezes?.find((freeze) => freeze.settings === settings);
}
