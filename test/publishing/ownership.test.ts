import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MADE_HERE, madeHere } from "../../src/base/files/made-here.js";
import { CATALOGUE, type Catalogue, readCatalogue } from "../../src/publishing/gallery/catalogue.js";
import { claimExhibits, PAGE_FILES, removeFormer, writeGallery } from "../../src/publishing/gallery/index.js";
import { temporaryFolder } from "../support/cli.js";

const catalogue = (changes: Partial<Catalogue> = {}): Catalogue => ({
  format: "flatenn-exhibits-1",
  study: "s",
  profile: "p",
  exploratory: true,
  conditions: "",
  discussion: [],
  provenance: [],
  figures: ["a"],
  tables: [],
  ...changes,
});
const figure = JSON.stringify({ data: [], layout: { width: 1, height: 1 } });
const write = (path: string, content = "") => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
};
const draw = (folder: string, of: Catalogue) => {
  claimExhibits(folder, of);
  for (const name of of.figures)
    for (const ending of ["json", "svg", "png"]) write(join(folder, `${name}.${ending}`), figure);
  removeFormer(folder, of, PAGE_FILES);
  write(join(folder, CATALOGUE), JSON.stringify(of));
};
const names = (folder: string) => readdirSync(folder).filter((name) => name !== MADE_HERE);

describe("a folder of figures", () => {
  it("loses what is no longer drawn, and nothing that flatenn did not make", () => {
    const folder = temporaryFolder();
    for (const name of ["NOTES.md", "b.txt", "old.svg"]) write(join(folder, name));
    draw(folder, catalogue({ figures: ["a", "b"] }));
    draw(folder, catalogue());
    expect(names(folder).sort()).toEqual([
      "NOTES.md",
      "a.json",
      "a.png",
      "a.svg",
      "b.txt",
      CATALOGUE,
      "old.svg",
    ]);
  });

  it("is not drawn into where it has a file of the same name that is somebody's own", () => {
    const folder = temporaryFolder();
    write(join(folder, "a.svg"), "mine");
    expect(() => draw(folder, catalogue())).toThrow(/has a\.svg, which flatenn did not make.*another folder/);
    write(join(folder, "index.html"), "<title>my site</title>");
    expect(() => writeGallery(folder)).toThrow(/index\.html/);
    expect(readFileSync(join(folder, "a.svg"), "utf8")).toBe("mine");
  });

  it("of a version without lists is taken over with the files that its catalogue names", () => {
    const folder = temporaryFolder();
    for (const name of ["a.json", "a.svg", "a.png"]) write(join(folder, name));
    write(join(folder, CATALOGUE), JSON.stringify(catalogue()));
    draw(folder, catalogue());
    expect(madeHere(folder)).toEqual([CATALOGUE, "a.json", "a.svg", "a.png"]);
  });

  it("has its list in the repository", () => {
    for (const name of readdirSync("figures", { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )) {
      const folder = join("figures", name.name);
      expect(names(folder).sort()).toEqual(madeHere(folder).sort());
    }
  });
});

describe("a catalogue", () => {
  it.each([
    ["that names a file elsewhere", { figures: ["../NOTES"] }, /figures\.0: must be the name of a file/],
    ["of a table elsewhere", { tables: [{ name: "/etc/x", table: {} }] as never }, /tables\.0\.name/],
    ["without figures", { figures: null as never }, /figures/],
    ["of another format", { format: "other" as never }, /format/],
  ])("%s is refused by its path", (_, changes, message) => {
    const folder = temporaryFolder();
    write(join(folder, CATALOGUE), JSON.stringify(catalogue(changes)));
    expect(() => readCatalogue(folder)).toThrow(message);
    expect(() => readCatalogue(folder)).toThrow(join(folder, CATALOGUE));
  });

  it("that is damaged is named and left out of the page over all, which shows the others", () => {
    const folder = temporaryFolder();
    const told = vi.spyOn(console, "warn").mockImplementation(() => {});
    onTestFinished(() => told.mockRestore());
    draw(join(folder, "whole"), catalogue({ study: "whole-study" }));
    write(join(folder, "broken", CATALOGUE), JSON.stringify(catalogue({ figures: null as never })));
    expect(readFileSync(writeGallery(folder), "utf8")).toContain("whole-study");
    expect(told.mock.calls.flat().join()).toContain(join("broken", CATALOGUE));
  });
});
