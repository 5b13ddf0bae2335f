import { UserError } from "./errors.js";

/** Levels of lists and objects in each other: files of ours have ten, and whoever walks over a value by calls gets this far. */
const DEEPEST = 200;

/** `JSON.parse` of what comes from outside. @throws SyntaxError, and UserError for a text that is nested beyond all use */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST)
      throw new UserError(`lists and objects are nested in each other more than ${DEEPEST} deep`);
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return value;
}
