import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { readJson } from "../../base/files/read-json.js";
import { restoring } from "../../base/files/restoring.js";
import { idSchema } from "../../base/schema.js";
import { studyHash } from "../study/identity.js";
import type { Study } from "../study/study.js";
import { requireDocument } from "./read-document.js";

const NAME = "manifest.json";
const FORMAT = "flatenn-results-1";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be a sha256 in hex");
const manifestSchema = z.strictObject({
  format: z.literal(FORMAT),
  study: idSchema,
  profile: idSchema,
  config: sha256,
  files: z.record(z.string(), sha256),
});

/**
 * What a folder of results holds: of which study and profile, the hash of all settings (`study.json`), and the sha256, in hex, of
 * every file of the results but this, by its path with forward slashes.
 */
type Manifest = Readonly<z.infer<typeof manifestSchema>>;

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
  if (!hasManifest(directory)) return;
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
  if (manifest?.format !== FORMAT)
    throw new UserError(`${path} must have the format ${FORMAT} and a list of files; ${restoring(path)}`);
  return requireDocument(path, manifestSchema, manifest);
}

/** Whether a folder has a manifest: without one, nothing is stated of its files. */
export function hasManifest(directory: string): boolean {
  return existsSync(join(directory, NAME));
}

/** Whether the manifest of a folder states the sum of a file. */
export function isListed(directory: string, name: string): boolean {
  return Object.hasOwn(readManifest(directory).files, name);
}

/**
 * Refuses files that are not as the manifest of their folder states: what is read is checked.
 * @param read which files are read, by their path with forward slashes
 * @throws UserError that names each, or if there is no manifest
 */
export function requireSums(directory: string, read: (name: string) => boolean): void {
  const { problems } = checkManifest(directory, read);
  if (problems.length === 0) return;
  throw new UserError(
    `${directory} is not as its manifest states:\n  ${problems.join("\n  ")}\n` +
      `Restore these files, or let the command that was interrupted end (\`flatenn verify\` says more); --unchecked reads them as they are`,
  );
}

/** Takes a file out of the manifest, if that states another sum than the file now has: it was made anew. */
export function forgetFormer(directory: string, name: string): void {
  if (!hasManifest(directory)) return;
  const { files, ...rest } = readManifest(directory);
  if (files[name] === undefined || files[name] === sumsOf(directory, (each) => each === name)[name]) return;
  const others = Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));
  writeFileAtomic(join(directory, NAME), `${JSON.stringify({ ...rest, files: others }, null, 2)}\n`);
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

/**
 * Compares the files of a folder with its manifest.
 * @param which of them, by their path with forward slashes; default: all
 * @returns how many are right, and what is wrong with each other one
 */
export function checkManifest(
  directory: string,
  which: (name: string) => boolean = () => true,
): { right: number; problems: string[] } {
  const { files } = readManifest(directory);
  const found = sumsOf(directory, which);
  const names = [...new Set([...Object.keys(files).filter(which), ...Object.keys(found)])].sort();
  const problems = names.flatMap((name) => {
    if (!Object.hasOwn(found, name)) return [`${name} is missing`];
    if (!Object.hasOwn(files, name))
      return [`${name} is not in the manifest${isPublished(name) ? "" : WORKING}`];
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

function sumsOf(directory: string, which: (name: string) => boolean = () => true): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const named = paths.map((path) => [relative(directory, path).split(sep).join("/"), path] as const);
  return Object.fromEntries(
    named
      .filter(([name]) => name !== NAME && which(name))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, path]) => [name, createHash("sha256").update(readFileSync(path)).digest("hex")]),
  );
}
