import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { publishedDirectory } from "../../src/experiments/results/index.js";
import { flatenn, temporaryFolder } from "../support/cli.js";
import { alterTrials, published, smallStudy } from "../support/published.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const results = published();

/** A copy in which one trial has another count, manifest and summary included. */
async function forgedResults(): Promise<{ folder: string; id: string; correct: number }> {
  const folder = results.copy();
  const { id, correct } = results.rows[1]!;
  await alterTrials(folder, `UPDATE trials SET correct = 100 WHERE id = '${id}'`);
  return { folder, id, correct };
}

describe("flatenn verify", { timeout: 60_000 }, () => {
  it("says what it checked, how to draw the same sample again, and what a sample can miss", async () => {
    const { code, stdout, stderr } = await flatenn([
      "verify",
      "--results",
      results.folder,
      "--sample-seed",
      "5",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/10 of 18 trials and 2 of 2 networks without faults, in \d+ s/);
    expect(stdout).toContain("11 files have the sha256 that the manifest states.");
    expect(stdout).toContain("--sample-seed 5 draws them again");
    // 5 % of 18 is 1, which 8 of 18 samples of 10 lack
    expect(stdout.replace(/\s+/g, " ")).toContain("missed every one of them with probability 0.44");
    expect(stdout).not.toContain("Note:");
    expect(stdout).toContain("What was checked is right");
  });

  it("ends with 1 and lists each trial that is not what the engine gives", async () => {
    const { folder, id, correct } = await forgedResults();
    const { code, stdout, stderr } = await flatenn(["verify", "--results", folder, "--all"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^${id}  as .*correct +100 +${correct}$`, "m"));
    expect(stdout).not.toContain("What was checked is right");
    expect(stdout).not.toContain("sample");
    expect(stderr).toContain("0 problems with its files, 1 number of trials that the engine does not give");
  });

  it("ends with 1 and names files that are not those of the manifest", async () => {
    const folder = results.copy();
    writeFileSync(join(folder, "summary.csv"), "arm\n");
    const { code, stdout, stderr } = await flatenn(["verify", "--results", folder]);
    expect(code).toBe(1);
    expect(stdout).toContain("Wrong: summary.csv has the sha256");
    expect(stdout).toContain("Wrong: summary.csv is not the summary of trials.parquet");
    expect(stderr).toContain("2 problems with its files");
  });

  it("interrupted ends with 130 and says that nothing is kept", async () => {
    const { code, stdout } = await flatenn(["verify", "--all", "--profile", "quick"], (child) => {
      child.stdout!.once("data", () => setTimeout(() => child.kill("SIGINT"), 500));
    });
    expect([code, stdout]).toEqual([130, expect.stringContaining("Interrupted. Nothing was changed")]);
  });

  it.each([
    [["verify", "--share", "0.1", "--all"], 2, "cannot be used with option"],
    [["verify", "--results", "nowhere"], 1, "this is no folder of published results"],
    [["verify", "--sample-seed", "x"], 2, "must be a whole number"],
    [["replay"], 2, "missing required argument 'trial'"],
    [["replay", "xyz", "--profile", "quick"], 1, 'has an id that begins with "xyz"'],
    [["replay", "a", "--out", "a.txt"], 1, "--out must end with .csv or .json, got a.txt"],
    [["replay", "a", "--out", "nowhere/a.csv"], 1, "there is no folder nowhere; make it first"],
    [["maps", "--map", "9-2"], 2, "must be an index such as 7 or a range such as 0-9, got 9-2"],
  ] as const)("%j ends with exit code %i", async (args, expected, message) => {
    const { code, stderr } = await flatenn(args);
    expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
  });
});

describe("flatenn replay", { timeout: 60_000 }, () => {
  it("shows counts, the first faulty bits of each layer and the classes, and writes every faulty bit", async () => {
    const trial = results.rows[1]!;
    const out = temporaryFolder();
    const [csv, json] = [join(out, "trial.csv"), join(out, "trial.json")];
    const args = ["replay", trial.id.slice(0, 10), "--results", results.folder, "--out"];
    const { code, stdout, stderr } = await flatenn([...args, csv]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`Trial ${trial.id}: as, seed 0, flip at 0.01, map 1, 100 images`);
    expect(stdout).toContain(`Right: stored ${trial.correct}, recomputed ${trial.correct}`);
    expect(stdout).toContain(`The first 5 of each layer; --all shows all ${trial.faulty}`);
    expect(stdout).toMatch(/^Ankle boot +\d+ +\d+ +\d+ +\S/m);
    const [head, ...lines] = readFileSync(csv, "utf8").trim().split("\n");
    expect(head).toBe(
      "layer,weight,at,bit,stored_before,stored_after,code_before,code_after,value_before,value_after,changed",
    );
    expect(lines.length).toBe(trial.faulty);
    expect(lines[0]).toMatch(/^conv1,\d+,\d \d 0 \d,[0-3],[01]{4},[01]{4},\d+,\d+,-?[\d.]+,-?[\d.]+,yes$/);
    const all = await flatenn([...args, json, "--all"]);
    expect(all.stdout.match(/^(conv1|conv2|fc1|fc2|fc3) +\d+ +\d+ \d+/gm)!.length).toBe(trial.faulty);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
      stored: { id: trial.id },
      recomputed: { correct: trial.correct },
      classes: expect.arrayContaining(["Ankle boot"]),
    });
  });

  it("ends with 1 where the stored count is not the recomputed one", async () => {
    const { folder, id, correct } = await forgedResults();
    const { code, stderr } = await flatenn(["replay", id, "--results", folder]);
    expect(code).toBe(1);
    expect(stderr).toContain(`trial ${id} is stored with correct 100, recomputed ${correct}`);
  });
});

describe("flatenn maps", () => {
  it("writes the maps of a range", async () => {
    const out = temporaryFolder();
    const { code, stdout } = await flatenn(["maps", "--map", "1-2", "--out", out]);
    expect(code).toBe(0);
    expect(stdout).toContain("family lenet5-fashion-quick: 2 files");
    expect(readdirSync(out)).toEqual([1, 2].map((map) => `lenet5-fashion-quick-map${map}.safetensors`));
  });
});

describe("where no TensorFlow package is installed", { timeout: 120_000 }, () => {
  /** A copy of the package that lacks @tensorflow. */
  function packageWithoutTensorFlow(): string {
    const root = temporaryFolder();
    cpSync(join(ROOT, "dist"), join(root, "dist"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(root, "package.json"));
    symlinkSync(join(ROOT, "data"), join(root, "data"));
    mkdirSync(join(root, "node_modules"));
    for (const name of readdirSync(join(ROOT, "node_modules")))
      if (name !== "@tensorflow")
        symlinkSync(join(ROOT, "node_modules", name), join(root, "node_modules", name));
    return root;
  }

  it("verify, replay, maps and campaign work; train is what needs it", () => {
    const root = packageWithoutTensorFlow();
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(root, "dist", "cli", "main.js"), ...args], {
        cwd: root,
        encoding: "utf8",
      });
    const done = (...args: string[]) => {
      const { status, stderr } = run(...args);
      expect([args[0], status, stderr]).toEqual([args[0], 0, ""]);
    };
    done("verify", "--results", results.folder);
    done("replay", "8df79480bfa6ae254ff4", "--profile", "quick");
    done("maps", "--map", "0", "--out", "maps");
    const study = join(root, "study.json");
    writeFileSync(study, JSON.stringify(smallStudy));
    const checkpoints = join(publishedDirectory("lenet5-fashion", "quick"), "checkpoints");
    done("campaign", "--study", study, "--checkpoints", checkpoints, "--out", "run");
    const again = readFileSync(join(root, "run", "trials.parquet"));
    expect(again.equals(readFileSync(join(results.folder, "trials.parquet")))).toBe(true);
    expect(run("train", "--arm", "float").stderr).toContain("@tensorflow/tfjs-core");
  });
});
