import { relative, resolve, sep } from "node:path";
import { ROOT } from "../root.js";

/** What to do about a file that is damaged or missing, as the end of a sentence. */
export function restoring(path: string): string {
  const inside = relative(ROOT, resolve(path)).split(sep).join("/");
  if (/^data\/(?!runs\/|maps\/)/.test(inside))
    return `it comes with the repository: git checkout -- ${inside} restores it`;
  return "delete it and run the command that makes it again, or restore it from a copy";
}
