// @ts-check
// Step 2 of the set-up: TensorFlow's native library, out of the Python wheel, into the user's cache directory.
// The npm package would download TensorFlow 2.9.1 of 2022; the wheel brings a current one, and its C interface
// is the same. No Python runs later on: the wheel is only the archive that the library is published in.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { claim } from "./cache.mjs";
import { diskSize, megabytes, moveIntoPlace, partialDirectory, readJson, verifyDownload } from "./files.mjs";
import { ask, lastLines, run, SetupProblem, say } from "./processes.mjs";

export const TENSORFLOW_VERSION = "2.21.0";

/**
 * @typedef {object} Wheel
 * @property {string} package name in the Python package index
 * @property {string} platform pip's name of the platform
 * @property {string} file
 * @property {number} bytes
 * @property {string} sha256
 * @property {string[]} libraries file names, in the order in which they are linked
 */

const SO = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
const DYLIB = ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"];

/**
 * The wheels by `platform-arch`. Intel Macs and Windows have none with a linkable library. linux-x64 is tested;
 * linux-arm64 and darwin-arm64 have the same files inside but were not run.
 *
 * @type {Readonly<Record<string, Wheel>>}
 */
export const WHEELS = {
  "linux-x64": {
    package: "tensorflow-cpu",
    platform: "manylinux_2_27_x86_64",
    file: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    bytes: 273_829_956,
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    libraries: SO,
  },
  "linux-arm64": {
    package: "tensorflow",
    platform: "manylinux_2_27_aarch64",
    file: "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    bytes: 281_828_020,
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    libraries: SO,
  },
  "darwin-arm64": {
    package: "tensorflow",
    platform: "macosx_12_0_arm64",
    file: "tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl",
    bytes: 223_405_849,
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    libraries: DYLIB,
  },
};

/** This machine's name in WHEELS. */
export function platformName({ platform = process.platform, arch = process.arch, musl = usesMusl() } = {}) {
  return `${platform}-${arch}${platform === "linux" && musl ? "-musl" : ""}`;
}

/** Alpine and the like: the wheels are linked against glibc. */
function usesMusl() {
  if (process.platform !== "linux") return false;
  return existsSync("/etc/alpine-release") || !["/lib64", "/lib", "/usr/lib"].some(holdsGlibcLoader);
}

/** @param {string} directory */
function holdsGlibcLoader(directory) {
  return ["ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "ld-linux-armhf.so.3"].some((name) =>
    existsSync(join(directory, name)),
  );
}

/**
 * @param {string} cache
 * @param {string} [platform]
 */
export function tensorflowDirectory(cache, platform = platformName()) {
  return join(cache, `tensorflow-${TENSORFLOW_VERSION}-${platform}`);
}

/** Where a wheel waits to be unpacked; one put here by hand is used, too.
 *
 * @param {string} cache
 * @param {Wheel} wheel
 */
export function wheelPath(cache, wheel) {
  return join(cache, "downloads", wheel.file);
}

/**
 * Whether the unpacked library is there, of the pinned wheel, and each file as long as it was when unpacked.
 *
 * @param {string} directory
 * @param {Wheel} wheel
 */
export function tensorflowReady(directory, wheel) {
  const stamp = readJson(join(directory, "unpacked.json"));
  if (stamp?.sha256 !== wheel.sha256) return false;
  return Object.entries(stamp.files).every(([name, bytes]) => fileBytes(join(directory, name)) === bytes);
}

/** @param {string} path */
function fileBytes(path) {
  return existsSync(path) ? statSync(path).size : -1;
}

/**
 * A Python with pip: `python3` or `python` of the PATH, else the system's (an active environment may lack pip).
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string[]} [candidates]
 * @returns {{ command: string, pip: string } | undefined}
 */
export function findPip(env = process.env, candidates = ["python3", "python", "/usr/bin/python3"]) {
  for (const command of candidates) {
    const pip = ask(command, ["-m", "pip", "--version"], env);
    if (pip !== undefined) return { command, pip };
  }
  return undefined;
}

const NEEDED_BYTES = 1_400_000_000; // wheel, library, addon, and some air

/**
 * @param {string} cache
 * @param {string} directory
 * @param {Wheel} wheel
 * @param {string} python
 */
