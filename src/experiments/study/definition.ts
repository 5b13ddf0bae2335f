import { settingsHash } from "../../base/settings-hash.js";
import { studyHash } from "./identity.js";
import { type Judgement, noJudgement } from "./judgement.js";
import { NO_PRESENTATION, type Presentation } from "./presentation.js";
import type { Study } from "./study.js";

/** The evidence that a study was fixed before anything in its repository read the test images. */
export interface Freeze {
  /** Of the frozen study. */
  readonly profile: string;
  /** The commit that fixed it, older than the first that has results. */
  readonly commit: string;
  /** {@link studyHash} of the settings at that commit, which the manifest of the results names too. */
  readonly settings: string;
  /** {@link judgementHash} of what is judged, where that is no part of the settings. */
  readonly judgement: string;
}

/** A study as data: all of its profiles, what is judged, how it is shown, and when it was frozen. */
export interface StudyDefinition {
  readonly name: string;
  readonly profiles: readonly Study[];
  readonly judgement: Judgement;
  readonly presentation: Presentation;
  readonly freezes?: readonly Freeze[];
}

/** What goes with a study beside its settings. */
export type About = Pick<StudyDefinition, "judgement" | "presentation">;

/** sha256, in hex, of what is judged and by which rule. */
export function judgementHash(judgement: Judgement): string {
  return settingsHash(judgement);
}

const registered = new Map<string, StudyDefinition>();

/** Makes a study known by its name. */
export function registerStudy(definition: StudyDefinition): void {
  registered.set(definition.name, definition);
}

/** Every study that is known. */
export function knownStudies(): readonly StudyDefinition[] {
  return [...registered.values()];
}

/** What is known of a study of this name; undefined for one of the user's own. */
export function definitionOf({ name }: Pick<Study, "name">): StudyDefinition | undefined {
  return registered.get(name);
}

/** What is judged of a study and how it is shown: its own judgement first, then that of the study of its name. */
export function aboutStudy(study: Pick<Study, "name" | "judgement" | "campaign">): About {
  const known = definitionOf(study);
  return {
    judgement: study.judgement ?? known?.judgement ?? noJudgement(study.campaign.faults),
    presentation: known?.presentation ?? NO_PRESENTATION,
  };
}

/** The evidence for a study that this program says is frozen; undefined for any other settings. */
export function freezeOf(study: Study): Freeze | undefined {
  const settings = studyHash(study);
  return definitionOf(study)?.freezes?.find((freeze) => freeze.settings === settings);
}
