import { UserError } from "../../base/errors.js";

/** What a check found. */
export interface Findings {
  /** What is wrong. */
  readonly problems: readonly string[];
  /** What this check cannot tell, each as `what: why`. */
  readonly notChecked: readonly string[];
}

/** All that several checks found. */
export function together(all: readonly Findings[]): Findings {
  return {
    problems: all.flatMap(({ problems }) => problems),
    notChecked: all.flatMap(({ notChecked }) => notChecked),
  };
}

/** Reads something, or tells what is wrong with it and goes on. @param tell gets the problem */
export function attempting(tell: (problem: string) => void): <T>(read: () => T) => T | undefined {
  return (read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell(error.message);
      return undefined;
    }
  };
}

/** Names in one line: the first of them if they are many. */
export function listed(names: readonly string[], most = 30): string {
  const more = names.length - most;
  return names.slice(0, most).join("; ") + (more > 0 ? `; and ${more} more` : "");
}
