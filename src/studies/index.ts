export { armConfig, floatConfig, studyHash } from "./hash.js";
export { armOf, findStudy, modelOf, STUDIES, seedsOfArm } from "./registry.js";
export { parseStudy } from "./schema.js";
export type { Knob, SelectionSettings, SelectionStage } from "./selection.js";
export { armWith, STANDARD } from "./selection.js";
export type {
  Arm,
  ArmGroup,
  CampaignSettings,
  ExtraCampaign,
  RangeRule,
  Study,
  TrainingPhase,
} from "./study.js";
