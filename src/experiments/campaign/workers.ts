import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "../../base/errors.js";
import { threadArguments } from "../../base/thread-arguments.js";
import type { ImageDataset } from "../../datasets/images.js";
import { faultModules } from "../fault-files/load.js";
import { faultsOf } from "../study/arms.js";

import { TaskQueue } from "./task-queue.js";
import type { Message, Reply, Task, WorkerData } from "./worker.js";

/** What comes of tasks. */
export type Result = Exclude<Reply, { kind: "done" | "error" }>;

/** Threads that evaluate trials side by side. */
interface Workers {
  /** Does tasks and gives their results as they come. Where it ends early, by the signal too, the workers are to be closed. */
  run(tasks: readonly Task[], signal?: AbortSignal): AsyncGenerator<Result>;
  /** Ends the threads, in the middle of what they do. */
  close(): Promise<void>;
}

/** Workers are compiled code in a file of their own: the same place seen from src/ and from dist/. */
const WORKER = new URL("../../../dist/experiments/campaign/worker.js", import.meta.url);

/**
 * Starts workers, which load their code while the images are loaded.
 * @param loadImages gives the campaign's images, in memory that threads share
 * @param count how many; their number and order change no result
 */
export function openWorkers(
  data: Omit<WorkerData, "faultModules">,
  loadImages: () => ImageDataset,
  count: number,
): Workers {
  const workerData: WorkerData = { ...data, faultModules: faultModules(faultsOf(data.study)) };
  const workers = Array.from(
    { length: count },
    () => new Worker(WORKER, { workerData, execArgv: threadArguments() }),
  );
  const close = async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    const message: Message = { kind: "images", images: loadImages() };
    for (const worker of workers) worker.postMessage(message);
  } catch (error) {
    void close();
    throw error;
  }
  return {
    async *run(tasks, signal) {
      const queue = new TaskQueue(tasks, count);
      const replies = new Channel<{ worker: Worker; reply: Reply }>();
      let busy = 0;
      const give = (worker: Worker, before: number | undefined) => {
        const task = queue.next(before);
        if (!task) return;
        busy++;
        current.set(worker, task.network);
        worker.postMessage(task);
      };
      const current = new Map<Worker, number>();
      const stopListening = workers.map((worker) => listen(worker, replies, workerData.faultModules));
      const abort = () => replies.fail(signal!.reason);
      signal?.addEventListener("abort", abort, { once: true });
      try {
        signal?.throwIfAborted();
        for (const worker of workers) give(worker, undefined);
        while (busy > 0) {
          const { worker, reply } = await replies.take();
          if (reply.kind === "done") {
            busy--;
            give(worker, current.get(worker));
          } else if (reply.kind === "error")
            throw reply.user ? new UserError(reply.message) : new Error(reply.message);
          else yield reply;
        }
      } finally {
        signal?.removeEventListener("abort", abort);
        for (const stop of stopListening) stop();
      }
    },
    close,
  };
}

/** @param faultModules code that is not ours and runs in the threads */
function listen(
  worker: Worker,
  replies: Channel<{ worker: Worker; reply: Reply }>,
  faultModules: WorkerData["faultModules"],
): () => void {
  const onMessage = (reply: Reply) => replies.put({ worker, reply });
  // whatever was thrown
  const onError = (error: unknown) =>
    replies.fail(error instanceof Error ? error : new Error(messageOf(error)));
  const onExit = (code: number) => {
    const paths = faultModules.map(({ path }) => path);
    const what = `a worker ended with exit code ${code} in the middle of its trials`;
    replies.fail(
      paths.length === 0
        ? new Error(what)
        : new UserError(
            `${what}: a fault model must only compute, and not end its process (${paths.join(", ")})`,
          ),
    );
  };
  worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  return () => worker.off("message", onMessage).off("error", onError).off("exit", onExit);
}

/** Passes values from events to one reader. */
class Channel<T> {
  readonly #values: T[] = [];
  #error: Error | undefined;
  #wake = () => {};

  put(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#wake();
  }

  async take(): Promise<T> {
    while (this.#values.length === 0) {
      if (this.#error) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#values.shift()!;
  }
}
