import type { Results } from "../../experiments/results/rows.js";
import { armsOfGroup } from "../../experiments/study/arms.js";
import type { ArmGroup } from "../../experiments/study/study.js";
import { armStyles } from "./arms.js";

/** The arms of a group that have networks; the titles of those that are planned and have none yet are for captions. */
export function measuredArms(results: Results, group: ArmGroup) {
  const trained = new Set(results.networks.map(({ arm }) => arm));
  const styles = armStyles(results);
  const planned = armsOfGroup(results.study, group);
  const missing = planned.filter(({ id }) => !trained.has(id)).map(({ id }) => styles(id).title);
  return {
    arms: planned.filter(({ id }) => trained.has(id)),
    note: missing.length === 0 ? "" : `Planned and not measured yet: ${missing.join("; ")}.`,
  };
}
