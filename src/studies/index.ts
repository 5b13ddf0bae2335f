export { armConfig, floatConfig, studyHash } from "./hash.js";
export { armOf, findStudy, modelOf, STUDIES } from "./registry.js";
export { parseStudy } from "./schema.js";
export type { Arm, CampaignSettings, Study, TrainingPhase } from "./study.js";
