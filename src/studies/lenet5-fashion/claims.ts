import type { Judgement } from "../../experiments/study/judgement.js";
import { FLATENN_CLAIMS, FLATENN_SHARPNESS, SPARSER } from "../flatenn/claims.js";

/**
 * What is judged (docs/protocol.md section 1): FlatENN's claims as arXiv 2301.00675v1 and its revision arXiv 2406.10528 print
 * them, on bit flips and stuck-at faults. Fixed with the settings, before anything in this repository read the test images.
 */
export const judgement: Judgement = {
  faults: ["flip", "sa0", "sa1"],
  claims: FLATENN_CLAIMS,
  sharpness: FLATENN_SHARPNESS,
  substitutions: [SPARSER],
  mediation: {
    free: { better: "standard-saq", worse: "standard" },
    frozen: { better: "standard-saq-frozen", worse: "standard-frozen" },
  },
};
