import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../../src/experiments/results/database.js";
import type { TrialRow } from "../../../src/experiments/results/index.js";
import { readTrials, summaryOf } from "../../../src/experiments/results/trial-table.js";
import { openTrials, storedTrials, trialFiles } from "../../../src/experiments/results/trials.js";
import { findStudy } from "../../../src/studies/index.js";
import { temporaryFolder } from "../../support/cli.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const study = findStudy("lenet5-fashion", "quick");
const row = (changes: Partial<TrialRow> = {}): TrialRow => ({
  id: "a1",
  arm: "as",
  seed: 0,
  encoding: "offset-binary",
  layer: "",
  fault: "flip",
  rate: 0.01,
  map: 3,
  correct: 1700,
  images: 2000,
  exposed: 245_880,
  faulty: 2459,
  changed: 2459,
  faultyByLayer: [10, 2449],
  changedByLayer: [10, 2449],
  ...changes,
});
const ids = (rows: readonly TrialRow[]) => rows.map(({ id }) => id);
const publish = async (folder: string, rows: readonly TrialRow[], wanted = ids(rows)) => {
  const trials = await openTrials(study, folder);
  for (const trial of rows) await trials.add([trial]);
  await trials.publish(new Set(wanted));
};

describe("the trials of a run", () => {
  it("come back as they were stored, and a batch of which one is stored already is refused whole", async () => {
    const folder = temporaryFolder();
    const trials = await openTrials(study, folder);
    await trials.add([row(), row({ id: "b2", map: 1 })]);
    await expect(trials.add([row({ id: "c3" }), row()])).rejects.toThrow("trials could not be stored");
    expect(await trials.rows()).toEqual([row({ id: "b2", map: 1 }), row()]);
    trials.close();
    expect(ids(await storedTrials(study, folder))).toEqual(["b2", "a1"]);
  });

  it("are none in an empty folder, and none make a file with no rows", async () => {
    const folder = temporaryFolder();
    expect(await storedTrials(study, folder)).toEqual([]);
    await publish(folder, []);
    expect(await readTrials(trialFiles(folder).parquet)).toEqual([]);
  });

  it("give the same bytes whatever the order in which they were done, and leave no database", async () => {
    const rows = [0.05, 0.001, 0.01].flatMap((rate) =>
      [2, 10, 1].map((map) => row({ id: `${rate}-${map}`, rate, map, correct: 1000 + map })),
    );
    const bytes = async (order: readonly TrialRow[]) => {
      const folder = temporaryFolder();
      await publish(folder, order);
      expect(readdirSync(folder).sort()).toEqual(["summary.csv", "trials.parquet"]);
      return ["summary.csv", "trials.parquet"].map((name) => readFileSync(join(folder, name), "latin1"));
    };
    expect(await bytes([...rows].reverse())).toEqual(await bytes(rows));
  });

  it("that belong to networks since replaced are dropped from the files", async () => {
    const folder = temporaryFolder();
    await publish(folder, [row({ id: "old" }), row({ id: "new" })], ["new"]);
    expect(ids(await storedTrials(study, folder))).toEqual(["new"]);
  });

  it("go on from finished files when there is more to do", async () => {
    const folder = temporaryFolder();
    await publish(folder, [row()]);
    await publish(folder, [row({ id: "b2", map: 4 })], ["a1", "b2"]);
    expect(await readTrials(trialFiles(folder).parquet)).toEqual([row(), row({ id: "b2", map: 4 })]);
  });
});

