import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "../../base/errors.js";
import { sweepHalfWritten, temporaryPath, writeFileAtomic } from "../../base/files/atomic.js";
import { claimNames } from "../../base/files/made-here.js";
import { readJson } from "../../base/files/read-json.js";
import type { Figure } from "../../exhibits/forms/figure.js";
import { CATALOGUE, readCatalogue } from "./catalogue.js";
import { galleryPage, type Section, TITLE } from "./page.js";
import { PLOTLY_FILE } from "./script.js";

const PAGE = "index.html";
/** Files of a gallery beside its exhibits. */
export const PAGE_FILES = [PAGE, PLOTLY_FILE] as const;

/** How the page and plotly.js begin that versions without a list wrote. */
const BEGINNINGS: Readonly<Record<string, string>> = { [PAGE]: TITLE, [PLOTLY_FILE]: "plotly.js v" };

/**
 * Writes `index.html` over the folder's own exhibits and those of the folders in it, and puts plotly.js beside it.
 *
 * @returns the page's path
 * @throws UserError if the folder has a page that this program did not write
 */
export function writeGallery(folder: string): string {
  const page = join(folder, PAGE);
  claimNames(folder, PAGE_FILES, (name) => beginningOf(join(folder, name)).includes(BEGINNINGS[name]!));
  sweepHalfWritten(folder);
  writeFileAtomic(page, galleryPage(readSections(folder)));
  placePlotly(join(folder, PLOTLY_FILE));
  return page;
}

/**
 * What a gallery of this folder shows: published studies before exploratory ones, then by name. A folder in it whose catalogue
 * is damaged is named and left out.
 */
export function readSections(folder: string): Section[] {
  const within = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${name}/`);
  const rank = ({ catalogue: { exploratory, study, profile } }: Section) =>
    `${exploratory} ${study} ${profile}`;
  return ["", ...within]
    .filter((path) => existsSync(join(folder, path, CATALOGUE)))
    .flatMap((path) => {
      try {
        return [readSection(folder, path)];
      } catch (error) {
        if (!(error instanceof UserError) || path === "") throw error;
        console.warn(`Left out of the page: ${error.message}`);
        return [];
      }
    })
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function readSection(folder: string, path: string): Section {
  const catalogue = readCatalogue(join(folder, path));
  const figures = catalogue.figures.map((name) => ({
    name,
    figure: readFigure(join(folder, path, `${name}.json`)),
    drawn: existsSync(join(folder, path, `${name}.svg`)),
  }));
  return { catalogue, path, figures };
}

function readFigure(path: string): Figure {
  const found = readJson(path) as Figure | null;
  if (Array.isArray(found?.data) && typeof found.layout === "object" && found.layout !== null) return found;
  throw new UserError(`${path} is no figure: it must have data, a list, and layout`);
}

function beginningOf(path: string): string {
  if (!statSync(path).isFile()) return "";
  const bytes = Buffer.alloc(1000);
  const file = openSync(path, "r");
  try {
    return bytes.toString("utf8", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** The 10 MB take no room where a link does. */
function placePlotly(path: string): void {
  const installed = createRequire(import.meta.url).resolve("plotly.js-dist");
  if (existsSync(path) && statSync(path).size === statSync(installed).size) return;
  const partial = temporaryPath(path);
  try {
    try {
      linkSync(installed, partial);
    } catch {
      copyFileSync(installed, partial); // another disk, or one without links
    }
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}
