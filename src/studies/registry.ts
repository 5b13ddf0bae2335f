import { UserError } from "../base/errors.js";
import { knownStudies, registerStudy, type StudyDefinition } from "../experiments/study/definition.js";
import type { Study } from "../experiments/study/study.js";
import { lenet5Fashion } from "./lenet5-fashion/index.js";
import { resnet18Cifar10 } from "./resnet18-cifar10/index.js";

/** The studies that come with this program: a line each, the one that is meant where none is named first. */
const OWN: readonly StudyDefinition[] = [lenet5Fashion, resnet18Cifar10];

for (const definition of OWN) registerStudy(definition);

/** The study that is meant where none is named. */
export const DEFAULT_STUDY: StudyDefinition = OWN[0]!;

/** Every study and profile that is known. */
export function allStudies(): readonly Study[] {
  return knownStudies().flatMap(({ profiles }) => profiles);
}

/** A study by name and profile. @throws UserError that lists what there is */
export function findStudy(name: string, profile: string): Study {
  const found = allStudies().find((study) => study.name === name && study.profile === profile);
  if (found) return found;
  const known = allStudies().map((study) => `${study.name} with profile ${study.profile}`);
  throw new UserError(`there is no study ${name} with profile ${profile}; there is: ${known.join(", ")}`);
}
