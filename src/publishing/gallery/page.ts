import { describeFigure } from "../../exhibits/forms/describe-figure.js";
import type { Figure } from "../../exhibits/forms/figure.js";
import { escapeHtml, toHtml } from "../../exhibits/forms/table.js";
import type { Catalogue } from "./catalogue.js";
import { SCRIPT } from "./script.js";
import { STYLE } from "./style.js";

/** One folder of exhibits as the page needs it. */
export interface Section {
  readonly catalogue: Catalogue;
  /** The folder, relative to the page, with a slash at its end; empty if it is the page's own. */
  readonly path: string;
  /** The catalogue's figures: as plotly's JSON, and whether they have been drawn into files. */
  readonly figures: readonly { readonly name: string; readonly figure: Figure; readonly drawn: boolean }[];
}

/** By which a page of this program is known. */
export const TITLE = "FlatENN-TS: figures and tables";

/** Tables longer than this are folded. */
const LONG_TABLE = 30;

/**
 * All exhibits on one page: HTML that works from disk and without a network, with nothing but the files of the folders
 * and, for interactive figures, plotly.js beside it.
 */
export function galleryPage(sections: readonly Section[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TITLE}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the figures</a>
<header>
<h1>Memory faults in activation-sparse quantized networks: figures and tables</h1>
<p>Every figure and table of FlatENN-TS, a reproducible artifact of
<a href="https://arxiv.org/abs/2301.00675">arXiv 2301.00675</a> and its revision
<a href="https://arxiv.org/abs/2406.10528">2406.10528</a> (Malhotra and Gupta). Move the mouse over a figure, or press
its button, to read single values and to zoom.</p>
<h2>The claims</h2>
<dl>
${claimsIn(sections)
  .map(({ id, statement }) => `<dt>${escapeHtml(id)}</dt><dd>${escapeHtml(statement)}</dd>\n`)
  .join("")}</dl>
<nav aria-label="Contents">
<ul>
${sections.map(contents).join("")}</ul>
</nav>
</header>
<main id="content">
${sections.map(sectionHtml).join("")}</main>
<footer><p>Written by <code>npm run figures</code>. MIT licence.</p></footer>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
}

/** What is claimed in any section, each claim once. */
function claimsIn(sections: readonly Section[]): NonNullable<Catalogue["claims"]> {
  const all = sections.flatMap(({ catalogue }) => catalogue.claims ?? []);
  return [...new Map(all.map((claim) => [claim.id, claim])).values()];
}

function contents({ catalogue, figures }: Section): string {
  const id = idOf(catalogue);
  const link = (name: string, title: string) =>
    `<li><a href="#${id}-${anchor(name)}">${escapeHtml(title)}</a></li>\n`;
  return `<li><a href="#${id}">${titleOf(catalogue)}</a>
<ul>
${figures.map(({ name }) => link(name, headline(name))).join("")}${catalogue.tables
  .map(({ name, table }) => link(`table-${name}`, table.title))
  .join(
    "",
  )}${catalogue.discussion.length > 0 ? link("discussion", "Discussion") : ""}${link("provenance", "Provenance")}</ul></li>
`;
}

function sectionHtml(section: Section): string {
  const { catalogue, figures } = section;
  const id = idOf(catalogue);
  const note = catalogue.exploratory
    ? `<p class="mark">Exploratory: made while choices were open, so no verdict below is a test of a claim.</p>\n`
    : "";
  const provenance = catalogue.provenance
    .map(({ what, value }) => `<dt>${escapeHtml(what)}</dt><dd>${escapeHtml(value)}</dd>\n`)
    .join("");
  return `<section aria-labelledby="${id}">
<h2 id="${id}">${titleOf(catalogue)}</h2>
<p class="soft">${escapeHtml(catalogue.conditions)}</p>
${note}${figures.map((figure) => figureHtml(section, figure)).join("")}${catalogue.tables
  .map((table) => tableHtml(section, table))
  .join("")}${discussionHtml(section)}<h3 id="${id}-provenance">Provenance</h3>
<dl>
${provenance}</dl>
</section>
`;
}

function discussionHtml({ catalogue, path }: Section): string {
  if (catalogue.discussion.length === 0) return "";
  const paragraphs = catalogue.discussion.map((text) => `<p>${escapeHtml(text)}</p>\n`).join("");
  return `<h3 id="${idOf(catalogue)}-discussion">Discussion</h3>\n${paragraphs}<p class="files">${files(path, "discussion", ["md"])}</p>\n`;
}

function figureHtml(
  { catalogue, path }: Section,
  { name, figure, drawn }: Section["figures"][number],
): string {
  const id = `${idOf(catalogue)}-${anchor(name)}`;
  const [width, height] = [figure.layout.width, figure.layout.height].map((side) => escapeHtml(String(side)));
  const description = escapeHtml(describeFigure(figure).slice(1, -1));
  const picture = drawn
    ? `<img src="${address(path, name, "svg")}" width="${width}" height="${height}" alt="${description}">`
    : `<p>${description}</p>`;
  // "<" could end the script element.
  const data = JSON.stringify(figure).replaceAll("<", "\\u003c");
  return `<h3 id="${id}">${escapeHtml(headline(name))}</h3>
<figure data-name="${id}-data">
<div class="paper">${picture}</div>
<figcaption><button type="button" aria-pressed="false" hidden>Make it interactive</button>
${files(path, name, drawn ? ["svg", "png", "json"] : ["json"])} <span role="status"></span></figcaption>
</figure>
<script type="application/json" id="${id}-data">${data}</script>
`;
}

function tableHtml({ catalogue, path }: Section, { name, table }: Catalogue["tables"][number]): string {
  const id = `${idOf(catalogue)}-table-${anchor(name)}`;
  const title = escapeHtml(table.title);
  const scroll = `<div class="wide" role="region" aria-label="${title}" tabindex="0">\n${toHtml(table)}</div>\n`;
  const folded =
    table.rows.length > LONG_TABLE
      ? `<details><summary>${table.rows.length} rows</summary>\n${scroll}</details>\n`
      : scroll;
  return `<h3 id="${id}">${title}</h3>\n${folded}<p class="files">${files(path, name, ["csv", "md"])}</p>\n`;
}

function files(path: string, name: string, endings: readonly string[]): string {
  return endings.map((ending) => `<a href="${address(path, name, ending)}">.${ending}</a>`).join(" ");
}

/** The relative address of a file, whatever characters are in its name and in that of its folder. */
function address(path: string, name: string, ending: string): string {
  const parts = `${path}${name}.${ending}`.split("/").map(encodeURIComponent).join("/");
  return escapeHtml(parts.includes(":") ? `./${parts}` : parts);
}

/** A name as part of an id, in which no two names are the same. */
function anchor(name: string): string {
  return name.replaceAll(/[^\w-]/gu, (character) => `.${character.codePointAt(0)!.toString(16)}.`);
}

function titleOf({ study, profile }: Catalogue): string {
  return escapeHtml(`${study}, profile ${profile}`);
}

function idOf({ study, profile }: Catalogue): string {
  return `${study}-${profile}`.replaceAll(/[^\w-]/g, "-");
}

/** `accuracy-against-rate` as a title. */
function headline(name: string): string {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
