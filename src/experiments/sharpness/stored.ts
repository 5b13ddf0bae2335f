import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files/read-json.js";

/** Name of the folder, in that of a run, with documents of what was measured around its networks. */
export const SHARPNESS_FOLDER = "sharpness";

/** That folder of a run. */
export function documentsIn(folder: string): string {
  return join(folder, SHARPNESS_FOLDER);
}

/** Reads a document. @throws UserError if there is none, or it is of another format */
export function readStored<T extends { readonly format: string }>(path: string, format: string): T {
  const document = readJson(path) as T | null;
  if (document?.format === format) return document;
  throw new UserError(
    `${path} must have the format ${format}, got ${document?.format ?? "none"}; restore it`,
  );
}

/** Reads every document of a run's folder whose file has such a name; none if there are none. */
export function readAllStored<T extends { readonly format: string }>(
  folder: string,
  name: RegExp,
  format: string,
): T[] {
  const documents = documentsIn(folder);
  if (!existsSync(documents)) return [];
  return readdirSync(documents)
    .filter((found) => name.test(found))
    .sort()
    .map((found) => readStored<T>(join(documents, found), format));
}

/** A document that is there cannot be gone on with. */
export function madeOtherwise(path: string): UserError {
  return new UserError(
    `${path} was made of another network or with other settings; move it away, or choose another folder with --out`,
  );
}
