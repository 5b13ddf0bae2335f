export type { Agreement } from "./compare.js";
export { compareTrials } from "./compare.js";
export { exportMaps } from "./export-maps.js";
export type { FaultyBit, Replay } from "./replay.js";
export { replayTrial } from "./replay.js";
export type { Mismatch, Verification, VerifyOptions } from "./verify.js";
export { verifyResults } from "./verify.js";
