import { parseStudy } from "./schema.js";
import type { Study } from "./study.js";

/**
 * A study with these fault models, by id, in place of its own, and without its extra campaigns, which were chosen for those;
 * the study as it is if there are none.
 */
export function withFaults(study: Study, faults: readonly string[]): Study {
  if (faults.length === 0) return study;
  const { extras: _, judgement, ...main } = study;
  return parseStudy({
    ...main,
    campaign: { ...main.campaign, faults: [...faults] },
    ...(judgement && { judgement: { ...judgement, faults: [...faults] } }),
  });
}
