import { join } from "node:path";
import { fileName } from "./file-name.js";

/** Where a folder has what is kept of a network, by its arm and seed. @param ending of the file's name, such as `".json"` */
export function networkFile(
  folder: string,
  { arm, seed }: { readonly arm: string; readonly seed: number },
  ending = ".json",
): string {
  return join(folder, fileName(`${arm}-seed${seed}${ending}`));
}
