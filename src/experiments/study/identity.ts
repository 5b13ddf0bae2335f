import { settingsHash } from "../../base/settings-hash.js";
import { gradientKind } from "../../training/gradients/rules.js";
import { armOf } from "./arms.js";
import { contentOf, identityOf } from "./content.js";
import { firstPhaseOf } from "./phases.js";
import type { Arm, Study } from "./study.js";

/** Hash of all settings of a study; what its arms are called and how they look is none. */
export function studyHash({ presentation: _, ...settings }: Study): string {
  return settingsHash(settings);
}

/** Hash of what decides the float network of a seed. */
export function floatHash(study: Study, seed: number): string {
  const { trainingImages, float, instructionSet } = study;
  return settingsHash({
    ...identityOf(study),
    ...contentOf(study),
    trainingImages,
    ...(instructionSet && { instructionSet }),
    float,
    seed,
  });
}

/** Hash of what decides the network of an arm and a seed. */
export function armHash(study: Study, arm: Arm, seed: number): string {
  // how many seeds there are decides none of them, nor does what the network is compared with
  const { seeds: _, group: __, base: ___, ...trained } = arm;
  return settingsHash({
    float: floatHash(study, seed),
    quantized: study.quantized,
    ...(firstPhaseOf(study, arm) && { second: study.second }),
    bits: study.bits,
    arm: trained,
    ...(arm.range?.rule === "frozen" && { source: armHash(study, armOf(study, arm.range.of), seed) }),
    ...(gradientKind(arm.gradient).readsEncoding && { encoding: study.campaign.encoding }),
  });
}
