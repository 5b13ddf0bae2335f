import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import type { CurveRow } from "./rows.js";

/** The training curves that a folder of checkpoints holds, each network's own phase; none if there is no such folder. */
export function readCurves(checkpoints: string): CurveRow[] {
  if (!existsSync(checkpoints)) return [];
  const files = readdirSync(checkpoints).filter((name) => name.endsWith(".safetensors"));
  return files.sort().flatMap((name) => {
    const { arm, seed, bits, curve } = readCheckpoint(join(checkpoints, name)).origin;
    const phase = bits === null ? "float" : "quantized"; // an arm's file has the float network's epochs too
    return curve.filter((epoch) => epoch.phase === phase).map((epoch) => ({ arm, seed, ...epoch }));
  });
}
