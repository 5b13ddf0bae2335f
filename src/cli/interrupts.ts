import { endLine } from "./progress-line.js";

/** Exit codes of a program that a signal ended, as shells say them: 128 and the number of SIGINT, or of SIGPIPE. */
const INTERRUPTED = 130;
const UNREAD = 141;

/** What ends a job in place of the program, so that it can store what it has; the last one given is asked. */
const jobs: ((code: number) => void)[] = [];

/**
 * Ends the program quietly when nobody reads any more what it prints (`flatenn ... | head -3`), as other programs end: a job
 * stores what it has, as for an interrupt. To be called once, before anything is printed.
 */
export function endWithReader(): void {
  let isGone = false;
  for (const output of [process.stdout, process.stderr])
    output.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      if (isGone) return; // every further line fails too
      isGone = true;
      const end = jobs.at(-1) ?? process.exit;
      end(UNREAD);
    });
}

/** Calls `end` at an interrupt, or when nobody reads any more, until the function that is given back is called. */
export function onInterrupt(end: (code: number) => void): () => void {
  const interrupt = () => end(INTERRUPTED);
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  jobs.push(end);
  return () => {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    jobs.splice(jobs.indexOf(end), 1);
  };
}

/**
 * Does a long job that an interrupt ends cleanly: the job stores what it has, and the process exits as interrupted ones do.
 * A second interrupt ends it at once.
 * @param outcome what to say of what was done so far
 */
export async function untilInterrupted<T>(
  job: (signal: AbortSignal) => Promise<T>,
  outcome = "What is finished is kept: the same command goes on from here.",
): Promise<T> {
  const controller = new AbortController();
  let code = INTERRUPTED;
  const done = onInterrupt((by) => {
    if (controller.signal.aborted) process.exit(by);
    code = by;
    controller.abort();
  });
  try {
    return await job(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    endLine(`Interrupted. ${outcome}`);
    process.exit(code);
  } finally {
    done();
  }
}
