import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stream } from "../../src/base/random/index.js";
import { publishedDirectory } from "../../src/experiments/results/index.js";
import { findStudy } from "../../src/studies/index.js";
import { contents, flatenn, temporaryFolder } from "../support/cli.js";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const quick = findStudy("lenet5-fashion", "quick");
const checkpoints = join(publishedDirectory(quick.name, quick.profile), "checkpoints");

/** Arguments of a campaign of seconds on the committed networks. */
function campaignIn(folder: string) {
  const study = join(folder, "study.json");
  writeFileSync(
    study,
    JSON.stringify({ ...quick, profile: "small", campaign: { ...quick.campaign, images: 200, maps: 2 } }),
  );
  return (name: string) => [
    "campaign",
    "--study",
    study,
    "--checkpoints",
    checkpoints,
    "--out",
    join(folder, name),
  ];
}

describe("a campaign", { timeout: 600_000 }, () => {
  it("killed by SIGKILL at 30 random moments ends with the bytes of an uninterrupted one", async () => {
    const folder = temporaryFolder();
    const args = campaignIn(folder);
    const started = performance.now();
    expect((await flatenn(args("whole"))).code).toBe(0);
    const whole = performance.now() - started;
    const expected = contents(join(folder, "whole"));

    const draws = stream("test", "campaign kills");
    let kills = 0;
    for (let run = 0; kills < 30; run++) {
      for (let ended: number | null = null; ended !== 0; ) {
        const moment = (0.1 + 0.7 * draws.uniform()) * whole;
        const { code, signal } = await flatenn(args(`cut${run}`), (child) => {
          void setTimeout(moment).then(() => child.kill("SIGKILL"));
        });
        ended = code;
        if (signal === "SIGKILL") kills++;
      }
      expect(contents(join(folder, `cut${run}`))).toEqual(expected);
    }
  });

  it("with one worker or three, whole or arm by arm in another order, gives the same bytes", async () => {
    const folder = temporaryFolder();
    const args = campaignIn(folder);
    expect((await flatenn([...args("one"), "--jobs", "1"])).code).toBe(0);
    for (const arm of ["as-saq", "standard", "as", "standard-saq"])
      expect((await flatenn([...args("arms"), "--jobs", "3", "--arm", arm])).code).toBe(0);
    const last = await flatenn(args("arms"));
    expect(last.stdout).toContain("trials already done");
    expect(contents(join(folder, "arms"))).toEqual(contents(join(folder, "one")));
  });

  it("begun twice in one folder goes on once: the second is refused by the first one's number", async () => {
    const folder = temporaryFolder();
    const args = campaignIn(folder);
    const first = spawn(process.execPath, [MAIN, ...args("run")], { stdio: "ignore" });
    const ended = new Promise((resolve) => first.on("close", resolve));
    while (!existsSync(join(folder, "run", `.lock-${first.pid}`))) await setTimeout(10);
    const second = await flatenn(args("run"));
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringContaining(`process ${first.pid} is at work`),
    ]);
    expect(await ended).toBe(0);
    expect((await flatenn(args("alone"))).code).toBe(0);
    expect(contents(join(folder, "run"))).toEqual(contents(join(folder, "alone")));
  });
});
