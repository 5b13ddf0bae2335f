import { readFileSync } from "node:fs";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { decodeFaultMap, encodeFaultMap } from "../../faults/format.js";
import type { FaultMap } from "../../faults/map.js";

/** Writes a fault map as a safetensors file, whole or not at all. */
export function saveFaultMap(path: string, map: FaultMap): void {
  writeFileAtomic(path, encodeFaultMap(map));
}

/** Reads a fault map that {@link saveFaultMap} wrote; a UserError names the file and says what is wrong with it. */
export function loadFaultMap(path: string): FaultMap {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`fault map ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return decodeFaultMap(bytes);
  } catch (error) {
    throw new UserError(`fault map ${path}: ${(error as Error).message}; delete it and draw the map again`, {
      cause: error,
    });
  }
}
