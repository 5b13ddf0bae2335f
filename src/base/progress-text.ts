import type { Progress } from "./progress.js";

/** Says how far one job is, and how long it will take from here: `epoch 2/3, 41 %, 4,210 images/s, 12 s left`. */
export function progressText(): (progress: Progress) => string {
  let first: { done: number; at: number } | undefined;
  return (progress) => {
    const { done, of, rate, unit, note } = progress;
    const now = performance.now();
    first ??= { done, at: now }; // what a resumed job had done before says nothing of its speed
    const secondsLeft = ((now - first.at) / 1000 / (done - first.done)) * (of - done);
    const speed = `${rate >= 100 ? Math.round(rate).toLocaleString("en") : rate.toFixed(1)} ${unit}`;
    const left = Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : "";
    return [note, `${Math.floor((100 * done) / of)} %`, speed, left].filter(Boolean).join(", ");
  };
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
