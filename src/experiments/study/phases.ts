import { settingsHash } from "../../base/settings-hash.js";
import { armOf } from "./arms.js";
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

/** An arm, or a network that arms share, by its id. @throws UserError that lists the arms */
export function trainedArmOf(study: Pick<Study, "arms" | "second">, id: string): Arm {
  return sharedArms(study).find((shared) => shared.id === id) ?? armOf(study, id);
}
