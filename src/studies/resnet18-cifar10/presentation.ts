import type { Presentation } from "../../experiments/study/presentation.js";
import { FLATENN_LOOKS, FLATENN_TITLES } from "../flatenn/looks.js";

/** What the networks of arms are called, and their looks. */
export const presentation: Presentation = {
  titles: FLATENN_TITLES,
  looks: FLATENN_LOOKS,
};
