/** A mistake of the user's, told in one line that says what to do; the command line prints it without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** What was thrown, in words: anything can be, by a module that is not ours. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error);
}

/** `String` of a value of any kind, which some have none of. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "something that has no text"; // an object without a prototype
  }
}
