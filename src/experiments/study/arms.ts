import { UserError } from "../../base/errors.js";
import type { Arm, ArmGroup, ExtraCampaign, Study } from "./study.js";

/** A network of a study. */
export interface NetworkKey {
  readonly arm: string;
  readonly seed: number;
}

/** An arm of a study by its id. @throws UserError that lists the arms */
export function armOf(study: Pick<Study, "arms">, id: string): Arm {
  const found = study.arms.find((arm) => arm.id === id);
  if (found) return found;
  throw new UserError(`arm must be one of ${study.arms.map((arm) => arm.id).join(", ")}, got ${id}`);
}

/** Ids of the main arms, in display order. */
export function mainArms({ arms }: Pick<Study, "arms">): readonly string[] {
  return arms.flatMap(({ id, group }) => (group === undefined ? [id] : []));
}

/** The controls, or the ablations, in display order. */
export function armsOfGroup({ arms }: Pick<Study, "arms">, group: ArmGroup): readonly Arm[] {
  return arms.filter((arm) => arm.group === group);
}

/** The seeds that an arm is trained with: all of the study's, or the first few. */
export function seedsOfArm({ seeds }: Pick<Study, "seeds">, arm: Pick<Arm, "seeds">): readonly number[] {
  return seeds.slice(0, arm.seeds);
}

/** Every network of a study, seed by seed. */
export function networksOf(study: Study): NetworkKey[] {
  return study.seeds.flatMap((seed) =>
    study.arms.filter((arm) => seedsOfArm(study, arm).includes(seed)).map(({ id }) => ({ arm: id, seed })),
  );
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
