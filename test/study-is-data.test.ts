import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { datasetOf, modelOf } from "../src/experiments/study/content.js";
import { aboutStudy } from "../src/experiments/study/definition.js";
import { allStudies } from "../src/studies/index.js";
import { SPARSIFICATIONS } from "../src/tensors/sparsity/table.js";
import { PERTURBATIONS } from "../src/training/gradients/perturbation.js";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** Where a study, its network or its data set may be named: the study itself, and the one file that each is. */
const HOMES =
  /^(studies\/|networks\/(lenet5|resnet18|registry|index)\.ts$|datasets\/(fashion-mnist|cifar10|registry|index)\.ts$)/;

/** Settings of the library that an arm's id may happen to be. */
const LIBRARY = new Set([...Object.keys(SPARSIFICATIONS), ...Object.keys(PERTURBATIONS), "float"]);

/** Words of other meanings, which stand for an arm only where they stand alone. */
const ENGLISH = new Set(["standard", "as", "AS"]);

const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.includes("assembly/") && !HOMES.test(path))
  .map((path) => ({ path, lines: readFileSync(join(SRC, path), "utf8").split("\n") }));

/** Lines of code, comments apart, that a pattern is found in. */
function found(pattern: RegExp, { comments = false } = {}): string[] {
  return sources.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) =>
      pattern.test(line) && (comments || !/^\s*(\/\/|\/?\*)/.test(line))
        ? [`${posix.join("src", path)}:${i + 1} ${line.trim()}`]
        : [],
    ),
  );
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** One of these as a whole string, or as a word within one. */
const quoted = (names: readonly string[]) => {
  const all = names.filter((name) => !ENGLISH.has(name)).map(escaped);
  return new RegExp(
    `["'\`](?:[^"'\`]*[\\s/(:])?(?:${all.join("|")})(?:[\\s/,.)][^"'\`]*)?["'\`]|["'\`](?:${names.map(escaped).join("|")})["'\`]`,
  );
};

describe("no room but its own knows a study", () => {
  const studies = allStudies();
  const ids = [...new Set(studies.flatMap(({ arms }) => arms.map(({ id }) => id)))];

  it("nor names its arms", () => {
    const arms = ids.filter((id) => !LIBRARY.has(id));
    expect(arms.length).toBeGreaterThan(30);
    expect(found(quoted(arms))).toEqual([]);
  });

  it("nor the study, its network and its data set, in whatever spelling", () => {
    const names = studies.flatMap((study) => {
      const dataset = datasetOf(study);
      return [study.name, modelOf(study).name, dataset.name, dataset.title];
    });
    expect(found(new RegExp([...new Set(names)].map(escaped).join("|"), "i"))).toEqual([]);
    expect(found(/fashion.?mnist|lenet/i)).toEqual([]);
  });

  it("nor classes, claims, and the names that arms have in figures", () => {
    const classes = studies.flatMap((study) => datasetOf(study).classes);
    const about = studies.map(aboutStudy);
    const claims = about.flatMap(({ judgement }) => [
      ...judgement.claims.map(({ id }) => id),
      ...(judgement.sharpness ? [judgement.sharpness.id] : []),
    ]);
    const titles = about.flatMap(({ presentation }) => Object.values(presentation.titles));
    const names = [...new Set([...classes, ...claims, ...titles])];
    expect(names).toContain("Ankle boot");
    expect(names).toContain("C3a");
    expect(found(quoted(names))).toEqual([]);
  });

  it("nor its fault types, which belong to the faults and to the study", () => {
    const faults = [...new Set(studies.flatMap(({ campaign }) => campaign.faults))];
    const elsewhere = found(quoted(faults)).filter((line) => !line.startsWith("src/faults/"));
    expect(elsewhere).toEqual([]);
  });
});
