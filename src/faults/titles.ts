import { faultModel } from "./models.js";

/** What a fault model is called in tables and figures, by its id or `"none"`. */
export function faultTitle(fault: string): string {
  if (fault === "none") return "no faults";
  try {
    return faultModel(fault).title;
  } catch {
    // A model of the user's own: its id is all that results hold.
    return fault;
  }
}
