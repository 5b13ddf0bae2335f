import { relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this package, the same seen from src/ and from dist/. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What to do about a file that is damaged or missing, as the end of a sentence. */
export function restoring(path: string): string {
  const inside = relative(ROOT, resolve(path)).split(sep).join("/");
  if (/^data\/(results|fashion-mnist)\//.test(inside))
    return `it comes with the repository: git checkout -- ${inside} restores it`;
  return "delete it and run the command that makes it again, or restore it from a copy";
}
