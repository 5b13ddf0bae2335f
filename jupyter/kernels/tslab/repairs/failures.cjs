// tslab prints what a cell threw to stderr, and a rejected promise that nobody awaits, or an exception thrown
// by a timer, likewise: the notebook passes. Here both are kept for the cell that caused them.
"use strict";

const fs = require("node:fs");
const { inspect } = require("node:util");

/** How long a cell that is done waits for timers and file reads that it started and did not await. */
const GRACE_MS = 250;
const STARTED_BY_CELLS = new Set(["Timeout", "Immediate", "FSReqCallback", "FSReqPromise"]);

/**
 * What went wrong in one cell.
 * @typedef {object} CellFailures
 * @property {unknown[][]} reported arguments of each error that tslab reported: `[thrown]`, or a format and its values
 * @property {{ reason: unknown, promise: Promise<unknown> | undefined }[]} floating failures that nobody awaited
 */

class FailureJournal {
  /** @type {CellFailures | undefined} the cell that runs now */
  #cell;
  /** Failures that came between two cells: they fail the next one, since the cell that caused them is closed. */
  #late = [];

  /** @returns {CellFailures} */
  begin() {
    this.#cell = { reported: [], floating: this.#late };
    this.#late = [];
    return this.#cell;
  }

  /**
   * Ends the cell after a moment in which what it left floating can still fail.
   * @param {number} pendingBefore `pendingWork()` before the cell ran
   */
  async end(pendingBefore) {
    const deadline = Date.now() + GRACE_MS;
    await turn(); // rejections are announced after the microtasks, not among them
    while (pendingWork() > pendingBefore && this.#cell.floating.length === 0 && Date.now() < deadline)
      await rest();
    await turn();
    this.#cell = undefined;
  }

  /** In place of `console.error` in tslab's executor. */
  report(...args) {
    if (this.#cell) this.#cell.reported.push(args);
    else this.#floats(args[0], undefined);
  }

  /** From now on this process outlives failures that nobody handles, and remembers them. */
  watchProcess() {
    for (const event of ["unhandledRejection", "uncaughtException"]) process.removeAllListeners(event);
    process.on("uncaughtException", (error) => this.#floats(error, undefined));
    process.on("unhandledRejection", (reason, promise) => this.#floats(reason, promise));
    // `const p = f(); await g(); await p` handles p late but does handle it.
    process.on("rejectionHandled", (promise) => {
      for (const list of [this.#late, this.#cell?.floating ?? []]) {
        const index = list.findIndex((failure) => failure.promise === promise);
        if (index >= 0) list.splice(index, 1);
      }
    });
  }

  #floats(reason, promise) {
    if (this.#cell) this.#cell.floating.push({ reason, promise });
    else {
      this.#late.push({ reason, promise });
      // There may be no next cell: then the log is the only place left. Not process.stderr, which is the last cell's.
      fs.writeSync(2, `kernel: failed after its cell had ended: ${inspect(reason)}\n`);
    }
  }
}

/** How many timers and file requests are under way that keep the process busy. */
function pendingWork() {
  return process.getActiveResourcesInfo().filter((name) => STARTED_BY_CELLS.has(name)).length;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Unreferenced, so that it does not count as pending work itself. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 5).unref());

module.exports = { FailureJournal, pendingWork };
