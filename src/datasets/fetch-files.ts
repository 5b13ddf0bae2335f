import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import type { JobOptions } from "../base/progress.js";
import type { DatasetFile } from "./description.js";

/** One place where an archive with the files of a data set can be had. */
export interface ArchiveSource {
  /** Where it is, in words. */
  readonly title: string;
  readonly archive: DatasetFile;
  /** Puts the archive at `to`, checked by its sum. */
  readonly get: (to: string, archive: DatasetFile, options: JobOptions) => Promise<void>;
  /** The files of the data set, by name, of an archive's content. */
  readonly unpack: (archive: Uint8Array) => Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Whether a file lies in a folder with the sum that it should have. */
export function hasFile(directory: string, { name, bytes, sha256 }: DatasetFile): boolean {
  try {
    const content = readFileSync(join(directory, name));
    return content.length === bytes && sha256Of(content) === sha256;
  } catch {
    return false;
  }
}

/**
 * Puts the files of a data set into a folder, from the first source that can be reached; those that are there and whole
 * are left alone. An archive is removed once it is unpacked.
 * @param downloads the folder for archives
 * @throws UserError that says for every source why not
 */
export async function fetchFiles(
  files: readonly DatasetFile[],
  sources: readonly ArchiveSource[],
  { directory, downloads, ...job }: { readonly directory: string; readonly downloads: string } & JobOptions,
): Promise<void> {
  const missing = files.filter((file) => !hasFile(directory, file));
  if (missing.length === 0) return;
  const reasons: string[] = [];
  for (const { title, archive, get, unpack } of sources) {
    const at = join(downloads, archive.name);
    try {
      await get(at, archive, job);
      try {
        const found = await unpack(readFileSync(at));
        for (const file of missing) writeFileAtomic(join(directory, file.name), checked(file, found, title));
      } finally {
        rmSync(at);
      }
      return;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      reasons.push(`  ${title}: ${error.message}`);
    }
  }
  const names = missing.map(({ name }) => name).join(", ");
  throw new UserError(
    `${names} cannot be fetched:\n${reasons.join("\n")}\nWhere another machine has them, copy them into ${directory}: their sums are checked`,
  );
}

function checked(
  { name, bytes, sha256 }: DatasetFile,
  found: ReadonlyMap<string, Uint8Array>,
  title: string,
): Uint8Array {
  const content = found.get(name);
  const sum = content && sha256Of(content);
  if (content?.length === bytes && sum === sha256) return content;
  throw new UserError(
    `${name} from ${title} must have ${bytes} bytes with the sha256 ${sha256}, got ${content ? `${content.length} with ${sum}` : "no such file"}`,
  );
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
