export type { SafeTensor } from "../../base/files/safetensors.js";
export { decodeSafetensors, encodeSafetensors } from "../../base/files/safetensors.js";
export type { Checkpoint, CheckpointOrigin, EpochRecord } from "./checkpoint.js";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  networkHash,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoint.js";
