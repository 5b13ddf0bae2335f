// tslab closes its sockets at a shutdown request before the reply has left, then waits for whatever the
// notebook still has open. It also outlives a runner that was killed, since nothing tells it.
"use strict";

const PARENT_CHECK_MS = 1_000;

/**
 * @param {NodeJS.Require} tslab
 * @param {{ transport: { drained(): Promise<void> } }} parts
 */
function endOnShutdown(tslab, { transport }) {
  const { ZmqServer } = tslab("./jupyter");
  const { close } = ZmqServer.prototype;
  ZmqServer.prototype.close = async function () {
    await transport.drained();
    close.call(this);
    process.exit(0);
  };
}

/** Ends this process when the one that started it is gone. */
function endWithParent() {
  const parent = process.ppid;
  if (parent <= 1) return; // started by init itself, as in a container: it stays
  setInterval(() => process.ppid !== parent && process.exit(1), PARENT_CHECK_MS).unref();
}

module.exports = { endOnShutdown, endWithParent };
