import type { z } from "zod";
import { UserError } from "./errors.js";
import { shown } from "./options.js";

/** Checks settings by their schema. @param what their name @throws UserError that names each part that is refused */
export function requireSchema<T>(what: string, schema: z.ZodType<T>, value: T): T {
  const result = schema.safeParse(value);
  if (result.success) return value;
  const lines = result.error.issues.map(({ path, message }) => `${[what, ...path].join(".")}: ${message}`);
  throw new UserError(`${lines.join("; ")}, got ${shown(value)}`);
}
