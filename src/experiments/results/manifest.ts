import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { readJson } from "../../base/files/read-json.js";
import { restoring } from "../../base/files/restoring.js";
import { studyHash } from "../study/identity.js";
import type { Study } from "../study/study.js";

const NAME = "manifest.json";
const FORMAT = "flatenn-results-1";

/** What a folder of results holds. */
interface Manifest {
  readonly format: string;
  readonly study: string;
  readonly profile: string;
  /** Hash of all settings of the study (`study.json`). */
  readonly config: string;
  /** sha256, in hex, of every file of the results but this, by its path with forward slashes. */
  readonly files: Readonly<Record<string, string>>;
}

/** Writes the sums of all files of finished results. */
export function writeManifest(study: Study, directory: string): void {
  const { name, profile } = study;
  const manifest: Manifest = {
    format: FORMAT,
    study: name,
    profile,
    config: studyHash(study),
    files: Object.fromEntries(Object.entries(sumsOf(directory)).filter(([name]) => isPublished(name))),
  };
  writeFileAtomic(join(directory, NAME), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Adds the files of one folder, such as `sharpness`, to finished results that it is within; the sums of all other files stay
 * as they are stated. Does nothing where there is no manifest: results that are not finished yet.
 */
export function addToManifest(directory: string, folder: string): void {
  if (!existsSync(join(directory, NAME))) return;
  const manifest = readManifest(directory);
  const within = (name: string) => name.startsWith(`${folder}/`);
  const files = [
    ...Object.entries(manifest.files).filter(([name]) => !within(name)),
    ...Object.entries(sumsOf(directory)).filter(([name]) => within(name) && isPublished(name)),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileAtomic(
    join(directory, NAME),
    `${JSON.stringify({ ...manifest, files: Object.fromEntries(files) }, null, 2)}\n`,
  );
}

/** Reads the manifest of a folder of results. @throws UserError if there is none, or it is none of this program's */
export function readManifest(directory: string): Manifest {
  const path = join(directory, NAME);
  if (!existsSync(path)) throw new UserError(`there is no ${path}: ${whyUnpublished(directory)}`);
  const manifest = readJson(path) as Partial<Manifest> | null;
  if (manifest?.format !== FORMAT || typeof manifest.files !== "object" || manifest.files === null)
    throw new UserError(`${path} must have the format ${FORMAT} and a list of files; ${restoring(path)}`);
  return manifest as Manifest;
}

function whyUnpublished(directory: string): string {
  const holds = (name: string) => existsSync(join(directory, name));
  if (holds("precision.csv"))
    return (
      "this is a campaign with --precision, whose trials are as many as that took and not those that a study plans, so there " +
      `is no list to hold them against; npx flatenn replay <trial> --results ${directory} recomputes any one of them`
    );
  if (holds("study.json"))
    return (
      "this run is not done; it is written when every network of the study has its trials, or by `npx flatenn reproduce`, " +
      `which can be told which arms: --arm <id> --out ${directory}`
    );
  return "this is no folder of published results; `npm start` makes one";
}

/** Compares the files of a folder with its manifest. @returns how many are right, and what is wrong with each other one */
export function checkManifest(directory: string): { right: number; problems: string[] } {
  const { files } = readManifest(directory);
  const found = sumsOf(directory);
  const names = [...new Set([...Object.keys(files), ...Object.keys(found)])].sort();
  const problems = names.flatMap((name) => {
    if (!(name in found)) return [`${name} is missing`];
    if (!(name in files)) return [`${name} is not in the manifest${isPublished(name) ? "" : WORKING}`];
    return found[name] === files[name] ? [] : [`${name} has the sha256 ${found[name]}, not ${files[name]}`];
  });
  return { right: names.length - problems.length, problems };
}

const WORKING =
  ", nor part of any results: a run goes on in this folder or was killed, or it is somebody's own";

/** Whether a file of a run's folder is a result: not what a run needs while it goes on, nor a hidden file. */
function isPublished(name: string): boolean {
  return !/(^|\/)\./.test(name) && !name.startsWith("unfinished/");
}

function sumsOf(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const named = paths.map((path) => [relative(directory, path).split(sep).join("/"), path] as const);
  return Object.fromEntries(
    named
      .filter(([name]) => name !== NAME)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, path]) => [name, createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );
}
