import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files/read-json.js";
import { settingsHash } from "../../base/settings-hash.js";
import { hasManifest, requireSums } from "../results/manifest.js";
import { requireDocument } from "../results/read-document.js";
import type { ReadOptions } from "../results/results.js";

/** Name of the folder, in that of a run, with documents of what was measured around its networks. */
export const SHARPNESS_FOLDER = "sharpness";

/** That folder of a run. */
export function documentsIn(folder: string): string {
  return join(folder, SHARPNESS_FOLDER);
}

/** A kind of document: its format, and the form that it has. */
export interface Kind<T> {
  readonly format: string;
  readonly schema: z.ZodType<T>;
}

/** Reads a document. @throws UserError if there is none, or it is of another format */
export function readStored<T extends { readonly format: string }>(
  path: string,
  { format, schema }: Kind<T>,
): T {
  const document = readJson(path) as T | null;
  if (document?.format === format) return requireDocument(path, schema, document);
  throw new UserError(
    `${path} must have the format ${format}, got ${document?.format ?? "none"}; restore it`,
  );
}

/**
 * Reads every document of a run's folder whose file has such a name; none if there are none.
 * @throws UserError for one that is not as a manifest of the folder states, or not of the form
 */
export function readAllStored<T extends { readonly format: string }>(
  folder: string,
  name: RegExp,
  kind: Kind<T>,
  { unchecked = false }: ReadOptions = {},
): T[] {
  const prefix = `${SHARPNESS_FOLDER}/`;
  if (!unchecked && hasManifest(folder))
    requireSums(folder, (file) => file.startsWith(prefix) && name.test(file));
  const documents = documentsIn(folder);
  if (!existsSync(documents)) return [];
  return readdirSync(documents)
    .filter((found) => name.test(found))
    .sort()
    .map((found) => readStored<T>(join(documents, found), kind));
}

/** Refuses a folder that was named for what was measured in it, and has nothing of it. @throws UserError */
export function requireMeasured(folder: string): void {
  const documents = documentsIn(folder);
  if (existsSync(documents) && readdirSync(documents).some((name) => name.endsWith(".json"))) return;
  throw new UserError(
    `--sharpness must be a folder in which \`flatenn sharpness\` or \`flatenn landscape\` measured something, got ${folder}: ` +
      `there is nothing in ${documents}`,
  );
}

/**
 * Whether a document that is there can be gone on with: whatever a head has but the profile decides the numbers, and versions of a
 * study have networks in common.
 * @throws UserError if it was made of another network or with other settings
 */
export function requireSame<T extends { readonly profile: string }>(path: string, found: T, head: T): void {
  const own = Object.fromEntries(Object.keys(head).map((name) => [name, found[name as keyof T]]));
  if (settingsHash({ ...own, profile: head.profile }) === settingsHash(head)) return;
  throw new UserError(
    `${path} was made of another network or with other settings; move it away, or choose another folder with --out`,
  );
}