describe.skipIf(process.platform === "win32")("a folder", () => {
  const names = [
    "seed=0",
    "encoding=gray",
    "run[1]",
    "a?b",
    "a*b",
    "**",
    "a%20b",
    "two words",
    `it's "so"`,
    "new\nline",
  ];
  const more = [
    "ü🎉",
    "~",
    "$HOME",
    "https:",
    "a\\[b",
    "\\*",
    "[!a]",
    "x{1,2}",
    "a#b;c|d&e",
    ":memory:",
    "-rf",
  ];

  it.each([...names, ...more])("may be called %j", async (name) => {
    const folder = temporaryFolder();
    const inside = join(folder, name);
    mkdirSync(join(folder, "run1"));
    await publish(join(folder, "run1"), [row({ id: "of-another" })]);
    mkdirSync(inside);
    const trials = await openTrials(study, inside);
    await trials.add([row()]);
    expect(readdirSync(join(inside, "unfinished"))).toContain("trials.duckdb");
    trials.close();
    expect(ids(await storedTrials(study, inside))).toEqual(["a1"]);
    await publish(inside, [row({ id: "b2", map: 4 })], ["a1", "b2"]);
    expect(await readTrials(trialFiles(inside).parquet)).toEqual([row(), row({ id: "b2", map: 4 })]);
    expect(readdirSync(inside).sort()).toEqual(["summary.csv", "trials.parquet"]);
    expect(Buffer.from(await summaryOf(trialFiles(inside).parquet))).toEqual(
      readFileSync(trialFiles(inside).summary),
    );
    expect(ids(await readTrials(trialFiles(join(folder, "run1")).parquet))).toEqual(["of-another"]);
    expect(readdirSync(folder).sort()).toEqual([name, "run1"].sort());
  });

  it("may have a path of almost 4,000 characters", async () => {
    let folder = temporaryFolder();
    while (folder.length < 3600) folder = join(folder, "d".repeat(200));
    mkdirSync(folder, { recursive: true });
    await publish(folder, [row()]);
    expect(await readTrials(trialFiles(folder).parquet)).toEqual([row()]);
  });
});

it("a table whose columns have other types is refused by the column's name", async () => {
  const path = join(temporaryFolder(), "trials.parquet");
  await publish(dirname(path), [row()]);
  const database = await openDatabase(":memory:");
  await database.connection.run(
    `COPY (SELECT * REPLACE (correct::BIGINT AS correct) FROM read_parquet('${path}')) TO '${path}.other' (FORMAT parquet)`,
  );
  database.close();
  await expect(readTrials(`${path}.other`)).rejects.toThrow(/column correct must be INTEGER, it is BIGINT/);
});

describe.skipIf(process.platform === "win32")("on a full disk", () => {
  // a limit on the size of files stands for the disk
  const limited = (folder: string, kilobytes: number) => {
    const code = `
      import { results, studies } from "./dist/index.js";
      const trials = await results.openTrials(studies.findStudy("lenet5-fashion", "quick"), process.argv[1]);
      const row = ${JSON.stringify(row())};
      for (let i = 0; i < 1000; i++) {
        await trials.add([{ ...row, id: "t" + i }]);
        console.log(i + 1);
      }`;
    return spawnSync(
      "bash",
      [
        "-c",
        `ulimit -f ${kilobytes}; exec "$0" "$@"`,
        process.execPath,
        "--input-type=module",
        "-e",
        code,
        folder,
      ],
      { cwd: ROOT, encoding: "utf8" },
    );
  };

  it("what was stored before is kept, and the next run goes on from there", async () => {
    const folder = temporaryFolder();
    const { status, stdout, stderr } = limited(folder, 1000);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("What was stored before is kept. Free some space"),
    ]);
    const stored = Number(stdout.trim().split("\n").at(-1));
    expect(stored).toBeGreaterThan(10);
    expect((await storedTrials(study, folder)).length).toBe(stored);
    const trials = await openTrials(study, folder);
    await trials.add([row()]);
    expect((await trials.rows()).length).toBe(stored + 1);
    trials.close();
  });

  it("nothing half-made is left of a database for which there was no room", () => {
    const folder = temporaryFolder();
    const { status, stderr } = limited(folder, 64);
    expect([status, stderr]).toEqual([1, expect.stringContaining("could not be stored in")]);
    expect(stderr).toContain("No trial was stored yet. Free some space");
    expect(readdirSync(join(folder, "unfinished"))).toEqual([]);
  });
});

