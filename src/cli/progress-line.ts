import type { Progress } from "../campaign/progress.js";

/** Where a job's progress goes: to the parent process if there is one, else to the terminal. */
export interface Reporter {
  update(progress: Progress): void;
  /** Ends the job's line with what came of it. */
  finish(outcome: string): void;
}

/** What a child process tells its parent. */
export type ProgressMessage = { readonly progress: string };

export function progressReporter(title: string): Reporter {
  let first: { done: number; at: number } | undefined;
  const line = (progress: Progress) => {
    const now = performance.now();
    first ??= { done: progress.done, at: now }; // what a resumed job had done before says nothing of its speed
    const secondsEach = (now - first.at) / 1000 / (progress.done - first.done);
    return describe(progress, secondsEach * (progress.of - progress.done));
  };
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

function describe({ done, of, rate, unit, note }: Progress, secondsLeft: number): string {
  const speed = `${rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1)} ${unit}`;
  const left = Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : "";
  return [note, `${Math.floor((100 * done) / of)} %`, speed, left].filter(Boolean).join(", ");
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
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
