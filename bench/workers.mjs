/* What a second worker thread brings: the same campaign, start and end included, with one and with two. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publishedDirectory } from "../dist/experiments/results/index.js";

const STUDY = "lenet5-fashion";
const PROGRAM = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

export function workersCase() {
  return {
    name: "Two workers in place of one make the campaign of one network of the full study, start and end included, faster by",
    task: { kind: "own" },
    unit: "times",
    repeats: 1,
    rounds: 2,
    ours: ({ quick }) => {
      const [profile, arm] = quick ? ["quick", "as"] : ["full", "hoyer"];
      return (repeats) => ({
        ms: Array.from({ length: repeats }, () => secondsOf(profile, arm, 1) / secondsOf(profile, arm, 2)),
      });
    },
  };
}

function secondsOf(profile, arm, jobs) {
  const out = mkdtempSync(join(tmpdir(), "flatenn-bench-"));
  try {
    const checkpoints = join(publishedDirectory(STUDY, profile), "checkpoints");
    const which = ["--study", STUDY, "--profile", profile, "--arm", arm, "--seed", "0"];
    const where = ["--checkpoints", checkpoints, "--out", join(out, "run"), "--jobs", String(jobs)];
    const started = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, "campaign", ...which, ...where], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the campaign failed:\n${stderr}`);
    return (performance.now() - started) / 1000;
  } finally {
    rmSync(out, { recursive: true });
  }
}
