import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findStudy } from "../../src/studies/index.js";
import { flatenn, temporaryFolder, writeSmallStudy } from "../support/cli.js";

describe("help", () => {
  it("lists the commands, and each command shows an example", async () => {
    const { code, stdout } = await flatenn(["--help"]);
    expect(code).toBe(0);
    for (const command of [
      "reproduce",
      "train",
      "campaign",
      "single-bit",
      "figures",
      "claims",
      "verify",
      "replay",
      "maps",
      "data",
    ]) {
      expect(stdout).toContain(`  ${command} `);
      const help = await flatenn([command, "--help"]);
      expect(help.code).toBe(0);
      expect(help.stdout).toContain(`Example:\n  flatenn ${command}`);
    }
  });
});

describe("a user's mistake is told in a line, without a stack trace", () => {
  it.each([
    [["fly"], 2, "unknown command 'fly'"],
    [["train", "--seed", "-1"], 2, "must be a whole number >= 0, got -1"],
    [["claims", "--out", ""], 2, "--out <file> is empty"],
    [["campaign", "--fault", ""], 2, "--fault <model> is empty"],
    [["replay", ""], 2, "an argument is empty"],
    [["maps", "--map", "0-999999999"], 1, "1,000,000,000 fault maps need about"],
    [["maps", "--map", "0-99999999999999999999"], 2, "must be an index such as 7"],
    [["landscape", "--points", "999999999"], 1, "999,999,999 points a side need about"],
    [["train", "--fast"], 2, "unknown option '--fast'"],
    [["reproduce", "--jobs", "0"], 2, "must be at least 1, got 0"],
    [["campaign", "--jobs", "5000"], 2, "must be at most 64, got 5000"],
    [
      ["campaign", "--max-maps", "20"],
      1,
      "--max-maps 20 limits the maps of --precision; name a precision too",
    ],
    [["campaign", "--precision", "1", "--max-maps", "5"], 1, "--max-maps must be at least 10, got 5"],
    [["train", "--profile", "huge"], 1, "there is no study lenet5-fashion with profile huge; there is: "],
    [["claims", "--results", "nowhere"], 1, "there are no finished results in nowhere; `npm start` or"],
    [
      ["claims", "--out", "nowhere/claims.md"],
      1,
      "--out nowhere/claims.md cannot be written: there is no folder",
    ],
    [
      ["campaign", "--checkpoints", "nowhere"],
      1,
      "--checkpoints must be a folder with trained networks; there is",
    ],
    [["train", "--study", "no.json"], 1, "--study no.json cannot be read: ENOENT"],
  ] as const)("%j ends with exit code %i", async (args, expected, message) => {
    const { code, stderr } = await flatenn(args);
    expect(code).toBe(expected);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("but --verbose shows the trace", async () => {
    const { code, stderr } = await flatenn(["claims", "--results", "nowhere", "--verbose"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\s+at /m);
  });

  it("an arm or seed that the study does not have is refused with those it has", async () => {
    const folder = temporaryFolder();
    const run = (...args: string[]) => flatenn([...args, "--out", join(folder, "run")]);
    expect((await run("train", "--arm", "dense")).stderr).toContain(
      "arm must be one of standard, standard-saq, as, as-saq, got dense",
    );
    expect((await run("train", "--seed", "7")).stderr).toContain(
      "--seed must be one of 0 in profile quick, got 7",
    );
  });

  it("an arm before its float network, or a campaign before its training, says what to run first", async () => {
    const out = join(temporaryFolder(), "run");
    const arm = await flatenn(["train", "--arm", "as", "--out", out]);
    expect([arm.code, arm.stderr]).toEqual([
      1,
      expect.stringContaining("train it first: npx flatenn train --arm float --seed 0"),
    ]);
    const campaign = await flatenn(["campaign", "--arm", "as", "--out", out, "--checkpoints", out]);
    expect([campaign.code, campaign.stderr]).toEqual([
      1,
      expect.stringContaining("train it first: npx flatenn train --arm as --seed 0"),
    ]);
  });

  it("a study that is not frozen is refused the test images before anything is trained", async () => {
    const folder = temporaryFolder();
    const { campaign } = findStudy("lenet5-fashion", "full");
    const study = writeSmallStudy(folder, { exploratory: false, frozen: false, campaign });
    const { code, stderr, stdout } = await flatenn([
      "reproduce",
      "--study",
      study,
      "--out",
      join(folder, "run"),
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain("which nothing reads before the study is frozen");
    expect(stdout).not.toContain("train");
  });

  it("a run folder of other settings is left alone", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "run");
    await flatenn(["train", "--study", writeSmallStudy(folder), "--arm", "nothing", "--out", out]);
    const { code, stderr } = await flatenn(["train", "--out", out]);
    expect(code).toBe(1);
    expect(stderr).toContain("holds a run with other settings");
  });

  it("a path that the system refuses is named, with what to check", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    const { code, stderr } = await flatenn(["reproduce", "--out", join(folder, "file")]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/file already exists.*file'\nThe system refused this: check the path/s),
    ]);
  });

  it("a damaged checkpoint is named, with what to do", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "run", "checkpoints"), { recursive: true });
    writeFileSync(join(folder, "run", "checkpoints", "float-seed0.safetensors"), "not a checkpoint");
    const { code, stderr } = await flatenn(["train", "--arm", "float", "--out", join(folder, "run")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /float-seed0\.safetensors is damaged .*delete it and run the command that makes it again/,
    );
  });

  it("a study file cannot freeze a study of this program's by itself, but may one of its own", async () => {
    const folder = temporaryFolder();
    const study = (name: string) =>
      writeSmallStudy(folder, { ...findStudy("lenet5-fashion", "full"), seeds: [0, 1, 2], name });
    const plan = (path: string) =>
      flatenn(["train", "--arm", "none", "--study", path, "--out", join(folder, "run")]);
    const ours = await plan(study("lenet5-fashion"));
    expect([ours.code, ours.stderr]).toEqual([
      1,
      expect.stringContaining(
        "says that lenet5-fashion, profile full, is frozen, but it is not the study of that name",
      ),
    ]);
    expect((await plan(study("mine"))).stderr).toContain("arm must be one of");
  });

  it("a study file with an unknown key is refused by the key's name", async () => {
    const folder = temporaryFolder();
    const path = writeSmallStudy(folder, { epochs: 3 } as object);
    const { code, stderr } = await flatenn(["train", "--study", path, "--out", join(folder, "run")]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/unrecognized key.*epochs/i)]);
  });
});
