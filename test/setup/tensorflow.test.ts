import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addonPath, installedAddon } from "../../scripts/addon.mjs";
import { findCompiler } from "../../scripts/compiler.mjs";
import { tensorflowMissingMessage } from "../../scripts/messages.mjs";
import {
  findPip,
  platformName,
  TENSORFLOW_VERSION,
  tensorflowReady,
  WHEELS,
} from "../../scripts/tensorflow.mjs";

const root = join(import.meta.dirname, "../..");
let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "flatenn-"));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

describe("the table of wheels", () => {
  it("names for each platform one pinned file of the one version, and two libraries", () => {
    expect(Object.keys(WHEELS)).toEqual(["linux-x64", "linux-arm64", "darwin-arm64"]);
    for (const wheel of Object.values(WHEELS)) {
      expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(wheel.file).toBe(
        `${wheel.package.replace("-", "_")}-${TENSORFLOW_VERSION}-cp311-cp311-${wheel.platform}.whl`,
      );
      expect(wheel.libraries).toHaveLength(2);
    }
    expect(new Set(Object.values(WHEELS).map(({ sha256 }) => sha256)).size).toBe(3);
  });

  it("has nothing for systems on musl, Intel Macs and Windows", () => {
    for (const machine of [
      { platform: "linux", arch: "x64", musl: true },
      { platform: "darwin", arch: "x64", musl: false },
      { platform: "win32", arch: "x64", musl: false },
    ] as const) {
      expect(WHEELS[platformName(machine)]).toBeUndefined();
    }
    expect(platformName({ platform: "linux", arch: "arm64", musl: false })).toBe("linux-arm64");
  });
});

describe("tensorflowReady", () => {
  const wheel = { ...WHEELS["linux-x64"]!, sha256: "a".repeat(64) };
  const library = () => join(temporary, "lib", "libtensorflow_cc.so.2");
  const unpack = () => {
    mkdirSync(join(temporary, "lib"), { recursive: true });
    writeFileSync(library(), "12345678");
    const stamp = { sha256: wheel.sha256, files: { "lib/libtensorflow_cc.so.2": 8 } };
    writeFileSync(join(temporary, "unpacked.json"), JSON.stringify(stamp));
  };

  it("notices a library that is missing, cut off, of another wheel, or never finished", () => {
    expect(tensorflowReady(temporary, wheel)).toBe(false);
    unpack();
    expect(tensorflowReady(temporary, wheel)).toBe(true);
    expect(tensorflowReady(temporary, { ...wheel, sha256: "b".repeat(64) })).toBe(false);
    truncateSync(library(), 7);
    expect(tensorflowReady(temporary, wheel)).toBe(false);
    rmSync(library());
    expect(tensorflowReady(temporary, wheel)).toBe(false);
    unpack();
    rmSync(join(temporary, "unpacked.json"));
    expect(tensorflowReady(temporary, wheel)).toBe(false);
  });
});

describe("what the set-up looks for", () => {
  it("finds neither pip nor a compiler on an empty PATH", () => {
    expect(findPip({ PATH: temporary }, ["python3", "python"])).toBeUndefined();
    expect(findCompiler({ PATH: temporary })).toBeUndefined();
  });

  it("takes CXX for the compiler, with its arguments, and nothing else if that does not run", () => {
    expect(findCompiler({ PATH: process.env["PATH"], CXX: `${process.execPath} --no-warnings` })).toEqual([
      process.execPath,
      "--no-warnings",
    ]);
    expect(findCompiler({ PATH: process.env["PATH"], CXX: "no-such-compiler" })).toBeUndefined();
  });
});

describe("the message when TensorFlow cannot be set up", () => {
  const lacking = { wheel: false, pip: false, compiler: false };

  it("names what is missing, the command that installs it, and what works all the same", () => {
    const noPip = tensorflowMissingMessage({ ...lacking, pip: true });
    expect(noPip).toContain("sudo apt install python3-pip");
    expect(noPip).toContain("npm run figures");
    expect(noPip).not.toContain("g++");
    expect(tensorflowMissingMessage({ ...lacking, compiler: true })).toContain("sudo apt install g++");
    expect(tensorflowMissingMessage({ ...lacking, wheel: true })).toContain(
      "no native library for this platform",
    );
  });

  it("blames CXX where CXX is to blame", () => {
    expect(tensorflowMissingMessage({ ...lacking, compiler: true, cxx: "gxx" })).toContain("CXX names, gxx");
  });
});

describe("the set-up script", () => {
  it("refuses an option that it does not know, in one line and with exit code 1", () => {
    const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts/setup.mjs"), "--fast"], {
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toBe("[set-up] unknown option --fast: only --without-tensorflow is accepted\n");
  });
});

describe("the addon", () => {
  const installed = installedAddon(root);

  it.runIf(installed !== undefined && installed !== "upstream")(
    "prints nothing but what was asked for",
    () => {
      const script = `
      process.env.TF_CPP_MIN_LOG_LEVEL = "3"; // as the backend sets it: before the library is loaded
      const addon = require(${JSON.stringify(addonPath(root))});
      const input = addon.createTensor([2], addon.TF_FLOAT, new Float32Array([3, 4]));
      const type = { name: "T", type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT };
      const [output] = addon.executeOp("Square", [type], [input], 1);
      console.log(addon.TF_Version, addon.tensorDataSync(output.id).join());`;
      const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: `${TENSORFLOW_VERSION} 9,16\n`,
        stderr: "",
      });
    },
  );
});
