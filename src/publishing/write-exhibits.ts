import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sharpnessRows } from "../analysis/sharpness-rows.js";
import { UserError } from "../base/errors.js";
import { writeFileAtomic } from "../base/files/atomic.js";
import type { Figure } from "../exhibits/forms/figure.js";
import { toCsv, toMarkdown } from "../exhibits/forms/table.js";
import { discussion } from "../exhibits/prose/discussion.js";
import { type Exhibits, materialsOf, selectionExhibits, studyExhibits } from "../exhibits/study-exhibits.js";
import { conditions } from "../exhibits/style/conditions.js";
import { resultsName } from "../experiments/results/results.js";
import type { Results } from "../experiments/results/rows.js";
import { isExploratory } from "../experiments/results/rows.js";
import type { StoredSelection } from "../experiments/selection/read-selection.js";
import {
  CATALOGUE,
  type Catalogue,
  claimExhibits,
  PAGE_FILES,
  provenanceOf,
  removeFormer,
  writeGallery,
} from "./gallery/index.js";
import { openRenderer } from "./rendering/index.js";

/** Where exhibits go unless told otherwise, each study into a folder of its own; the gallery is of all of them. */
export const FIGURES_FOLDER = "figures";

export interface ExhibitOptions {
  /** Folder of the results. */
  readonly source: string;
  /** Folder of a run of `flatenn sharpness` and `flatenn landscape`; default: the same. */
  readonly sharpness?: string | undefined;
  /** Where the exhibits go, with a gallery of their own; default: `figures/<study>-<profile>`, with one gallery for all. */
  readonly out?: string | undefined;
}

/** Endings of drawn figures. */
const PICTURES = ["svg", "png"] as const;

/** Where exhibits were written, and the page that shows them. */
export interface Written {
  readonly folder: string;
  readonly gallery: string;
  readonly exhibits: Exhibits;
}

/**
 * Writes each table as .csv and .md, each figure as .json, .svg and .png, but for those that a study has nothing for, the
 * discussion of the claims as .md, and the gallery; without a browser the pictures are left out.
 */
export async function writeExhibits(results: Results, options: ExhibitOptions): Promise<Written> {
  const { name: study, profile } = results.study;
  const folder = options.out ?? join(FIGURES_FOLDER, resultsName(study, profile));
  const materials = materialsOf(results, options.source, options.sharpness);
  const paragraphs = discussion(results, sharpnessRows(results, materials.sharpness));
  const exhibits = studyExhibits(materials);
  await writeAll(exhibits, folder, {
    study,
    profile,
    exploratory: isExploratory(results.study),
    claims: statementsOf(results),
    conditions: conditions(results),
    discussion: paragraphs,
    provenance: provenanceOf(results, options.source),
  });
  return { folder, gallery: writeGallery(options.out ?? FIGURES_FOLDER), exhibits };
}

/** Writes what there is to show of a selection, likewise. */
export async function writeSelectionExhibits(
  selection: StoredSelection,
  { out }: Pick<ExhibitOptions, "out">,
): Promise<Written> {
  const { study, profile, settings, seeds, campaign } = selection.record;
  const folder = out ?? join(FIGURES_FOLDER, resultsName(study, profile));
  const exhibits = selectionExhibits(selection);
  await writeAll(exhibits, folder, {
    study,
    profile,
    exploratory: true,
    claims: [],
    conditions: `${study}, profile ${profile} · seeds ${seeds.join(", ")} · ${campaign.maps} fault maps · ${campaign.split} images`,
    discussion: [],
    provenance: [
      { what: "Study", value: `${study}, profile ${profile}; sha256 of its settings ${settings}` },
      { what: "Repeat it", value: `npx flatenn select --study ${study} --profile ${profile}` },
    ],
  });
  return { folder, gallery: writeGallery(out ?? FIGURES_FOLDER), exhibits };
}

/** What is claimed, in words, each once. */
function statementsOf({ judgement }: Results): NonNullable<Catalogue["claims"]> {
  const all = [...judgement.claims, ...(judgement.sharpness ? [judgement.sharpness] : [])];
  return [...new Map(all.map(({ id, statement }) => [id, { id, statement }])).values()];
}

async function writeAll(
  exhibits: Exhibits,
  folder: string,
  header: Omit<Catalogue, "format" | "figures" | "tables">,
): Promise<void> {
  const write = (name: string, content: string | Uint8Array) => writeFileAtomic(join(folder, name), content);
  const tables = Object.entries(exhibits.tables)
    .map(([name, table]) => ({ name, table }))
    .filter(({ table }) => table.rows.length > 0);
  const figures = Object.entries(exhibits.figures).filter(([, { data }]) => data.length > 0);
  const names = figures.map(([name]) => name);
  const catalogue: Catalogue = { format: "flatenn-exhibits-1", ...header, figures: names, tables };
  claimExhibits(folder, catalogue);
  if (header.discussion.length > 0) write("discussion.md", `${header.discussion.join("\n\n")}\n`);
  for (const { name, table } of tables) {
    write(`${name}.csv`, toCsv(table));
    write(`${name}.md`, toMarkdown(table));
  }
  await writeFigures(figures, folder);
  removeFormer(folder, catalogue, PAGE_FILES);
  write(CATALOGUE, `${JSON.stringify(catalogue, null, 1)}\n`);
}

/**
 * Writes figures, with their file names, as .json, .svg and .png; without a browser the pictures are left out, and those of other
 * numbers removed: no picture stands beside a figure that it does not show.
 */
export async function writeFigures(
  figures: readonly (readonly [string, Figure])[],
  folder: string,
): Promise<void> {
  const write = (name: string, content: string | Uint8Array) => writeFileAtomic(join(folder, name), content);
  for (const [name, figure] of figures) {
    const json = `${JSON.stringify(figure, null, 1)}\n`;
    const path = join(folder, `${name}.json`);
    if (!existsSync(path) || readFileSync(path, "utf8") !== json)
      for (const format of PICTURES) rmSync(join(folder, `${name}.${format}`), { force: true });
    write(`${name}.json`, json);
  }
  try {
    const renderer = await openRenderer();
    try {
      for (const [name, figure] of figures)
        for (const format of PICTURES) write(`${name}.${format}`, await renderer.draw(figure, format));
    } finally {
      await renderer.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.warn(`The pictures were not drawn: ${error.message}`);
  }
}
