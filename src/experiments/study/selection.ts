import type { OnePass } from "../../training/gradients/statistics.js";
import { knobNamed } from "./knobs.js";
import type { Arm } from "./study.js";

type Rule = { readonly rule: string } & OnePass;

/** The arm with one number set: its id says which, so that stages that try the same arm share its networks. */
export function armWith(base: Arm, varies: string, value: number): Arm {
  const id = `${base.id}-${varies}-${String(value).replace(".", "p").replace("+", "")}`;
  const changed = knobNamed(varies).change(value);
  const { statistics }: Rule = base.gradient; // a number is varied, and nothing else
  const gradient = changed.gradient && statistics && { ...changed.gradient, statistics };
  return { ...base, id, ...changed, ...(gradient && { gradient }) };
}
