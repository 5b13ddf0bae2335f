import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Figure } from "../../../src/exhibits/forms/figure.js";
import { type Catalogue, galleryPage, readSections } from "../../../src/publishing/gallery/index.js";

const page = readFileSync("figures/index.html", "utf8");
const sections = readSections("figures");

describe("the committed gallery", () => {
  test("is what the committed exhibits give", () => {
    expect(galleryPage(sections)).toBe(page);
  });

  test("has every figure and every table of every folder", () => {
    for (const folder of readdirSync("figures").filter((name) =>
      statSync(join("figures", name)).isDirectory(),
    ))
      for (const name of readdirSync(join("figures", folder)).filter((name) =>
        /\.(svg|png|csv|md)$/.test(name),
      ))
        expect(page).toContain(`href="${folder}/${name}"`);
  });

  test("refers to files that there are, and loads nothing from elsewhere", () => {
    for (const [, target] of page.matchAll(/(?:href|src)="([^#"][^"]*)"/g))
      if (!/^(https:\/\/arxiv\.org\/|data:)/.test(target!))
        expect(existsSync(join("figures", target!)), target).toBe(true);
    expect(page).not.toMatch(/(src="https?:|@import|url\()/);
  });

  test("has a heading for every link within it", () => {
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${id}"`);
  });

  test("names no path of the machine that made it", () => {
    expect(page).not.toMatch(/\/(home|root|tmp|Users)\//);
  });
});

describe("galleryPage", () => {
  const catalogue: Catalogue = {
    format: "flatenn-exhibits-1",
    study: "s<1>",
    profile: "p",
    exploratory: false,
    claims: [{ id: "C<1>", statement: "sparse is <worse>" }],
    conditions: "a & b",
    discussion: ["It is <so>."],
    provenance: [{ what: "Seeds", value: "<0>" }],
    figures: ["one"],
    tables: [
      {
        name: "t",
        table: {
          title: "T",
          caption: "",
          columns: [{ key: "a", title: "a", align: "left" }],
          rows: [{ a: "<b>" }],
        },
      },
    ],
  };
  const figure: Figure = {
    data: [{ name: "</script><script>alert(1)</script>" }],
    layout: { width: 10, height: 20, title: { text: 'a "quoted" title' } },
  };

  test("keeps the text of figures, tables and settings text", () => {
    const html = galleryPage([{ catalogue, path: "x/", figures: [{ name: "one", figure, drawn: true }] }]);
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).toContain("&lt;b&gt;</td>");
    expect(html).toContain("<p>It is &lt;so&gt;.</p>");
    expect(html).toContain('alt="figure 10 x 20: a &quot;quoted&quot; title');
    const data = /id="s-1--p-one-data">(.*?)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(data)).toEqual(figure);
  });

  test("describes a figure that was not drawn, and marks exploratory results as such", () => {
    const render = (exploratory: boolean, drawn: boolean) =>
      galleryPage([
        { catalogue: { ...catalogue, exploratory }, path: "", figures: [{ name: "one", figure, drawn }] },
      ]);
    expect(render(false, false)).not.toContain("<img");
    expect(render(false, true)).not.toContain("Exploratory");
    expect(render(true, true)).toContain("Exploratory");
  });

  test("is a page without any results, too", () => {
    expect(galleryPage([])).toContain("</html>");
  });
});
