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

  test("names of figures, tables and folders are text in it, and addresses lead to their files", () => {
    const name = `a"b'c<i>#?%&=é 1`;
    const named = {
      ...catalogue,
      figures: [name],
      tables: catalogue.tables.map((each) => ({ ...each, name })),
    };
    const path = `"><script>x</script> 100%?#:/`;
    const html = galleryPage([{ catalogue: named, path, figures: [{ name, figure, drawn: true }] }]);
    const strange = { ...figure, layout: { ...figure.layout, width: '1" onload="x' as never } };
    expect(
      galleryPage([{ catalogue, path: "", figures: [{ name: "one", figure: strange, drawn: true }] }]),
    ).toContain('width="1&quot; onload=&quot;x"');
    expect(html).not.toContain("<i>");
    expect(html).not.toContain("<script>x");
    const targets = [...html.matchAll(/(?:href|src)="([^#"][^"]*\.(?:svg|png|json|csv))"/g)].map(
      ([, target]) => target!,
    );
    expect(targets.length).toBe(5);
    for (const target of targets) {
      const { pathname, search, hash } = new URL(
        target.replaceAll("&amp;", "&"),
        "file:///figures/index.html",
      );
      expect([search, hash]).toEqual(["", ""]);
      expect(decodeURIComponent(pathname)).toMatch(
        /^\/figures\/"><script>x<\/script> 100%\?#:\/a"b'c<i>#\?%&=é 1\.\w+$/,
      );
    }
    const ids = [...html.matchAll(/id="([^"]*)"/g)].map(([, id]) => id!);
    expect(ids.every((id) => /^[\w.-]+$/.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
  });

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
