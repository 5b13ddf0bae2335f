import { knobNamed } from "./knobs.js";
import type { Arm } from "./study.js";

/** The arm with one number set: its id says which, so that stages that try the same arm share its networks. */
export function armWith(base: Arm, varies: string, value: number): Arm {
  const id = `${base.id}-${varies}-${String(value).replace(".", "p").replace("+", "")}`;
  const changed = knobNamed(varies).change(value);
  const { statistics } = base.gradient; // a number is varied, and nothing else
  const gradient = changed.gradient && statistics && { ...changed.gradient, statistics };
  return { ...base, id, ...changed, ...(gradient && { gradient }) };
}
