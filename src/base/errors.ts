/** A mistake of the user's, told in one line that says what to do; the command line prints it without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}
