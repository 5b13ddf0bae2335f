// tslab answers a failed cell with status "error" and nothing else. Runners look for an `error` message and an
// error's name, value and traceback in the reply, so nbmake passes on a notebook that throws and nbval crashes.
"use strict";

const { TextDecoder } = require("node:util");
const { errorMessage } = require("./error-message.cjs");
const { pendingWork } = require("./failures.cjs");

/** A burst of output lines becomes one message, up to this many characters. */
const LONGEST_STREAM_MESSAGE = 65_536;
/** How long after a failure arriving requests count as queued behind the failed cell. */
const ABORT_WINDOW_MS = 50;

/**
 * @param {NodeJS.Require} tslab
 * @param {{
 *   journal: import("./failures.cjs").FailureJournal,
 *   interrupts: import("./interrupts.cjs").CellInterrupts,
 *   transport: { drained(): Promise<void> },
 *   typescriptVersion: string,
 * }} parts
 */
function reportExecution(tslab, { journal, interrupts, transport, typescriptVersion }) {
  const executor = tslab("./executor");
  const { createExecutor } = executor;
  executor.createExecutor = (directory, converters, output) => {
    const error = (thrown, ...values) => journal.report(interrupts.recognize(thrown), ...values);
    const made = createExecutor(directory, converters, { ...output, error });
    return { ...made, interrupt: () => interrupts.interrupt(made.interrupt) };
  };

  const { JupyterHandlerImpl: Handler, ZmqServer: Server } = tslab("./jupyter");
  mendKernelInfo(Handler.prototype, typescriptVersion);
  Handler.prototype.createWriteToIopub = streamWriter;
  announceReopening(tslab("./util").TaskQueue.prototype);
  const failuresOf = collectFailures(Handler.prototype, journal, interrupts);

  Server.prototype.handleExecute = async function (socket, request) {
    const publish = (type, content) => {
      const message = request.createReply();
      message.header.msg_type = type;
      message.content = content;
      message.signAndSend(this.connInfo.key, this.iopub);
    };
    const streams = new StreamBuffer((name, text) => publish("stream", { name, text }));
    const display = (data, update) => {
      streams.flush();
      publish(update ? "update_display_data" : "display_data", data);
    };
    const outcome = await this.handler.handleExecute(
      request.content,
      (...args) => streams.write(...args),
      display,
    );
    streams.flush();

    const reply = request.createReply();
    reply.header.msg_type = "execute_reply";
    reply.content = { ...outcome, status: outcome.status === "abort" ? "aborted" : outcome.status };
    if (outcome.status === "error") {
      const error = errorMessage(failuresOf(request.content));
      publish("error", error);
      Object.assign(reply.content, error);
    }
    if (outcome.status === "ok") Object.assign(reply.content, { payload: [], user_expressions: {} });
    // A failed cell's reply and those of the cells aborted behind it, in this order.
    else await this.handler.execQueue.reopened;
    reply.signAndSend(this.connInfo.key, socket);
    await transport.drained();
  };
}

/** nbval reads `status` of the answer; the language version is the compiler's, not a constant. */
function mendKernelInfo(handler, typescriptVersion) {
  const { handleKernel } = handler;
  handler.handleKernel = function () {
    const info = handleKernel.call(this);
    return { status: "ok", ...info, language_info: { ...info.language_info, version: typescriptVersion } };
  };
}

/**
 * After a failure tslab aborts whatever arrives within 200 ms: the cells behind the failed one, but also a cell that
 * a front end sends on hearing of the failure, as those that allow errors do. So the failed cell's reply waits until
 * the queue is open again, which is then sooner.
 */
function announceReopening(queue) {
  const { reset } = queue;
  queue.reset = function (delay) {
    if (delay === undefined) return reset.call(this);
    this.reopened = new Promise((done) => {
      setTimeout(() => {
        reset.call(this);
        done();
      }, ABORT_WINDOW_MS);
    });
  };
}

/**
 * Cells queue up in `handleExecute` and run one by one in `handleExecuteImpl`: only there is it known whose
 * failure a failure is.
 *
 * @returns {(request: object) => import("./failures.cjs").CellFailures}
 */
function collectFailures(handler, journal, interrupts) {
  const failures = new WeakMap();
  const { handleExecuteImpl } = handler;
  handler.handleExecuteImpl = async function (request, ...rest) {
    const cell = journal.begin();
    interrupts.begin();
    failures.set(request, cell);
    const pendingBefore = pendingWork();
    let count;
    try {
      count = await handleExecuteImpl.call(this, request, ...rest);
    } finally {
      await journal.end(pendingBefore);
      interrupts.end();
    }
    // tslab's own way to say that a cell failed and that the cells queued behind it shall not run.
    if (cell.reported.length + cell.floating.length > 0) throw count;
    return count;
  };
  return (request) => failures.get(request) ?? { reported: [], floating: [] };
}

/**
 * In place of `process.stdout.write`: like the original it calls back when done (tslab never does, which hangs
 * a cell that awaits it), and a character whose bytes come in two writes stays whole.
 */
function streamWriter(name, writeStream) {
  const decoder = new TextDecoder();
  return (chunk, encoding, callback) => {
    const done = typeof encoding === "function" ? encoding : callback;
    writeStream(name, typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
    if (done) process.nextTick(done);
    return true;
  };
}

/** Joins the writes of one turn of the event loop: a message for each line would be thousands of messages. */
class StreamBuffer {
  #name = "";
  #text = "";
  #publish;

  /** @param {(name: string, text: string) => void} publish */
  constructor(publish) {
    this.#publish = publish;
  }

  write(name, text) {
    if (name !== this.#name) this.flush();
    if (this.#text === "") setImmediate(() => this.flush());
    this.#name = name;
    this.#text += text;
    if (this.#text.length > LONGEST_STREAM_MESSAGE) this.flush();
  }

  flush() {
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#publish(this.#name, text);
  }
}

module.exports = { reportExecution };
