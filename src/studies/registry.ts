import { UserError } from "../base/errors.js";
import type { Study } from "../experiments/study/study.js";
import { lenet5Fashion } from "./lenet5-fashion/profiles.js";

/** Every study and profile there is. */
export const STUDIES: readonly Study[] = [...lenet5Fashion];

/** A study by name and profile. @throws UserError that lists what there is */
export function findStudy(name: string, profile: string): Study {
  const found = STUDIES.find((study) => study.name === name && study.profile === profile);
  if (found) return found;
  const known = STUDIES.map((study) => `${study.name} with profile ${study.profile}`).join(", ");
  throw new UserError(`there is no study ${name} with profile ${profile}; there is: ${known}`);
}
