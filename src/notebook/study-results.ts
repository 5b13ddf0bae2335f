import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { ROOT } from "../base/root.js";
import { publishedDirectory, readResultsFrom, resultsName } from "../experiments/results/results.js";
import type { Results } from "../experiments/results/rows.js";
import { findStudy } from "../studies/registry.js";
import { cellSignal } from "./cell-signal.js";
import { emit } from "./emit.js";

/** What a notebook shows: results, and the folder that they are in, with the networks' checkpoints. */
export interface StudyResults {
  readonly results: Results;
  readonly directory: string;
}

/**
 * Results of a study: those that come with the repository, of the full profile if it has them, else of the quick one. With
 * `FLATENN_RECOMPUTE=quick` (or `full`) in the environment, that profile is trained and evaluated anew instead, or gone on with,
 * below `data/runs/`; it shows how far it is, and an interrupt of the cell loses nothing.
 * @throws UserError for a study that there is none of, for another value, or with what went wrong
 */
export async function studyResults(study: string): Promise<StudyResults> {
  const profile = process.env["FLATENN_RECOMPUTE"] ?? "";
  if (profile === "") {
    findStudy(study, "full");
    const full = publishedDirectory(study, "full");
    const directory = existsSync(join(full, "results.json")) ? full : publishedDirectory(study, "quick");
    return { results: await readResultsFrom(directory), directory };
  }
  if (profile !== "quick" && profile !== "full")
    throw new UserError(`FLATENN_RECOMPUTE must be quick, full or not set, got ${profile}`);
  const directory = join(ROOT, "data", "runs", `notebooks-${resultsName(study, profile)}`);
  await reproduce(study, profile, directory);
  return { results: await readResultsFrom(directory), directory };
}

/** Runs `flatenn reproduce` and shows the last line of what it says; at the end the line is the same on every run. */
async function reproduce(study: string, profile: string, directory: string): Promise<void> {
  const id = randomUUID();
  let shown = false;
  const tell = (text: string) => {
    if (emit({ "text/plain": text }, { id, replace: shown })) shown = true;
  };
  const main = join(ROOT, "dist", "cli", "main.js");
  const where = ["--out", directory, "--figures", join(directory, "figures")];
  const child = spawn(
    process.execPath,
    [main, "reproduce", "--study", study, "--profile", profile, ...where],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const signal = cellSignal();
  const interrupt = () => child.kill("SIGINT");
  signal.addEventListener("abort", interrupt);
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const line = text.trim().split("\n").at(-1)!;
    if (line !== "") tell(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-10_000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  signal.removeEventListener("abort", interrupt);
  signal.throwIfAborted();
  if (code !== 0) throw new UserError(`computing profile ${profile} anew failed:\n${errors.trim()}`);
  tell(`computed anew: ${study}, profile ${profile}`);
}
