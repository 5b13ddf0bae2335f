import { describe, expect, it } from "vitest";
import { type Table, toText } from "../../src/exhibits/index.js";
import { materialsOf, selectionExhibits, studyExhibits } from "../../src/exhibits/study-exhibits.js";
import { publishedDirectory, readResultsFrom } from "../../src/experiments/results/index.js";
import { readSelection } from "../../src/experiments/selection/read-selection.js";
import { DEFAULT_STUDY } from "../../src/studies/index.js";

const { name } = DEFAULT_STUDY;

async function publishedTables(profile: string): Promise<[string, Table][]> {
  const directory = publishedDirectory(name, profile);
  const results = await readResultsFrom(directory);
  return Object.entries(studyExhibits(materialsOf(results, directory)).tables);
}

/** What a row is about and what answers: columns that every terminal of 80 characters shows, by title. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  claims: ["claim", "accuracy", "fault", "effect", "verdict"],
  networks: ["arm", "accuracy", "sparsity", "clip/sd"],
  "networks-ablations": ["arm", "accuracy", "sparsity", "clip/sd"],
  controls: ["arm", "clean", "under faults", "effect"],
  accuracy: ["arm", "fault", "rate", "accuracy"],
  failures: ["arm", "seed", "reason", "epoch", "step"],
};

describe.each(["full", "quick"])("the published results, profile %s", { timeout: 60_000 }, (profile) => {
  it("have tables that all fit 80, 100 and 132 characters, and keep the columns that answer", async () => {
    for (const [title, table] of await publishedTables(profile)) {
      for (const width of [80, 100, 132]) {
        const lines = toText(table, { width }).split("\n");
        for (const line of lines) expect(line.length, `${title}: ${line}`).toBeLessThanOrEqual(width);
      }
      const text = toText(table, { width: 80 }).split("\n");
      const head = text
        .slice(
          2,
          text.findIndex((line) => line.startsWith("--")),
        )
        .join(" ");
      for (const answer of ANSWERS[title] ?? []) expect(head, title).toContain(answer);
    }
  });
});

it("the table of the published selection fits 80 characters", () => {
  for (const table of Object.values(
    selectionExhibits(readSelection(publishedDirectory(name, "selection"))).tables,
  ))
    for (const line of toText(table, { width: 80 }).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
