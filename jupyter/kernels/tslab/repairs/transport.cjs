// tslab neither awaits a send nor limits them to one at a time. ZeroMQ refuses a send while one is under way,
// and a publisher drops messages beyond 1,000 waiting ones: of a burst of output lines most are lost.
"use strict";

const { replaceExports } = require("./replace.cjs");

/**
 * Makes every socket that tslab sends on queue its messages, without a limit and in order.
 *
 * @param {NodeJS.Require} tslab
 * @returns {{ drained(): Promise<void> }} `drained` resolves when all that was sent so far has left
 */
function sendInOrder(tslab) {
  let last = Promise.resolve();
  const queued = (Socket) =>
    class extends Socket {
      constructor(options) {
        super({ ...options, sendHighWaterMark: 0 });
      }

      send(message) {
        // One queue for all sockets: the reply to a request must not overtake the outputs before it.
        last = last.then(() => super.send(message)).catch((error) => warn(error));
        return last;
      }
    };
  replaceExports(tslab, "zeromq", (zmq) => ({
    Publisher: queued(zmq.Publisher),
    Router: queued(zmq.Router),
  }));
  return { drained: () => last };
}

/** A front end that went away is no failure of the notebook, but the log should tell. */
function warn(error) {
  require("node:fs").writeSync(2, `kernel: a message was not sent: ${error?.message ?? error}\n`);
}

module.exports = { sendInOrder };
