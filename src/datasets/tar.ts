import { UserError } from "../base/errors.js";

const BLOCK = 512;

/**
 * The files in a tar archive (POSIX ustar), by the last part of their paths: views of `bytes`.
 * @throws UserError for an archive that is cut off
 */
export function tarFiles(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const text = (from: number, length: number) =>
    Buffer.from(bytes.subarray(from, from + length))
      .toString("latin1")
      .replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const from = at + BLOCK;
    if (!(size >= 0 && from + size <= bytes.length))
      throw new UserError(`the tar archive is cut off, or none: its file ${text(at, 100)} ends behind it`);
    const isFile = text(at + 156, 1).replace("0", "") === "";
    if (isFile) files.set(text(at, 100).split("/").at(-1)!, bytes.subarray(from, from + size));
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
