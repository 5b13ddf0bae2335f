import { settingsHash } from "../../base/settings-hash.js";
import type { TrainingPhase } from "../../training/phase.js";
import { armOf, type NetworkKey, seedsOfArm } from "./arms.js";
import type { Arm, Study } from "./study.js";

/** How the id of a network begins that arms share; no arm may be called so. */
export const SHARED = "shared-";

/**
 * The network that an arm of a study in two phases goes on from: trained conventionally with all of the arm's settings but its
 * gradient rule, and so shared by all arms that differ in that alone. Its id names these settings, so that candidates of a
 * selection share it too. Undefined where the arm is trained in one phase.
 */
export function firstPhaseOf({ second }: Pick<Study, "second">, arm: Arm): Arm | undefined {
  if (!second || arm.phases === "one") return undefined;
  const { id: _, seeds: __, group: ___, base: ____, ...settings } = arm;
  const first = { ...settings, gradient: { rule: "conventional" }, phases: "one" } as const;
  return { id: `${SHARED}${settingsHash(first).slice(0, 10)}`, ...first };
}

/** The networks that arms of a study share, each once. */
export function sharedArms(study: Pick<Study, "arms" | "second">): readonly Arm[] {
  const all = study.arms.flatMap((arm) => firstPhaseOf(study, arm) ?? []);
  return [...new Map(all.map((first) => [first.id, first])).values()];
}

/** The same with every seed that an arm which goes on from one has, seed by seed. */
export function sharedNetworksOf(study: Pick<Study, "arms" | "second" | "seeds">): NetworkKey[] {
  return study.seeds.flatMap((seed) => {
    const arms = study.arms.filter((arm) => seedsOfArm(study, arm).includes(seed));
    return sharedArms({ ...study, arms }).map(({ id }) => ({ arm: id, seed }));
  });
}

/** The quantized phases that an arm's network goes through, in order, with the arm's epochs; the last one is its own. */
export function phasesOf(
  study: Pick<Study, "quantized" | "second">,
  arm: Arm,
): readonly [TrainingPhase, ...TrainingPhase[]] {
  const { epochsFactor = 1 } = arm;
  const own = (phase: TrainingPhase) => ({ ...phase, epochs: epochsFactor * phase.epochs });
  return [own(study.quantized), ...(firstPhaseOf(study, arm) ? [own(study.second!)] : [])];
}

/** An arm, or a network that arms share, by its id. @throws UserError that lists the arms */
export function trainedArmOf(study: Pick<Study, "arms" | "second">, id: string): Arm {
  return sharedArms(study).find((shared) => shared.id === id) ?? armOf(study, id);
}
