import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readCheckpoint } from "../../networks/checkpoints/checkpoint.js";
import { SHARED } from "../study/phases.js";
import { hasManifest, requireSums } from "./manifest.js";
import { type ReadOptions, requireRead } from "./results.js";
import type { CurveRow } from "./rows.js";

/**
 * The training curves that a folder of checkpoints holds, each network's own phase; none if there is no such folder.
 * @throws UserError for a file that is damaged, or not as the manifest of the results around the folder states
 */
export function readCurves(checkpoints: string, options: ReadOptions = {}): CurveRow[] {
  const { unchecked } = requireRead("readCurves", options);
  if (!existsSync(checkpoints)) return [];
  const [results, prefix] = [dirname(checkpoints), `${basename(checkpoints)}/`];
  if (!unchecked && hasManifest(results)) requireSums(results, (name) => name.startsWith(prefix));
  const names = readdirSync(checkpoints).filter((name) => name.endsWith(".safetensors"));
  // what arms share is the beginning of their own curves
  const files = names.filter((name) => !name.startsWith(SHARED));
  return files.sort().flatMap((name) => {
    const { arm, seed, bits, curve } = readCheckpoint(join(checkpoints, name)).origin;
    const phase = bits === null ? "float" : "quantized"; // an arm's file has the float network's epochs too
    return curve.filter((epoch) => epoch.phase === phase).map((epoch) => ({ arm, seed, ...epoch }));
  });
}
