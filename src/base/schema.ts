import { z } from "zod";
import { UserError } from "./errors.js";
import { shown } from "./options.js";

/** What a study, a profile or an arm may be called: such an id is a name in any path. */
export const idSchema = z.string().regex(/^[a-z0-9-]+$/, "must be lower-case letters, digits and hyphens");

/** Checks settings by their schema. @param what their name @throws UserError that names each part that is refused */
export function requireSchema<T>(what: string, schema: z.ZodType<T>, value: T): T {
  const result = schema.safeParse(value);
  if (result.success) return value;
  const lines = result.error.issues.map(({ path, message }) => `${[what, ...path].join(".")}: ${message}`);
  throw new UserError(`${lines.join("; ")}, got ${shown(value)}`);
}
