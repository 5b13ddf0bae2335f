import type { Progress } from "../base/progress.js";
import { progressText } from "../base/progress-text.js";

/** Where a job's progress goes: to the parent process if there is one, else to the terminal. */
export interface Reporter {
  update(progress: Progress): void;
  /** Ends the job's line with what came of it. */
  finish(outcome: string): void;
}

/** What a child process tells its parent. */
export type ProgressMessage = { readonly progress: string };

export function progressReporter(title: string): Reporter {
  const line = progressText();
  if (process.send)
    return {
      update: (progress) => process.send?.({ progress: line(progress) } satisfies ProgressMessage),
      finish: () => {},
    };
  const show = throttled();
  return {
    update: (progress) => show(`${title}: ${line(progress)}`),
    finish: (outcome) => endLine(`${title}: ${outcome}`),
  };
}

/** Shows a text in place on a terminal; elsewhere as a line now and then. */
export function throttled(everyMs = process.stdout.isTTY ? 200 : 20_000): (text: string) => void {
  let shown = process.stdout.isTTY ? 0 : performance.now();
  return (text) => {
    if (performance.now() - shown < everyMs) return;
    shown = performance.now();
    if (process.stdout.isTTY) process.stdout.write(`\r${text.slice(0, process.stdout.columns - 1)}\x1b[K`);
    else console.log(text);
  };
}

/** Prints a whole line, over what {@link throttled} shows in place. */
export function endLine(text: string): void {
  process.stdout.write(process.stdout.isTTY ? `\r${text}\x1b[K\n` : `${text}\n`);
}
