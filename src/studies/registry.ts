import { UserError } from "../base/errors.js";
import { knownStudies } from "../experiments/study/definition.js";
import type { Study } from "../experiments/study/study.js";
import { lenet5Fashion } from "./lenet5-fashion/profiles.js";

/** Every study and profile there is. */
export const STUDIES: readonly Study[] = [...lenet5Fashion];

/** The study that is meant where none is named. */
export const DEFAULT_STUDY = { name: lenet5Fashion[0]!.name, profiles: lenet5Fashion };

/** A study by name and profile. @throws UserError that lists what there is */
export function findStudy(name: string, profile: string): Study {
  const studies = [...STUDIES, ...knownStudies().flatMap(({ profiles }) => profiles)];
  const found = studies.find((study) => study.name === name && study.profile === profile);
  if (found) return found;
  const known = studies.map((study) => `${study.name} with profile ${study.profile}`).join(", ");
  throw new UserError(`there is no study ${name} with profile ${profile}; there is: ${known}`);
}
