import type { z } from "zod";
import { UserError } from "../../base/errors.js";
import { readJson } from "../../base/files/read-json.js";
import { restoring } from "../../base/files/restoring.js";
import { requireSchema } from "../../base/schema.js";

/** Reads a JSON file of a form that is known. @throws UserError that names the file, and each part that is not of the form */
export function readDocument<T>(path: string, schema: z.ZodType<T>): T {
  return requireDocument(path, schema, readJson(path));
}

/** Checks what a file holds, likewise. */
export function requireDocument<T>(path: string, schema: z.ZodType<T>, value: unknown): T {
  try {
    return requireSchema(path, schema, value as T);
  } catch (error) {
    throw new UserError(`${(error as Error).message}; ${restoring(path)}`);
  }
}
