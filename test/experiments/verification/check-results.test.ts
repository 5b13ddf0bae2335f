import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { publishedDirectory, type TrialRow } from "../../../src/experiments/results/index.js";
import { addToManifest, checkManifest, writeManifest } from "../../../src/experiments/results/manifest.js";
import { type CheckedResults, checkResults } from "../../../src/experiments/verification/check-results.js";
import { verifyResults } from "../../../src/experiments/verification/index.js";
import {
  decodeCheckpoint,
  networkHash,
  readCheckpoint,
  writeCheckpoint,
} from "../../../src/networks/checkpoints/index.js";
import { alterTrials, changeJson, published, smallStudy } from "../../support/published.js";

const results = published();

const check = (folder: string) => checkResults(folder, join(folder, "checkpoints"));
const told = ({ problems }: CheckedResults) => problems.join("\n");

describe("published results, before anything is recomputed", { timeout: 60_000 }, () => {
  it("are right as they come, and every trial is one that the study plans", async () => {
    expect(checkManifest(results.folder)).toEqual({ right: 11, problems: [] });
    const { problems, planned } = await check(results.folder);
    expect([problems, planned]).toEqual([[], results.rows]);
  });

  it("betray a byte flipped in a checkpoint by its checksum, and if that was mended, by all that hangs on it", async () => {
    const folder = results.copy();
    const path = join(folder, "checkpoints", "as-seed0.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 3]! ^= 1; // in the last number of a tensor
    writeFileSync(path, bytes);
    const { right, problems } = checkManifest(folder);
    expect([right, problems]).toEqual([
      10,
      [
        expect.stringMatching(
          /^checkpoints\/as-seed0.safetensors has the sha256 [0-9a-f]{64}, not [0-9a-f]{64}$/,
        ),
      ],
    ]);
    writeManifest(smallStudy, folder);
    expect(checkManifest(folder).problems).toEqual([]);
    const mended = await check(folder);
    const network = networkHash(decodeCheckpoint(bytes, path));
    expect(told(mended)).toContain(`the checkpoint of as, seed 0 is the network ${network}`);
    expect(told(mended)).toContain("trials.parquet lacks trials of the plan (9)");
    expect(told(mended)).toContain("not planned for these checkpoints (9)");
    expect(mended.planned).toEqual(results.rows.filter(({ arm }) => arm === "as-saq"));
  });

  it("take in what was measured around their networks, and betray it if it is of another network", async () => {
    const folder = results.copy();
    const network = networkHash(readCheckpoint(join(folder, "checkpoints", "as-seed0.safetensors")));
    const path = join(folder, "sharpness", "as-seed0.json");
    mkdirSync(join(folder, "sharpness"));
    const published = join(publishedDirectory("lenet5-fashion", "full"), "sharpness", "as-seed0.json");
    const whole = JSON.parse(readFileSync(published, "utf8"));
    const write = (hash: string, document = whole) =>
      writeFileSync(path, JSON.stringify({ ...document, profile: "small", network: hash }));
    write(network, { format: "flatenn-sharpness-1", arm: "as", seed: 0 });
    expect(checkManifest(folder).problems).toEqual(["sharpness/as-seed0.json is not in the manifest"]);
    writeFileSync(join(folder, "summary.csv"), "altered");
    addToManifest(folder, "sharpness");
    expect(checkManifest(folder).problems).toEqual([expect.stringContaining("summary.csv has the sha256")]);
    expect(told(await check(folder))).not.toContain("another network");
    expect(told(await check(folder))).toContain("sharpness/as-seed0.json.measures: Invalid input");
    write(network.replace(/^./, (digit: string) => (digit === "0" ? "1" : "0")));
    expect(told(await check(folder))).toContain(
      "sharpness/ has a flatenn-sharpness-1 of as, seed 0, that is of another network than its checkpoint",
    );
  });

  it("betray a checkpoint that can no longer be read", async () => {
    const folder = results.copy();
    writeFileSync(join(folder, "checkpoints", "as-seed0.safetensors"), "rubbish");
    const checked = await check(folder);
    expect(told(checked)).toContain("as-seed0.safetensors is damaged");
    expect(checked.networks.map(({ arm }) => arm)).toEqual(["as-saq"]);
  });

  it("betray a checkpoint of another arm, or one that was trained otherwise", async () => {
    const folder = results.copy();
    const at = (arm: string) => join(folder, "checkpoints", `${arm}-seed0.safetensors`);
    cpSync(at("as"), at("as-saq"));
    expect(told(await check(folder))).toContain(
      "the checkpoint of as-saq, seed 0 says that it is as, seed 0",
    );
    const longer = results.copy();
    changeJson(longer, "study.json", (study: typeof smallStudy) => ({
      ...study,
      quantized: { ...study.quantized, epochs: 9 },
    }));
    expect(told(await check(longer))).toContain(
      "the checkpoint of as, seed 0 was made with other settings than study.json has",
    );
  });

  it("betray a float network that is not the one the others began with, or say that they cannot", async () => {
    const alterFloat = (folder: string) => {
      const path = join(folder, "checkpoints", "float-seed0.safetensors");
      const float = readCheckpoint(path);
      const before = networkHash(float);
      float.parameters["fc1.weight"]!.data[7]! += 1;
      writeCheckpoint(path, float);
      writeManifest(smallStudy, folder);
      return [before, networkHash(float)];
    };
    const folder = results.copy();
    expect(await check(folder)).toMatchObject({ problems: [], notes: [] });
    const [before, after] = alterFloat(folder);
    expect((await check(folder)).problems).toEqual(
      ["as", "as-saq"].map(
        (arm) =>
          `${arm}, seed 0 began with the float network ${before}, the checkpoint of float, seed 0 is ${after}`,
      ),
    );

    const older = results.copy();
    for (const arm of ["as", "as-saq"]) {
      const path = join(older, "checkpoints", `${arm}-seed0.safetensors`);
      const { origin, ...rest } = readCheckpoint(path);
      const { start: _, ...before } = origin;
      writeCheckpoint(path, { origin: before, ...rest });
    }
    alterFloat(older);
    expect(await check(older)).toMatchObject({
      problems: [],
      notes: [expect.stringMatching(/^2 of 2 checkpoints are of a version .* sha256 and settings alone$/)],
    });
  });

  it("may be of some networks of the study; what is there of the others must not be there in part", async () => {
    const folder = results.copy();
    const gone = (name: string) => rmSync(join(folder, name));
    gone("checkpoints/as-saq-seed0.safetensors");
    gone("networks/as-saq-seed0.json");
    changeJson(folder, "results.json", ({ networks, ...rest }: { networks: { arm: string }[] }) => ({
      ...rest,
      networks: networks.filter(({ arm }) => arm === "as"),
    }));
    expect(told(await check(folder))).toMatch(
      /^as-saq, seed 0 is not measured.*\nthere is no checkpoint .*as-saq-seed0.*\ntrials.*not planned.*\(9\)/,
    );
    await alterTrials(folder, "DELETE FROM trials WHERE arm = 'as-saq'");
    const { problems, notes, planned } = await check(folder);
    expect([problems, notes[0]]).toEqual([[], "1 of 2 networks of the study are in these results"]);
    expect(planned).toEqual(results.rows.filter(({ arm }) => arm === "as"));
    const row = "as-saq-seed0.json";
    cpSync(join(results.folder, "networks", row), join(folder, "networks", row));
    expect(told(await check(folder))).toContain("there is no checkpoint");
  });

  it("betray hidden files and what an unfinished run left, unless they were published as they are", () => {
    const folder = results.copy();
    mkdirSync(join(folder, "unfinished"));
    for (const name of [".hidden", "checkpoints/.hidden", "unfinished/trials.duckdb"])
      writeFileSync(join(folder, name), "");
    expect(checkManifest(folder).problems.map((problem) => problem.split(",")[0])).toEqual(
      [".hidden", "checkpoints/.hidden", "unfinished/trials.duckdb"].map(
        (name) => `${name} is not in the manifest`,
      ),
    );
    writeManifest(smallStudy, folder);
    expect(checkManifest(folder).problems.length).toBe(3);
  });

  it("betray files that are gone or have come", async () => {
    const folder = results.copy();
    rmSync(join(folder, "summary.csv"));
    rmSync(join(folder, "networks", "as-seed0.json"));
    writeFileSync(join(folder, "notes.txt"), "");
    const missing = ["networks/as-seed0.json is missing", "notes.txt is not in the manifest"];
    expect(checkManifest(folder)).toEqual({ right: 9, problems: [...missing, "summary.csv is missing"] });
    expect(told(await check(folder))).toContain("results.json has other networks than networks/");
    rmSync(join(folder, "trials.parquet"));
    expect(await check(folder)).toMatchObject({ rows: [], planned: [] });
  });

  it("are refused without manifest or settings, with what is wrong with the other files", async () => {
    const folder = results.copy();
    rmSync(join(folder, "study.json"));
    const verify = () => verifyResults(folder, { sampleSeed: 0 });
    await expect(verify()).rejects.toThrow(/^study\.json is missing\n.*study\.json cannot be read/);
    writeFileSync(join(folder, "manifest.json"), '{"format": "another"}');
    await expect(verify()).rejects.toThrow("manifest.json must have the format flatenn-results-1");
    writeFileSync(join(folder, "manifest.json"), "{");
    await expect(verify()).rejects.toThrow(
      /manifest\.json cannot be read .*delete it and run the command that makes it again/,
    );
    rmSync(join(folder, "manifest.json"));
    await expect(verify()).rejects.toThrow("this is no folder of published results");
    writeFileSync(join(folder, "study.json"), "{}");
    await expect(verify()).rejects.toThrow("this run is not done; it is written when every network");
    writeFileSync(join(folder, "precision.csv"), "");
    await expect(verify()).rejects.toThrow(
      `this is a campaign with --precision, whose trials are as many as that took`,
    );
  });

  it("betray trials that are missing, surplus, twice there or said to be others, each by its id", async () => {
    const folder = results.copy();
    const [gone, twice, other] = results.rows.filter(({ arm, map }) => arm === "as" && map === 0) as [
      TrialRow,
      TrialRow,
      TrialRow,
    ];
    await alterTrials(
      folder,
      `DELETE FROM trials WHERE id = '${gone.id}'`,
      `INSERT INTO trials SELECT * REPLACE ('surplus' AS id, 9 AS map) FROM trials WHERE id = '${twice.id}'`,
      `INSERT INTO trials SELECT * FROM trials WHERE id = '${twice.id}'`,
      `UPDATE trials SET rate = 0.02 WHERE id = '${other.id}'`,
    );
    const checked = await check(folder);
    const said = ({ arm, seed, fault, rate, map }: TrialRow) =>
      `${arm}, seed ${seed}, ${fault} at ${rate}, map ${map}`;
    expect(checked.problems).toEqual([
      `trials.parquet lacks trials of the plan (1):\n  ${gone.id}  ${said(gone)}`,
      `trials.parquet has trials that are not planned for these checkpoints (1):\n  surplus  ${said({ ...twice, map: 9 })}`,
      `trials.parquet has trials twice (1):\n  ${twice.id}  ${said(twice)}`,
      `trial ${other.id} is ${said(other)}, stored as ${said({ ...other, rate: 0.02 })}`,
    ]);
    expect([checked.rows.length, checked.planned.length]).toEqual([19, 16]);
  });

  it("betray a count without faults that is not that of networks/", async () => {
    const folder = results.copy();
    await alterTrials(folder, "UPDATE trials SET correct = 99 WHERE arm = 'as' AND map = -1");
    expect((await check(folder)).problems).toEqual([
      expect.stringMatching(/^as, seed 0, without faults is right 99 times in trials.parquet, \d+ times in/),
    ]);
  });

  it("betray settings that are not those of the manifest, the trials and results.json", async () => {
    const folder = results.copy();
    changeJson(folder, "study.json", (study: typeof smallStudy) => ({
      ...study,
      campaign: { ...study.campaign, maps: 1 },
    }));
    const checked = await check(folder);
    expect(told(checked)).toMatch(
      /^study.json has the hash [0-9a-f]{64}, the manifest's config is [0-9a-f]{64}$/m,
    );
    expect(told(checked)).toContain("results.json has other maps than study.json");
    expect(told(checked)).toContain("not planned for these checkpoints (8)");
  });

  it("betray a results.json or a summary.csv that does not belong to the rest", async () => {
    const folder = results.copy();
    changeJson(folder, "results.json", (value: object) => ({ ...value, seeds: [3], note: "" }));
    const summary = join(folder, "summary.csv");
    writeFileSync(summary, readFileSync(summary, "utf8").replace("as,0,offset-binary", "as,1,offset-binary"));
    expect((await check(folder)).problems).toEqual([
      "results.json has other seeds than study.json",
      "results.json has other note than study.json",
      "summary.csv is not the summary of trials.parquet",
    ]);
  });
});
