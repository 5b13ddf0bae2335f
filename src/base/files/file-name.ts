import { UserError } from "../errors.js";

/** Characters that lead to another folder, or that no list of names can hold. */
const REFUSED = /[/\\\p{Cc}]/u;

/** Whether a text names a file in a folder, and none outside of it. */
export function isFileName(text: unknown): text is string {
  return typeof text === "string" && text !== "" && !/^\.{1,2}$/.test(text) && !REFUSED.test(text);
}

/**
 * A name that stands in a file, to be the name of another: it never leads out of its folder.
 * @throws UserError for one that does
 */
export function fileName(text: string): string {
  if (isFileName(text)) return text;
  throw new UserError(
    `${JSON.stringify(text)} cannot name a file: it must be a text without slashes and line breaks, and not . or ..; ` +
      "the file that it stands in is damaged or was altered",
  );
}
