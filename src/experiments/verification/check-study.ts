import { settingsHash } from "../../base/settings-hash.js";
import { definitionOf } from "../study/definition.js";
import { studyHash } from "../study/identity.js";
import type { Study } from "../study/study.js";
import { withFaults } from "../study/with-faults.js";
import type { Findings } from "./findings.js";

/**
 * Holds the settings of results against this program's own study of that name and profile, so that results which were altered
 * together with their settings do not pass for it.
 * @param told the study that they are said to be of; default: the one of this program, if it has one
 */
export function checkStudy(study: Study, told?: Study): Findings {
  const { name, profile } = study;
  const own = told ?? definitionOf(study)?.profiles.find((each) => each.profile === profile);
  if (!own)
    return {
      problems: [],
      notChecked: [
        `settings: this program has no profile ${profile} of a study ${name}, so study.json is held against the other files ` +
          "alone (--study FILE.json says what it should be)",
      ],
    };
  if (studyHash(own) === studyHash(study)) return { problems: [], notChecked: [] };
  const { faults } = study.campaign;
  if (studyHash(withFaults(own, faults)) === studyHash(study))
    return {
      problems: [],
      notChecked: [
        `the study ${name}, profile ${profile}, itself: these are results with the fault types ${faults.join(", ")} in place of its ` +
          `${own.campaign.faults.join(", ")}`,
      ],
    };
  return {
    problems: differences(own, study).map(
      ({ key, here, there }) =>
        `study.json has the ${key} ${there}, ${told ? "the study that was named" : "this program's study"} has ${here}`,
    ),
    notChecked: [],
  };
}

/** Settings that differ, by their keys: of an object in it, by the keys of that. */
function differences(own: object, found: object, path = ""): { key: string; here: string; there: string }[] {
  const [a, b] = [own as Record<string, unknown>, found as Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((name) => {
    const [here, there] = [a[name], b[name]];
    if (settingsHash([here ?? null]) === settingsHash([there ?? null])) return [];
    if (isPlain(here) && isPlain(there)) return differences(here, there, `${path}${name}.`);
    return [{ key: `${path}${name}`, here: short(here), there: short(there) }];
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
