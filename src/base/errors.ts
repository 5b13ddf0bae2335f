/** A mistake of the user's, told in one line that says what to do; the command line prints it without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** What was thrown, in words: anything can be, by a module that is not ours. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    return "something that has no text"; // an object without a prototype
  }
}
