import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../base/errors.js";
import { makeFolder } from "../base/files/make-folder.js";
import type { JobOptions } from "../base/progress.js";
import type { DatasetFile } from "./description.js";

/**
 * Downloads one file, on from where an earlier call was interrupted: what has come lies beside it as `*.partial`.
 * @param url of a server that may or may not know ranges
 * @throws UserError where it cannot be had, or is not the file that it should be
 */
export async function download(
  url: string,
  to: string,
  file: DatasetFile,
  { onProgress, signal }: JobOptions = {},
): Promise<void> {
  if (existsSync(to)) return;
  makeFolder(dirname(to));
  const partial = `${to}.partial`;
  const before = existsSync(partial) ? statSync(partial).size : 0;
  if (before < file.bytes) await receive();
  const found = await sumOf(partial);
  if (found !== file.sha256) {
    rmSync(partial);
    throw new UserError(
      `${url} gave another file than ${file.name}: its sha256 must be ${file.sha256}, got ${found}`,
    );
  }
  renameSync(partial, to);

  async function receive(): Promise<void> {
    const response = await answer(url, before, signal);
    const goesOn = response.status === 206;
    let done = goesOn ? before : 0;
    const handle = openSync(partial, goesOn ? "a" : "w");
    const since = performance.now();
    const start = done;
    try {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        writeSync(handle, piece);
        done += piece.length;
        const rate = (done - start) / 1000 / (performance.now() - since);
        onProgress?.({ done, of: file.bytes, rate, unit: "MB/s", note: file.name });
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw new UserError(
        `the connection to ${url} broke after ${done} of ${file.bytes} bytes (${reasonOf(error)}); run the same command again, it goes on from there`,
      );
    } finally {
      closeSync(handle);
    }
  }
}

async function answer(url: string, from: number, signal: AbortSignal | undefined): Promise<Response> {
  let response: Response;
  try {
    const headers = from > 0 ? { range: `bytes=${from}-` } : undefined;
    response = await fetch(url, { ...(headers && { headers }), ...(signal && { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(`${url} cannot be reached (${reasonOf(error)})`);
  }
  if (response.ok && response.body) return response;
  throw new UserError(`${url} answered ${response.status} ${response.statusText}`);
}

/** What fetch says of a failure stands in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

async function sumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece as Buffer);
  return hash.digest("hex");
}
