import { readFileSync } from "node:fs";
import { UserError } from "../errors.js";
import { parseJson } from "../json.js";
import { restoring } from "./restoring.js";

/** Reads a JSON file. @throws UserError that names a file which cannot be read or is damaged */
export function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path} cannot be read (${(error as Error).message}); ${restoring(path)}`);
  }
}
