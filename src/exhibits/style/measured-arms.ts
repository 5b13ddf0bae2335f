import type { Results } from "../../experiments/results/rows.js";
import { armStyles } from "./arms.js";

/** The arms of a group that have networks; the titles of those that are planned and have none yet are for captions. */
export function measuredArms(results: Results, group: "control" | "ablation") {
  const trained = new Set(results.networks.map(({ arm }) => arm));
  const { settings = [] } = results;
  const styles = armStyles(results);
  const planned = settings.filter((arm) => arm.group === group);
  const missing = planned.filter(({ id }) => !trained.has(id)).map(({ id }) => styles(id).title);
  return {
    arms: planned.filter(({ id }) => trained.has(id)),
    note: missing.length === 0 ? "" : `Planned and not measured yet: ${missing.join("; ")}.`,
  };
}
