const SIGNAL = Symbol.for("jupyter.cell.signal");

/**
 * The signal of the cell that runs, aborted when the user interrupts it (the square in JupyterLab's toolbar): hand it to
 * every long call of the library, `train(job, data, { signal: cellSignal() })`, and the cell ends as soon as that call has
 * stored what it did. Ask for it in each cell anew. Outside the kernel of this repository, a signal that is never aborted.
 */
export function cellSignal(): AbortSignal {
  const { [SIGNAL]: signal } = globalThis as { [SIGNAL]?: AbortSignal };
  return signal ?? new AbortController().signal;
}
