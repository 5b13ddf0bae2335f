import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireOptions, shown } from "../../base/options.js";
import { requireSchema } from "../../base/schema.js";
import { type Judgement, noJudgement } from "./judgement.js";
import { NO_PRESENTATION, type Presentation, presentationSchema } from "./presentation.js";
import type { Arm, Study } from "./study.js";

/** The evidence that a study was fixed before anything in its repository read the test images. */
export interface Freeze {
  /** Of the frozen study. */
  readonly profile: string;
  /** The commit that fixed it, older than the first that has results. */
  readonly commit: string;
  /** `studyHash` of the settings at that commit, which the manifest of the results names too. */
  readonly settings: string;
  /** `judgementHash` of what is judged, where that is no part of the settings. */
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

const registered = new Map<string, StudyDefinition>();

const KEYS: OptionKeys<StudyDefinition> = {
  name: true,
  profiles: true,
  judgement: true,
  presentation: true,
  freezes: true,
};

/** Makes a study known by its name. @throws UserError for one without profiles, or with those of another study */
export function registerStudy(definition: StudyDefinition): void {
  const { name, profiles, presentation } = requireOptions("registerStudy", definition, KEYS);
  if (!(Array.isArray(profiles) && profiles.length > 0))
    throw new UserError(
      `profiles of study ${shown(name)} must be at least one study, got ${shown(profiles)}`,
    );
  const other = profiles.find((profile) => profile.name !== name);
  if (other)
    throw new UserError(`each profile of study ${shown(name)} must have its name, got ${shown(other.name)}`);
  requireSchema(`presentation of study ${shown(name)}`, presentationSchema, presentation);
  registered.set(name, definition);
}

/** Every study that is known. */
export function knownStudies(): readonly StudyDefinition[] {
  return [...registered.values()];
}

/** What is known of a study of this name; undefined for one of the user's own. */
export function definitionOf({ name }: Pick<Study, "name">): StudyDefinition | undefined {
  return registered.get(name);
}

/** What is judged of a study and how it is shown: as it says itself, else as the study of its name is. */
export function aboutStudy(
  study: Pick<Study, "name" | "judgement" | "presentation" | "campaign" | "arms">,
): About {
  const known = definitionOf(study);
  return {
    judgement: study.judgement ?? known?.judgement ?? noJudgement(study.campaign.faults),
    presentation: study.presentation ?? (known ? fitting(known, study) : NO_PRESENTATION),
  };
}

/** Names and looks belong to arms that are trained as the study's are: another arm may have been given the id of one. */
function fitting({ profiles, presentation }: StudyDefinition, { arms }: Pick<Study, "arms">): Presentation {
  const kind = ({ id, sparsification, gradient }: Arm) => [id, sparsification.kind, gradient.rule].join(" ");
  const known = new Set(profiles.flatMap((profile) => profile.arms.map(kind)));
  const other = new Set(arms.filter((arm) => !known.has(kind(arm))).map(({ id }) => id));
  const kept = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([id]) => !other.has(id)));
  return { titles: kept(presentation.titles), looks: kept(presentation.looks) };
}
