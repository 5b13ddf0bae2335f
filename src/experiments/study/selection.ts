import { KNOBS, type Knob } from "./knobs.js";
import type { Arm } from "./study.js";

/** The arm with one number set: its id says which, so that stages that try the same arm share its networks. */
export function armWith(base: Arm, varies: Knob, value: number): Arm {
  const id = `${base.id}-${varies}-${String(value).replace(".", "p").replace("+", "")}`;
  return { ...base, id, ...KNOBS[varies].change(value) };
}