export async function installTensorflow(cache, directory, wheel, python) {
  mkdirSync(cache, { recursive: true });
  const { bavail, bsize } = statfsSync(cache);
  if (bavail * bsize < NEEDED_BYTES) {
    throw new SetupProblem(
      `TensorFlow needs ${megabytes(NEEDED_BYTES)} of disk while it is unpacked (0.9 GB afterwards), ` +
        `${cache} has ${megabytes(bavail * bsize)} left. Make room, or set FLATENN_CACHE to a directory elsewhere.`,
    );
  }
  const file = wheelPath(cache, wheel);
  const isOurs = claim(file, cache);
  if (existsSync(file)) say(`TensorFlow: using ${file}`);
  else await downloadWheel(file, wheel, python);
  await verifyDownload(file, wheel.sha256, { isOurs });
  await unpackWheel(file, directory, wheel, python);
  if (isOurs) rmSync(file);
}

/**
 * @param {string} file
 * @param {Wheel} wheel
 * @param {string} python
 */
async function downloadWheel(file, wheel, python) {
  say(
    `TensorFlow: downloading the native library ${TENSORFLOW_VERSION} (${megabytes(wheel.bytes)}, once per user): ` +
      "training runs on it",
  );
  const partial = partialDirectory(file);
  const temporary = join(partial, "pip");
  mkdirSync(temporary);
  const args = ["download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--dest", partial];
  const target = ["--python-version", "311", "--implementation", "cp", "--abi", "cp311"];
  const { code, output } = await run(
    python,
    [
      "-m",
      "pip",
      ...args,
      ...target,
      "--platform",
      wheel.platform,
      `${wheel.package}==${TENSORFLOW_VERSION}`,
    ],
    {
      // In our own directory pip's unfinished file can be measured, and goes with it after Ctrl-C.
      env: { ...process.env, TMPDIR: temporary, ...PIP_SETTINGS },
      progress: () => `${megabytes(diskSize(partial))} of ${megabytes(wheel.bytes)}`,
    },
  );
  const downloaded = readdirSync(partial).find((name) => name.endsWith(".whl"));
  if (code !== 0 || downloaded === undefined) {
    throw new SetupProblem(
      `pip could not download ${wheel.package} ${TENSORFLOW_VERSION}:\n${lastLines(output)}\n` +
        "Mend that (is the Python package index reachable?) and repeat the command; or, on a machine without " +
        `network, put the file ${wheel.file} into ${dirname(file)} and repeat it.`,
    );
  }
  renameSync(join(partial, downloaded), file);
  rmSync(partial, { recursive: true });
}

const PIP_SETTINGS = {
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  PIP_NO_INPUT: "1",
  PIP_PROGRESS_BAR: "off",
  PIP_REQUIRE_VIRTUALENV: "false",
};

// Only what the addon links and includes; zipfile checks the CRC of each member as it reads.
const UNPACK = `
import os, sys, zipfile
wheel, out, libraries = sys.argv[1], sys.argv[2], sys.argv[3:]
headers = ("tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/platform/ctstring", "xla/tsl/c/")
targets = {}
archive = zipfile.ZipFile(wheel)
for member in archive.infolist():
    name = member.filename
    if name in ["tensorflow/" + library for library in libraries]:
        targets[name] = "lib/" + name.split("/")[-1]
    elif name.endswith(".h") and name.startswith(tuple("tensorflow/include/" + h for h in headers)):
        targets[name] = name[len("tensorflow/"):]
missing = [library for library in libraries if "tensorflow/" + library not in targets]
if missing:
    sys.exit("not in the wheel: " + ", ".join(missing))
total = sum(archive.getinfo(name).file_size for name in targets)
done = 0
for name, target in targets.items():
    path = os.path.join(out, target)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with archive.open(name) as source, open(path, "wb") as sink:
        while True:
            block = source.read(1 << 22)
            if not block:
                break
            sink.write(block)
            done += len(block)
            print(f"{100 * done // total} %", flush=True)
`;

/**
 * @param {string} file
 * @param {string} directory
 * @param {Wheel} wheel
 * @param {string} python
 */
async function unpackWheel(file, directory, wheel, python) {
  say(`TensorFlow: unpacking into ${directory}`);
  const partial = partialDirectory(directory);
  const { code, output } = await run(python, ["-c", UNPACK, file, partial, ...wheel.libraries], {
    progress: (printed) => printed.trim().split("\n").at(-1) ?? "",
  });
  if (code !== 0) {
    throw new SetupProblem(
      `${basename(file)} could not be unpacked:\n${lastLines(output)}\nRepeat the command.`,
    );
  }
  const libraries = wheel.libraries.map((name) => `lib/${name}`);
  const files = Object.fromEntries(libraries.map((name) => [name, statSync(join(partial, name)).size]));
  writeFileSync(
    join(partial, "unpacked.json"),
    `${JSON.stringify({ sha256: wheel.sha256, files }, null, 2)}\n`,
  );
  moveIntoPlace(partial, directory);
}
