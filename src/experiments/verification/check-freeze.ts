import { definitionOf, type Freeze } from "../study/definition.js";
import { freezeOf, judgementHash } from "../study/freeze.js";
import { studyHash } from "../study/identity.js";
import type { Study } from "../study/study.js";

/** What there is to show that a study was fixed before its test images were read. */
export interface CheckedFreeze {
  /** Commit and hashes as this program states them; undefined for settings that it does not call frozen. */
  readonly freeze: Freeze | undefined;
  /** What is not as it states. */
  readonly problems: readonly string[];
  /** What limits the evidence. */
  readonly notes: readonly string[];
}

/**
 * Recomputes the hashes of settings and judgement from this program's own data of the study, and holds them against what was
 * frozen. That the commit is older than the results is for the history to show.
 */
export function checkFreeze(study: Study): CheckedFreeze {
  const freeze = freezeOf(study);
  if (!freeze) {
    const notes = study.frozen
      ? [
          `study.json says that profile ${study.profile} of ${study.name} is frozen; no commit that this program knows froze these settings`,
        ]
      : [];
    return { freeze, problems: [], notes };
  }
  const { profiles, judgement } = definitionOf(study)!;
  const own = profiles.find(({ profile }) => profile === freeze.profile);
  const recomputed = {
    settings: own && studyHash(own),
    judgement: judgementHash(study.judgement ?? judgement),
  };
  const problems = (["settings", "judgement"] as const)
    .filter((what) => recomputed[what] !== freeze[what])
    .map(
      (what) =>
        `the ${what} of ${study.name}, profile ${study.profile}, in this program have the hash ${recomputed[what] ?? "of nothing"}, commit ${freeze.commit} froze ${freeze[what]}`,
    );
  return { freeze, problems, notes: [] };
}
