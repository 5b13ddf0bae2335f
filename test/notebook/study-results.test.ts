import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { publishedDirectory } from "../../src/experiments/results/index.js";
import { studyResults } from "../../src/notebook/index.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a notebook shows the committed results, of the full profile where there are any", async () => {
  vi.stubEnv("FLATENN_RECOMPUTE", undefined);
  const { results, directory } = await studyResults("lenet5-fashion");
  const full = existsSync(join(publishedDirectory("lenet5-fashion", "full"), "results.json"));
  expect(results.study.profile).toBe(full ? "full" : "quick");
  expect(results.trials.length).toBeGreaterThan(0);
  expect(existsSync(join(directory, "checkpoints"))).toBe(true);
});

test("FLATENN_RECOMPUTE names a profile", async () => {
  vi.stubEnv("FLATENN_RECOMPUTE", "yes");
  await expect(studyResults("lenet5-fashion")).rejects.toThrow("must be quick, full or not set, got yes");
});

test("a study that cannot be computed anew says why", async () => {
  vi.stubEnv("FLATENN_RECOMPUTE", "quick");
  await expect(studyResults("no-such-study")).rejects.toThrow("there is no study no-such-study");
});
