import type { Task } from "./worker.js";

/**
 * Tasks by network: a worker stays with a network while it has tasks, since loading one takes time. Towards the end tasks
 * are parted, so that no worker waits for another's last map: on a large network all trials of one take a quarter of a minute.
 */
export class TaskQueue {
  readonly #byNetwork = new Map<number, Task[]>();
  readonly #workers: number;
  /** Trials that are not given out yet. */
  #trials = 0;

  constructor(tasks: readonly Task[], workers: number) {
    this.#workers = workers;
    for (const task of tasks) {
      const list = this.#byNetwork.get(task.network);
      if (list) list.push(task);
      else this.#byNetwork.set(task.network, [task]);
      if (task.kind === "trials") this.#trials += task.trials.length;
    }
  }

  /** The next task of the network a worker has, else of the one with the most tasks left; undefined if there is none. */
  next(network: number | undefined): Task | undefined {
    const most = () => [...this.#byNetwork].sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
    const chosen = network !== undefined && this.#byNetwork.has(network) ? network : most();
    if (chosen === undefined) return undefined;
    const list = this.#byNetwork.get(chosen)!;
    const [task, rest] = this.#part(list.shift()!);
    if (rest) list.unshift(rest);
    if (list.length === 0) this.#byNetwork.delete(chosen);
    return task;
  }

  /** At most half of a worker's fair share of all trials that are left, and what that leaves of the task. */
  #part(task: Task): [task: Task, rest: Task | undefined] {
    if (task.kind !== "trials") return [task, undefined];
    const { trials } = task;
    const count = Math.min(trials.length, Math.ceil(this.#trials / (2 * this.#workers)));
    this.#trials -= count;
    if (count === trials.length) return [task, undefined];
    return [
      { ...task, trials: trials.slice(0, count) },
      { ...task, trials: trials.slice(count) },
    ];
  }
}
