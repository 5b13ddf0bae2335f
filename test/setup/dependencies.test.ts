import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockDifference, packagesMissing, stampPackages } from "../../scripts/dependencies.mjs";

const LOCKED = {
  "": { version: "1.0.0" },
  "node_modules/a": { version: "1.2.3", integrity: "sha512-a" },
  "node_modules/for-another-platform": { version: "1.0.0", integrity: "sha512-b", optional: true },
};
const INSTALLED = { "node_modules/a": LOCKED["node_modules/a"] };

let root: string;
const write = (path: string, value: unknown) => writeFileSync(join(root, path), JSON.stringify(value));
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "flatenn-"));
  write("package-lock.json", { packages: LOCKED });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function install() {
  mkdirSync(join(root, "node_modules", "a"), { recursive: true });
  write("node_modules/a/package.json", {});
  write("node_modules/.package-lock.json", { packages: INSTALLED });
}

describe("packagesMissing", () => {
  it("asks for an installation where there is no node_modules", () => {
    expect(packagesMissing(root)).toBe("node_modules is missing");
  });

  it("notices an interrupted npm ci, which leaves packages but no list of them", () => {
    mkdirSync(join(root, "node_modules", "a"), { recursive: true });
    expect(packagesMissing(root)).toBe("the last installation was not finished");
  });

  it("accepts an installation that the user made with npm ci", () => {
    install();
    expect(packagesMissing(root)).toBeUndefined();
  });

  it("notices a changed lockfile although the old installation was stamped", () => {
    install();
    stampPackages(root);
    expect(packagesMissing(root)).toBeUndefined();
    write("package-lock.json", { packages: { ...LOCKED, "node_modules/a": { version: "1.3.0" } } });
    expect(packagesMissing(root)).toBe("node_modules/a is version 1.2.3, locked is 1.3.0");
  });

  it("notices a package that was deleted from a stamped installation", () => {
    install();
    stampPackages(root);
    rmSync(join(root, "node_modules", "a"), { recursive: true });
    expect(packagesMissing(root)).toBe("node_modules/a is missing");
  });

  it("says what to do about a damaged lockfile", () => {
    writeFileSync(join(root, "package-lock.json"), '{"packages": {');
    expect(() => packagesMissing(root)).toThrow("git restore");
  });
});

describe("lockDifference", () => {
  it("forgives a missing optional package but no other", () => {
    expect(lockDifference(LOCKED, INSTALLED)).toBeUndefined();
    expect(lockDifference(LOCKED, {})).toBe("node_modules/a is missing");
  });

  it("finds nothing to do for an empty lockfile", () => {
    expect(lockDifference({}, {})).toBeUndefined();
  });
});
