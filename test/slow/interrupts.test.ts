import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { readResultsFrom } from "../../src/experiments/results/index.js";
import { contents, reproduceInto, reproducible, temporaryFolder, writeSmallStudy } from "../support/cli.js";

it("a study killed at random moments, by SIGINT or SIGKILL, ends with the bytes of an uninterrupted one", async () => {
  const folder = temporaryFolder();
  const reproduce = reproduceInto(folder, writeSmallStudy(folder));
  const started = performance.now();
  expect((await reproduce("whole")).code).toBe(0);
  const whole = performance.now() - started;

  const draws = stream("test", "interrupts");
  let killed = 0;
  for (let i = 0; i < 40; i++) {
    const signal = i % 2 === 0 ? "SIGINT" : "SIGKILL";
    const moment = (0.02 + 0.2 * draws.uniform()) * whole;
    const ended = await reproduce("cut", (child) => setTimeout(() => child.kill(signal), moment));
    if (ended.code === 0) break;
    killed++;
  }
  expect(killed).toBeGreaterThan(3);
  expect((await reproduce("cut")).code).toBe(0);
  expect(reproducible(join(folder, "cut"))).toEqual(reproducible(join(folder, "whole")));
  expect(contents(join(folder, "cut-figures"))).toEqual(contents(join(folder, "whole-figures")));
  const { trials } = await readResultsFrom(join(folder, "cut"));
  expect(new Set(trials.map(({ id }) => id)).size).toBe(trials.length);
  expect(readdirSync(join(folder, "cut"))).not.toContain("unfinished");
}, 600_000);