describe("summary.csv", () => {
  it("has the mean and the standard deviation over maps, in percent, and no deviation of a single map, encodings and layers apart", async () => {
    const folder = temporaryFolder();
    const correct = [1700, 1750, 1900];
    const rows = correct.map((count, map) => row({ id: `m${map}`, map, correct: count }));
    const extras = [row({ id: "e1", encoding: "gray" }), row({ id: "e2", layer: "fc1", correct: 1800 })];
    await publish(folder, [
      ...rows,
      ...extras,
      row({ id: "clean", fault: "none", rate: 0, map: -1, correct: 1822 }),
    ]);
    const [head, ...lines] = readFileSync(join(folder, "summary.csv"), "utf8").trim().split("\n");
    expect(head).toBe(
      "arm,seed,encoding,layer,fault,rate,maps,images,accuracy,deviation,lowest,highest,faulty,changed",
    );
    const mean = (1700 + 1750 + 1900) / 3;
    const deviation = Math.sqrt(correct.reduce((sum, c) => sum + (c - mean) ** 2, 0) / 2) / 20;
    expect(lines).toEqual([
      'as,0,gray,"",flip,0.01,1,2000,85.0,,85.0,85.0,2459.0,2459.0',
      `as,0,offset-binary,"",flip,0.01,3,2000,${+(mean / 20).toFixed(4)},${+deviation.toFixed(4)},85.0,95.0,2459.0,2459.0`,
      'as,0,offset-binary,"",none,0.0,1,2000,91.1,,91.1,91.1,2459.0,2459.0',
      "as,0,offset-binary,fc1,flip,0.01,1,2000,90.0,,90.0,90.0,2459.0,2459.0",
    ]);
  });
});

describe("a database of trials", () => {
  const change = async (folder: string, sql: string) => {
    (await openTrials(study, folder)).close();
    const database = await openDatabase(trialFiles(folder).database);
    await database.connection.run(sql);
    database.close();
  };

  it("of another version is refused, with both versions, and stays as it is", async () => {
    const folder = temporaryFolder();
    await change(folder, "UPDATE header SET version = 7");
    const before = readFileSync(trialFiles(folder).database);
    await expect(openTrials(study, folder)).rejects.toThrow(
      "has the layout of version 7, this program reads version 2",
    );
    expect(readFileSync(trialFiles(folder).database).equals(before)).toBe(true);
  });

  it("of other settings, without a header, or that is no database is refused by its path", async () => {
    const folder = temporaryFolder();
    await change(folder, "UPDATE header SET study = 'other'");
    await expect(openTrials(study, folder)).rejects.toThrow("belongs to a study with other settings");
    const headless = temporaryFolder();
    await change(headless, "DROP TABLE header");
    await expect(openTrials(study, headless)).rejects.toThrow("holds no trials");
    const elsewhere = temporaryFolder();
    mkdirSync(join(elsewhere, "unfinished"));
    writeFileSync(trialFiles(elsewhere).database, "rubbish".repeat(10_000));
    await expect(openTrials(study, elsewhere)).rejects.toThrow(
      /trials\.duckdb cannot be opened as a database: .*; if it is damaged, move it away and run the same command again/,
    );
  });

  it("that another process has open is refused", async () => {
    const folder = temporaryFolder();
    (await openTrials(study, folder)).close();
    const { database } = trialFiles(folder);
    const held = await openDatabase(database);
    const script = `import("@duckdb/node-api").then(({ DuckDBInstance }) => DuckDBInstance.create(process.argv[1])).catch((e) => console.log(e.message))`;
    const { stdout } = spawnSync(process.execPath, ["-e", script, database], { encoding: "utf8" });
    held.close();
    expect(stdout).toContain("lock");
  });
});

describe("trials.parquet", () => {
  it("that is missing, damaged or of other columns is refused by its path", async () => {
    const folder = temporaryFolder();
    const { parquet } = trialFiles(folder);
    await expect(readTrials(parquet)).rejects.toThrow("trials.parquet is missing");
    writeFileSync(parquet, "rubbish");
    await expect(readTrials(parquet)).rejects.toThrow(
      /cannot be read as trials: .*; delete it and run the command that makes it again/,
    );
    const other = await openDatabase(":memory:");
    await other.connection.run(`COPY (SELECT 1 AS one) TO '${parquet}' (FORMAT parquet)`);
    other.close();
    await expect(readTrials(parquet)).rejects.toThrow("cannot be read as trials");
  });

  it("cut off by a byte is refused", async () => {
    const folder = temporaryFolder();
    await publish(folder, [row()]);
    const { parquet } = trialFiles(folder);
    const cut = join(folder, "cut.parquet");
    copyFileSync(parquet, cut);
    writeFileSync(cut, readFileSync(cut).subarray(0, -1));
    await expect(readTrials(cut)).rejects.toThrow("cannot be read as trials");
    expect(existsSync(parquet)).toBe(true);
  });
});
