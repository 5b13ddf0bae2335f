import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Trial } from "../../../src/experiments/campaign/plan.js";
import { TaskQueue } from "../../../src/experiments/campaign/task-queue.js";
import type { Task } from "../../../src/experiments/campaign/worker.js";

/** Trials that nobody looks into. */
const trial = (id: string) => ({ id }) as Trial;

/** Tasks of networks by the counts of trials of their maps, each network described first. */
function tasksOf(networks: readonly (readonly number[])[]): Task[] {
  return networks.flatMap((maps, network): Task[] => [
    { kind: "describe", network },
    ...maps.map((count, map): Task => {
      const trials = Array.from({ length: count }, (_, i) => trial(`${network}.${map}.${i}`));
      return { kind: "trials", network, trials };
    }),
  ]);
}

/** Workers that take a time for each trial, and one for a description. @returns when each ended, and all that was done */
function simulate(tasks: readonly Task[], workers: number): { ends: number[]; done: Task[] } {
  const queue = new TaskQueue(tasks, workers);
  const ends = new Array<number>(workers).fill(0);
  const networks = new Array<number | undefined>(workers);
  const done: Task[] = [];
  for (;;) {
    const worker = ends.indexOf(Math.min(...ends));
    const task = queue.next(networks[worker]);
    if (!task) return { ends, done };
    networks[worker] = task.network;
    ends[worker]! += task.kind === "trials" ? task.trials.length : 1;
    done.push(task);
  }
}

const idsOf = (tasks: readonly Task[]) =>
  tasks.flatMap((task) =>
    task.kind === "trials" ? task.trials.map(({ id }) => id) : [`describe ${task.network}`],
  );

describe("the queue of a campaign's tasks", () => {
  const networks = fc.array(fc.array(fc.integer({ min: 1, max: 21 }), { maxLength: 6 }), { maxLength: 4 });

  it("gives out everything once, whatever the number of workers, and no task without trials", () => {
    fc.assert(
      fc.property(networks, fc.integer({ min: 1, max: 5 }), (networks, workers) => {
        const tasks = tasksOf(networks);
        const { done } = simulate(tasks, workers);
        expect(idsOf(done).sort()).toEqual(idsOf(tasks).sort());
        for (const task of done) if (task.kind === "trials") expect(task.trials.length).toBeGreaterThan(0);
      }),
    );
  });

  it("lets two workers end within two trials of each other, where whole maps would leave one idle for 21", () => {
    for (const maps of [1, 3, 5, 25]) {
      const { ends } = simulate(tasksOf([new Array(maps).fill(21)]), 2);
      expect(Math.abs(ends[0]! - ends[1]!)).toBeLessThanOrEqual(2);
    }
  });

  it("parts maps at the end only: of 100 maps fewer than ten", () => {
    const { done } = simulate(tasksOf([new Array(100).fill(21)]), 2);
    const parts = done.filter((task) => task.kind === "trials" && task.trials.length < 21);
    expect(parts.length).toBeLessThan(20);
    expect(done.length - 1 - parts.length).toBeGreaterThan(90);
  });

  it("keeps a worker with its network while that has tasks, and gives the one with the most left to a free worker", () => {
    const queue = new TaskQueue(tasksOf([[9], [9, 9, 9]]), 2);
    expect(queue.next(undefined)).toEqual({ kind: "describe", network: 1 });
    expect(queue.next(0)).toEqual({ kind: "describe", network: 0 });
    expect(queue.next(0)).toMatchObject({ kind: "trials", network: 0 });
    expect(queue.next(0)?.network).toBe(1);
  });
});
