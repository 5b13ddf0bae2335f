import type { Judgement } from "../../experiments/study/judgement.js";
import { FLATENN_CLAIMS, FLATENN_SHARPNESS, SPARSER } from "../flatenn/claims.js";

/** What is judged (docs/protocol.md section 1): the claims as on the first network, on bit flips and stuck-at faults. */
export const judgement: Judgement = {
  faults: ["flip", "sa0", "sa1"],
  claims: FLATENN_CLAIMS,
  sharpness: FLATENN_SHARPNESS,
  substitutions: [SPARSER],
};
