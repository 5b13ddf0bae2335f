import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { publishedDirectory } from "../../src/experiments/results/index.js";
import { findStudy } from "../../src/studies/index.js";
import { contents, flatenn, temporaryFolder } from "../support/cli.js";

const quick = findStudy("lenet5-fashion", "quick");

it.each([[["claims", "--profile", "quick"]], [["data"]]])(
  "%j ends quietly where nobody reads what it prints, with the exit code of other such programs",
  async (args) => {
    const ended = await flatenn(args, (child) => child.stdout!.destroy());
    expect(ended).toEqual({ code: 141, signal: null, stdout: "", stderr: "" });
  },
);

it("so does a campaign, and nothing of it is lost: the same command goes on, to the bytes of one that was read", async () => {
  const folder = temporaryFolder();
  const study = join(folder, "study.json");
  const campaign = { ...quick.campaign, images: 200, maps: 2 };
  writeFileSync(
    study,
    JSON.stringify({ ...quick, arms: quick.arms.slice(0, 1), profile: "small", campaign }),
  );
  const checkpoints = join(publishedDirectory(quick.name, quick.profile), "checkpoints");
  const run = (out: string, begun?: Parameters<typeof flatenn>[1]) =>
    flatenn(["campaign", "--study", study, "--checkpoints", checkpoints, "--out", join(folder, out)], begun);
  const whole = await run("whole");
  expect([whole.code, whole.stderr]).toEqual([0, ""]);
  expect(whole.stdout).toContain(`npx flatenn figures --results ${join(folder, "whole")} draws them`);

  const cut = await run("cut", (child) => child.stdout!.once("data", () => child.stdout!.destroy()));
  expect([cut.code, cut.stderr]).toEqual([141, ""]);
  expect((await run("cut")).code).toBe(0);
  expect(contents(join(folder, "cut"))).toEqual(contents(join(folder, "whole")));
}, 60_000);
