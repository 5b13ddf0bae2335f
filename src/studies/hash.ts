import { createHash } from "node:crypto";
import { armOf } from "./registry.js";
import type { Arm, Study } from "./study.js";

/** sha256, in hex, of the JSON of a value with sorted keys: equal settings give equal hashes. */
export function settingsHash(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest("hex");
}

/** Hash of all settings of a study. */
export function studyHash(study: Study): string {
  return settingsHash(study);
}

/** Hash of what decides the float network of a seed. */
export function floatConfig(study: Study, seed: number): string {
  const { name, version, model, dataset, trainingImages, float } = study;
  return settingsHash({ name, version, model, dataset, trainingImages, float, seed });
}

/** Hash of what decides the network of an arm and a seed. */
export function armConfig(study: Study, arm: Arm, seed: number): string {
  // how many seeds there are decides none of them, nor does what the network is compared with
  const { seeds: _, group: __, base: ___, ...trained } = arm;
  return settingsHash({
    float: floatConfig(study, seed),
    quantized: study.quantized,
    bits: study.bits,
    arm: trained,
    ...(arm.range?.rule === "frozen" && { source: armConfig(study, armOf(study, arm.range.of), seed) }),
    ...(arm.gradient.rule === "randbet" && { encoding: study.campaign.encoding }),
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => [key, sorted(v)]),
  );
}
