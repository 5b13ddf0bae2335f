/** Milliseconds of each of so many runs of some work. */
export function timed(work) {
  return (repeats) =>
    Array.from({ length: repeats }, (_, i) => {
      const started = performance.now();
      work(i);
      return performance.now() - started;
    });
}
