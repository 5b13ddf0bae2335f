import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dependencies, notices } from "../scripts/notices.mjs";

const read = (path: string) => readFileSync(path, "utf8");
const json = (path: string) => JSON.parse(read(path));
const own = json("package.json");
const cff = read("CITATION.cff");
/** A value of the file's own level; a folded one as one line. */
const cited = (key: string): string => {
  const [, value] = new RegExp(`^${key}: (?:>-\\n)?((?:.|\\n {2})*)`, "m").exec(cff)!;
  return value!.replaceAll(/\s+/g, " ").trim().replaceAll(/^"|"$/g, "");
};
const title = `FlatENN-TS: ${own.description}`;

describe("CITATION.cff, codemeta.json and .zenodo.json", () => {
  const codemeta = json("codemeta.json");
  const zenodo = json(".zenodo.json");

  it("have the version of package.json, as the lock file has", () => {
    const versions = [cited("version"), codemeta.version, zenodo.version, json("package-lock.json").version];
    expect(versions).toEqual(versions.map(() => own.version));
    expect(json("package-lock.json").packages[""].version).toBe(own.version);
  });

  it("have the version of the newest release in CHANGELOG.md, whose releases are dated and fall in both", () => {
    const releases = [...read("CHANGELOG.md").matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
    const dated = releases.map((heading) =>
      /^(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)$/.exec(heading)!.slice(1),
    );
    expect(dated[0]![0]).toBe(own.version);
    for (const part of [0, 1]) {
      const column = dated.map((release) => release[part]!);
      expect(column).toEqual([...column].sort().reverse());
    }
  });

  it("have the title that package.json describes", () => {
    expect([cited("title"), codemeta.name, zenodo.title]).toEqual([title, title, title]);
  });

  it("have one description, one licence and the same keywords", () => {
    expect([codemeta.description, zenodo.description]).toEqual([cited("abstract"), cited("abstract")]);
    expect([cited("license"), zenodo.license, codemeta.license]).toEqual([
      own.license,
      own.license,
      `https://spdx.org/licenses/${own.license}`,
    ]);
    const keywords = [.../^keywords:\n((?: {2}- .*\n)+)/m.exec(cff)![1]!.matchAll(/- (.*)/g)].map(
      ([, word]) => word,
    );
    expect([keywords, codemeta.keywords, zenodo.keywords]).toEqual([
      own.keywords,
      own.keywords,
      own.keywords,
    ]);
  });

  it("name the paper and its first version, with titles and identifiers that agree", () => {
    for (const { name, identifier } of codemeta.referencePublication) {
      expect(cff).toContain(`title: "${name}"`);
      expect(cff).toContain(`value: "${identifier}"`);
      expect(zenodo.related_identifiers.map((one: { identifier: string }) => one.identifier)).toContain(
        identifier,
      );
    }
    expect(cff).toMatch(/^preferred-citation:\n {2}type: article\n/m);
  });
});

describe("THIRD-PARTY-NOTICES.md", () => {
  it("lists every package of the lock file that is not for development only", () => {
    expect(notices(), "run node scripts/notices.mjs").toBe(read("THIRD-PARTY-NOTICES.md"));
  });

  it("has a licence for each, and none that asks for the source of what uses it", () => {
    const known = ["MIT", "ISC", "0BSD", "Zlib", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BSL-1.0"];
    // zeromq's MPL part is its own library, unchanged; the fonts' licence is read: Bitstream Vera's, free to use.
    const read = ["zeromq", "dejavu-fonts-ttf"];
    const unknown = dependencies().filter(
      ({ name, license }) =>
        !read.includes(name) &&
        !license
          .replaceAll(/[()]/g, "")
          .split(" AND ")
          .every((part) => known.includes(part)),
    );
    expect(unknown).toEqual([]);
  });
});
