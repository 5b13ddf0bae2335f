import { endLine } from "./progress-line.js";

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
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    return await job(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    endLine(`Interrupted. ${outcome}`);
    process.exit(130);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}
