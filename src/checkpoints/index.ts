export type { Checkpoint, CheckpointOrigin, EpochRecord } from "./checkpoint.js";
export {
  decodeCheckpoint,
  encodeCheckpoint,
  networkHash,
  readCheckpoint,
  writeCheckpoint,
} from "./checkpoint.js";
export type { SafeTensor } from "./safetensors.js";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
