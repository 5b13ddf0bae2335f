import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { readJson } from "../../base/files/read-json.js";
import type { Figure } from "../../exhibits/forms/figure.js";
import { CATALOGUE, readCatalogue } from "./catalogue.js";
import { galleryPage, type Section } from "./page.js";
import { PLOTLY_FILE } from "./script.js";

/**
 * Writes `index.html` over the folder's own exhibits and those of the folders in it, and puts plotly.js beside it.
 *
 * @returns the page's path
 */
export function writeGallery(folder: string): string {
  const page = join(folder, "index.html");
  writeFileAtomic(page, galleryPage(readSections(folder)));
  placePlotly(join(folder, PLOTLY_FILE));
  return page;
}

/** What a gallery of this folder shows: published studies before exploratory ones, then by name. */
export function readSections(folder: string): Section[] {
  const within = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${name}/`);
  const rank = ({ catalogue: { exploratory, study, profile } }: Section) =>
    `${exploratory} ${study} ${profile}`;
  return ["", ...within]
    .filter((path) => existsSync(join(folder, path, CATALOGUE)))
    .map((path) => {
      const catalogue = readCatalogue(join(folder, path, CATALOGUE));
      const figures = catalogue.figures.map((name) => ({
        name,
        figure: readJson(join(folder, path, `${name}.json`)) as Figure,
        drawn: existsSync(join(folder, path, `${name}.svg`)),
      }));
      return { catalogue, path, figures };
    })
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** The 10 MB take no room where a link does. */
function placePlotly(path: string): void {
  const installed = createRequire(import.meta.url).resolve("plotly.js-dist");
  if (existsSync(path) && statSync(path).size === statSync(installed).size) return;
  const partial = `${path}.${process.pid}.partial`;
  rmSync(partial, { force: true });
  try {
    linkSync(installed, partial);
  } catch {
    copyFileSync(installed, partial); // another disk, or one without links
  }
  renameSync(partial, path);
}
