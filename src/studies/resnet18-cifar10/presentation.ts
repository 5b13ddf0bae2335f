import type { Presentation } from "../../experiments/study/presentation.js";
import { FLATENN_LOOKS } from "../flatenn/looks.js";

/** What the networks of arms are called, and their looks. */
export const presentation: Presentation = {
  titles: {
    standard: "standard",
    "standard-saq": "standard",
    as: "AS",
    "as-saq": "AS",
    "as-high": "AS-high",
    "as-high-saq": "AS-high",
  },
  looks: FLATENN_LOOKS,
};
