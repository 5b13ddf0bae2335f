export { armOf, mainArms, seedsOfArm } from "../experiments/study/arms.js";
export { modelOf, withContent } from "../experiments/study/content.js";
export {
  type About,
  aboutStudy,
  type Freeze,
  registerStudy,
  type StudyDefinition,
} from "../experiments/study/definition.js";
export { judgementHash } from "../experiments/study/freeze.js";
export { armHash, floatHash, studyHash } from "../experiments/study/identity.js";
export type {
  ArmPair,
  Claim,
  Judgement,
  SharpnessClaim,
  SharpnessPair,
} from "../experiments/study/judgement.js";
export type { ArmStyle, Presentation } from "../experiments/study/presentation.js";
export { parseStudy } from "../experiments/study/schema.js";
export { armWith } from "../experiments/study/selection.js";
export type { SelectionSettings, SelectionStage } from "../experiments/study/selection-settings.js";
export type { Arm, ArmGroup, CampaignSettings, ExtraCampaign, Study } from "../experiments/study/study.js";
export type { ArmClipRule } from "../training/clip-rules.js";
export type { TrainingPhase } from "../training/phase.js";
export { allStudies, DEFAULT_STUDY, findStudy } from "./registry.js";
