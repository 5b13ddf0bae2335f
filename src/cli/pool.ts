import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../base/errors.js";
import { duration } from "../base/progress-text.js";
import { extensionArguments } from "./extensions.js";
import { onInterrupt } from "./interrupts.js";
import { endLine, type ProgressMessage, throttled } from "./progress-line.js";

/** A command of this program to be run in a process of its own. */
export interface Task {
  readonly title: string;
  /** Arguments of the command line; the extensions of this process come in addition. */
  readonly args: readonly string[];
  /** Titles of the tasks that must be done before. */
  readonly after: readonly string[];
}

/**
 * Runs tasks in child processes, as many side by side as `jobs`, in order as far as their dependencies allow.
 * An interrupt ends the children, who have stored what they finished.
 * @throws UserError with a task's own message if it fails; the others are stopped
 */
export async function runTasks(tasks: readonly Task[], jobs: number): Promise<void> {
  const waiting = [...tasks];
  const done = new Set<string>();
  const running = new Map<Task, { child: ChildProcess; progress: string; ended: Promise<void> }>();
  const show = throttled();
  const stop = () => {
    for (const { child } of running.values()) child.kill("SIGTERM");
  };
  const ended = onInterrupt((code) => {
    stop();
    endLine("Interrupted. What is finished is kept: the same command goes on from here.");
    process.exit(code);
  });
  const known = new Set(tasks.map(({ title }) => title));
  const ready = (task: Task) => task.after.every((title) => done.has(title) || !known.has(title));
  try {
    while (waiting.length > 0 || running.size > 0) {
      for (const task of waiting.filter(ready).slice(0, jobs - running.size)) {
        waiting.splice(waiting.indexOf(task), 1);
        const started = performance.now();
        const state = { ...start(task), progress: "starting" };
        running.set(task, state);
        state.child.on("message", ({ progress }: ProgressMessage) => {
          state.progress = progress;
          show([...running].map(([{ title }, { progress }]) => `${title}: ${progress}`).join(" | "));
        });
        state.ended = state.ended.then(() => {
          running.delete(task);
          done.add(task.title);
          endLine(`  ${task.title}: done in ${duration((performance.now() - started) / 1000)}`);
        });
      }
      await Promise.race([...running.values()].map(({ ended }) => ended));
    }
  } finally {
    stop();
    ended();
  }
}

function start({ title, args }: Task): { child: ChildProcess; ended: Promise<void> } {
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const child = fork(main, [...args, ...extensionArguments()], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr!.on("data", (chunk) => {
    errors = (errors + chunk).slice(-10_000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new (code === 1 ? UserError : Error)(
            `${title} failed (${signal ?? `exit code ${code}`}):\n${errors.trim() || "it said nothing"}`,
          ),
        );
    });
  });
  ended.catch(() => {}); // whoever races for it hears of it
  return { child, ended };
}
