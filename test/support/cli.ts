import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { DEFAULT_STUDY, findStudy, type Study } from "../../src/studies/index.js";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own for a test, removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "flatenn-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The number of a process that has ended. */
export function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

/** Runs `flatenn` with arguments. @param begun gets the process as soon as it runs */
export function flatenn(
  args: readonly string[],
  begun: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output.stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
    begun(child);
  });
}

/** Every file below a folder with its content, by its path in the folder. */
export function contents(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), readFileSync(path, "latin1")]));
}

/** The files of a run that have equal bytes every time: all but the timings, and their sums in the manifest. */
export function reproducible(folder: string): Record<string, string> {
  const files = Object.entries(contents(folder)).filter(([name]) => !name.startsWith("/timings/"));
  return Object.fromEntries(
    files.map(([name, content]) => [
      name,
      name === "/manifest.json" ? content.replaceAll(/^.*"timings\/.*\n/gm, "") : content,
    ]),
  );
}

/** Runs `flatenn reproduce` on a study file, into `<folder>/<name>` and figures into `<folder>/<name>-figures`. */
export function reproduceInto(folder: string, study: string) {
  return (name: string, begun?: Parameters<typeof flatenn>[1], more: readonly string[] = []) =>
    flatenn(
      [
        "reproduce",
        "--study",
        study,
        "--out",
        join(folder, name),
        "--figures",
        join(folder, `${name}-figures`),
        ...more,
      ],
      begun,
    );
}

/** Writes a study file that takes seconds: real images, few of them. */
export function writeSmallStudy(folder: string, changes: Partial<Study> = {}): string {
  const quick = findStudy("lenet5-fashion", "quick");
  const study: Study = {
    ...quick,
    name: "small",
    profile: "test",
    judgement: DEFAULT_STUDY.judgement,
    trainingImages: 1280,
    float: { ...quick.float, epochs: 2 },
    quantized: { ...quick.quantized, epochs: 2 },
    campaign: { ...quick.campaign, images: 200, maps: 2, rates: [0.01, 0.05] },
    ...changes,
  };
  const path = join(folder, "study.json");
  writeFileSync(path, JSON.stringify(study));
  return path;
}
