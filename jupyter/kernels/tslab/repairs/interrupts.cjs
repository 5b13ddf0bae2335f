// tslab fails an interrupted cell at once and lets what it awaits run on, beside the next cell. Here each cell has an
// AbortSignal: a cell that hands it to what it awaits ends when that has ended, with what was done in order.
"use strict";

/** Where a cell finds its signal: `globalThis[Symbol.for("jupyter.cell.signal")]`. */
const SIGNAL = Symbol.for("jupyter.cell.signal");
/** How long a cell that took its signal may take to end after an interrupt. */
const PATIENCE_MS = 10_000;

class CellInterrupts {
  /** @type {AbortController | undefined} of the cell that runs now */
  #controller;
  #taken = false;
  #patience;

  constructor() {
    const signal = () => {
      this.#taken = true;
      return (this.#controller ?? new AbortController()).signal;
    };
    Object.defineProperty(globalThis, SIGNAL, { get: signal, configurable: true });
  }

  begin() {
    this.#controller = new AbortController();
    this.#taken = false;
  }

  end() {
    clearTimeout(this.#patience);
    this.#controller = undefined;
  }

  /**
   * @param {() => void} fail fails the cell that runs, whatever it is at
   */
  interrupt(fail) {
    if (!this.#controller) return; // between two cells there is nothing to interrupt
    const again = this.#controller.signal.aborted;
    this.#controller.abort(new KeyboardInterrupt("interrupted"));
    clearTimeout(this.#patience);
    if (again || !this.#taken) fail();
    else this.#patience = setTimeout(fail, PATIENCE_MS).unref();
  }

  /**
   * What a cell threw as what it is: the many ways in which an interrupt comes out of a cell are one error.
   *
   * @param {unknown} thrown
   */
  recognize(thrown) {
    if (thrown?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return new KeyboardInterrupt("interrupted");
    const { aborted, reason } = this.#controller?.signal ?? {};
    if (!aborted) return thrown;
    if (thrown?.message === "Interrupted asynchronously")
      return new KeyboardInterrupt("interrupted; what the cell awaits does not heed that and goes on");
    // Node's own functions wrap the reason, fetch and others throw an AbortError of their own.
    return thrown === reason || thrown?.name === "AbortError" ? reason : thrown;
  }
}

class KeyboardInterrupt extends Error {}
KeyboardInterrupt.prototype.name = "KeyboardInterrupt";

module.exports = { CellInterrupts };
