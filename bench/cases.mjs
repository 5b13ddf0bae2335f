import { campaignCases, overheadCase } from "./campaign.mjs";
import { evaluationCases } from "./evaluation.mjs";
import { trainingCases } from "./training.mjs";
import { workersCase } from "./workers.mjs";

/** Everything that is measured, in the order of the table. */
export const cases = () => [
  ...trainingCases(),
  ...evaluationCases(),
  ...campaignCases(),
  overheadCase(),
  workersCase(),
];
