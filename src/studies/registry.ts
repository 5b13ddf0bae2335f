import { UserError } from "../errors.js";
import type { Model } from "../models/model.js";
import { MODELS } from "../models/registry.js";
import { lenet5Fashion } from "./lenet5-fashion.js";
import type { Arm, ExtraCampaign, Study } from "./study.js";

/** Every study and profile there is. */
export const STUDIES: readonly Study[] = [...lenet5Fashion];

/** A study by name and profile. @throws UserError that lists what there is */
export function findStudy(name: string, profile: string): Study {
  const found = STUDIES.find((study) => study.name === name && study.profile === profile);
  if (found) return found;
  const known = STUDIES.map((study) => `${study.name} with profile ${study.profile}`).join(", ");
  throw new UserError(`there is no study ${name} with profile ${profile}; there is: ${known}`);
}

/** The model that a study names. */
export function modelOf(study: Study): Model {
  const found = MODELS.find((model) => model.name === study.model);
  if (found) return found;
  throw new UserError(
    `model must be one of ${MODELS.map(({ name }) => name).join(", ")}, got ${study.model}`,
  );
}

/** An arm of a study by its id. @throws UserError that lists the arms */
export function armOf(study: Pick<Study, "arms">, id: string): Arm {
  const found = study.arms.find((arm) => arm.id === id);
  if (found) return found;
  throw new UserError(`arm must be one of ${study.arms.map((arm) => arm.id).join(", ")}, got ${id}`);
}

/** The seeds that an arm is trained with: all of the study's, or the first few. */
export function seedsOfArm({ seeds }: Study, arm: Arm): readonly number[] {
  return seeds.slice(0, arm.seeds);
}

/** Ids of the arms that an extra campaign is run on. */
export function armsOfExtra({ arms }: Study, extra: ExtraCampaign): readonly string[] {
  return extra.arms ?? arms.map(({ id }) => id);
}

/** The seeds that an extra campaign is run on, as far as an arm has them. */
export function seedsOfExtra({ seeds }: Study, extra: ExtraCampaign): readonly number[] {
  return seeds.slice(0, extra.seeds);
}

/** Ids of every fault model that a study injects. */
export function faultsOf({ campaign, extras = [] }: Study): readonly string[] {
  return [...new Set([campaign, ...extras].flatMap(({ faults = [] }) => faults))];
}
