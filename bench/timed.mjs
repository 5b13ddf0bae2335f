/** Runs some work so many times: milliseconds of each, and what the last one gave. */
export function timed(work) {
  return (repeats) => {
    let result;
    const ms = Array.from({ length: repeats }, () => {
      const started = performance.now();
      result = work();
      return performance.now() - started;
    });
    return { ms, result };
  };
}
