import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { UserError } from "../../src/base/errors.js";
import type { Progress } from "../../src/base/progress.js";
import { download } from "../../src/datasets/download.js";
import { type ArchiveSource, fetchFiles } from "../../src/datasets/fetch-files.js";
import { tarFiles } from "../../src/datasets/tar.js";
import { temporaryFolder } from "../support/cli.js";

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 251));
const fileOf = (name: string, content: Uint8Array) => ({
  name,
  bytes: content.length,
  sha256: createHash("sha256").update(content).digest("hex"),
});
const FILE = fileOf("archive", CONTENT);

/** A server that knows ranges, and breaks its first answer off after some bytes. */
async function serverThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive`;
}

describe("a download", () => {
  it("that breaks off goes on from there, asks for nothing twice, and tells how far it is", async () => {
    const asked: (string | undefined)[] = [];
    const url = await serverThat((request, response) => {
      asked.push(request.headers.range);
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, { "content-length": CONTENT.length - from });
      if (asked.length > 1) response.end(CONTENT.subarray(from));
      else response.write(CONTENT.subarray(0, 40_000), () => response.destroy());
    });
    const to = join(temporaryFolder(), "archive");
    await expect(download(url, to, FILE)).rejects.toThrow("run the same command again");
    const got = readFileSync(`${to}.partial`).length;
    expect(got).toBeLessThanOrEqual(40_000);
    const told: Progress[] = [];
    await download(url, to, FILE, { onProgress: (progress) => told.push(progress) });
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
    expect(asked).toEqual([undefined, got > 0 ? `bytes=${got}-` : undefined]);
    expect(told.at(-1)).toMatchObject({ done: 100_000, of: 100_000, unit: "MB/s" });
    await download("http://127.0.0.1:1/", to, FILE); // it is there
  });

  it("from a server without ranges begins anew and is whole", async () => {
    const url = await serverThat((_, response) => response.end(CONTENT));
    const to = join(temporaryFolder(), "archive");
    writeFileSync(`${to}.partial`, "something else");
    await download(url, to, FILE);
    expect(readFileSync(to).equals(CONTENT)).toBe(true);
  });

  it("of another file is refused and kept nowhere; a server's refusal and a missing server are told", async () => {
    const folder = temporaryFolder();
    const to = join(folder, "archive");
    const other = await serverThat((_, response) => response.end("login first"));
    await expect(download(other, to, FILE)).rejects.toThrow(`its sha256 must be ${FILE.sha256}`);
    expect(readdirSync(folder)).toEqual([]);
    const none = await serverThat((_, response) => response.writeHead(404).end());
    await expect(download(none, to, FILE)).rejects.toThrow("answered 404 Not Found");
    await expect(download("http://127.0.0.1:1/", to, FILE)).rejects.toThrow("cannot be reached");
  });

  it("is ended by a signal with its own reason", async () => {
    const url = await serverThat((_, response) => response.write(CONTENT.subarray(0, 10)));
    const stop = new AbortController();
    const running = download(url, join(temporaryFolder(), "archive"), FILE, {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(running).rejects.toThrow("enough");
  });
});

/** A tar archive of files, as tar writes them. */
function tar(files: Readonly<Record<string, Uint8Array>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(`${content.length.toString(8).padStart(11, "0")} `, 124);
    header.write(name.endsWith("/") ? "5" : "0", 156);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe("a tar archive", () => {
  it("gives its files by the last part of their paths, without folders, empty ones too", () => {
    const archive = tar({
      "set/": Buffer.alloc(0),
      "set/a.bin": Buffer.from("abc"),
      "set/b": Buffer.alloc(0),
      c: Buffer.alloc(600, 7),
    });
    const files = tarFiles(archive);
    expect([...files.keys()]).toEqual(["a.bin", "b", "c"]);
    expect(Buffer.from(files.get("a.bin")!).toString()).toBe("abc");
    expect(files.get("c")!.length).toBe(600);
    expect(tarFiles(new Uint8Array(0)).size).toBe(0);
  });

  it("that is cut off is refused", () => {
    expect(() => tarFiles(tar({ a: Buffer.alloc(2000) }).subarray(0, 1024))).toThrow("cut off");
    expect(() => tarFiles(Buffer.alloc(1024, 1))).toThrow("cut off, or none");
  });
});

describe("fetching the files of a data set", () => {
  const files = [fileOf("one", Buffer.from("1")), fileOf("two", Buffer.from("22"))];
  const source = (changes: Partial<ArchiveSource> = {}): ArchiveSource => ({
    title: "here",
    archive: fileOf("set.tar", Buffer.alloc(0)),
    get: async (to) => writeFileSync(to, tar({ "x/one": Buffer.from("1"), "x/two": Buffer.from("22") })),
    unpack: async (archive) => tarFiles(archive),
    ...changes,
  });
  const fails = source({
    title: "there",
    get: async () => {
      throw new UserError("it is closed");
    },
  });

  it("takes the next source where one fails, removes the archive, and does nothing where all is there", async () => {
    const [directory, downloads] = [temporaryFolder(), temporaryFolder()];
    await fetchFiles(files, [fails, source()], { directory, downloads });
    expect(readFileSync(join(directory, "two"), "utf8")).toBe("22");
    expect(readdirSync(downloads)).toEqual([]);
    await fetchFiles(files, [], { directory, downloads });
    writeFileSync(join(directory, "two"), "2"); // damaged: fetched again
    await fetchFiles(files, [source()], { directory, downloads });
    expect(readFileSync(join(directory, "two"), "utf8")).toBe("22");
  });

  it("says of every source why it gave nothing, wrong and missing files among it", async () => {
    const [directory, downloads] = [temporaryFolder(), temporaryFolder()];
    const wrong = source({ title: "elsewhere", unpack: async () => new Map([["one", Buffer.from("0")]]) });
    await expect(fetchFiles(files, [fails, wrong], { directory, downloads })).rejects.toThrow(
      /one, two cannot be fetched:\n {2}there: it is closed\n {2}elsewhere: one from elsewhere must have 1 bytes/,
    );
    expect(existsSync(join(directory, "one"))).toBe(false);
    expect(readdirSync(downloads)).toEqual([]);
  });
});
