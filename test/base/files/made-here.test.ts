import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { claim, madeHere as scriptMadeHere } from "../../../scripts/cache.mjs";
import { fileName } from "../../../src/base/files/file-name.js";
import { claimNames, MADE_HERE, madeHere, removeMade } from "../../../src/base/files/made-here.js";
import { temporaryFolder } from "../../support/cli.js";

describe("the list of what was made in a folder", () => {
  it("lets its files be written again and removed, and no others", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "mine.svg"), "");
    claimNames(folder, ["a.svg", "b.svg"]);
    for (const name of ["a.svg", "b.svg"]) writeFileSync(join(folder, name), "");
    claimNames(folder, ["a.svg"]);
    expect(() => claimNames(folder, ["c.svg", "mine.svg"])).toThrow(
      /has mine\.svg, which flatenn did not make/,
    );
    removeMade(folder, ["a.svg", "mine.svg", "../a.svg", "nowhere.svg"]);
    expect(readdirSync(folder).sort()).toEqual([MADE_HERE, "b.svg", "mine.svg"]);
    expect(madeHere(folder)).toEqual(["b.svg"]);
  });

  it("takes what an earlier version made where that can be told", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "index.html"), "");
    claimNames(folder, ["index.html"], (name) => name === "index.html");
    expect(madeHere(folder)).toEqual(["index.html"]);
  });

  it("leads nowhere else, whatever stands in it", () => {
    const outer = temporaryFolder();
    const folder = join(outer, "in");
    mkdirSync(folder);
    writeFileSync(join(outer, "NOTES.md"), "kept");
    const lines = [
      "../NOTES.md",
      "..",
      ".",
      "",
      "in/../../NOTES.md",
      join(outer, "NOTES.md"),
      "a\\b",
      "good",
    ];
    writeFileSync(join(folder, MADE_HERE), `${lines.join("\r\n")}\r\n`);
    expect(madeHere(folder)).toEqual(["good"]);
    removeMade(folder, lines);
    expect(existsSync(join(outer, "NOTES.md"))).toBe(true);
  });

  it("is read alike by the scripts of the set-up", () => {
    const folder = temporaryFolder();
    claimNames(folder, ["a", "two words", "ü"]);
    claim(join(folder, "b"), folder);
    expect(scriptMadeHere(folder)).toEqual(madeHere(folder));
    expect(madeHere(folder)).toEqual(["a", "two words", "ü", "b"]);
    expect(readFileSync(join(folder, MADE_HERE), "utf8").match(/#/g)!.length).toBe(1);
  });
});

it.each(["", ".", "..", "a/b", "../a", "a\\b", "a\nb", "a\0", 7 as never, null as never])(
  "%j is no name of a file",
  (name) => {
    expect(() => fileName(name)).toThrow(/cannot name a file/);
  },
);
