import { existsSync, readdirSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { documentAt, documents, ROOT } from "./support/documents.js";

/** Targets of the links and pictures of a text. */
function targets(markdown: string): string[] {
  const prose = markdown.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** Anchors of a text's headings, as GitHub makes them: repeated ones are numbered. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading] of markdown.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.*)$/gm)) {
    const plain = heading!.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    found.add(times === 0 ? anchor : `${anchor}-${times}`);
  }
  return found;
}

/** What is wrong with the links of a document. */
function deadLinks(path: string): string[] {
  return targets(documentAt(path)).flatMap((target) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [file = "", anchor] = target.split("#");
    const to = file === "" ? path : posix.join(dirname(path), file);
    if (!existsSync(join(ROOT, to))) return [`${path}: no file ${to}`];
    if (anchor === undefined || !to.endsWith(".md")) return [];
    return anchors(documentAt(to)).has(anchor) ? [] : [`${path}: no anchor ${anchor} in ${to}`];
  });
}

describe("the documents", () => {
  it.each(documents())("%s has links that lead somewhere", (path) => {
    expect(deadLinks(path)).toEqual([]);
  });

  it.each(documents())("%s names only npm scripts and files of the source that there are", (path) => {
    const { scripts } = JSON.parse(documentAt("package.json"));
    const text = documentAt(path);
    for (const [, name] of text.matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(scripts)).toContain(name);
    // what stands behind a commit is a file of that commit
    const files = [...text.matchAll(/(?<![:\w/])(?:src|test|scripts|bench)\/[\w./-]*\w/g)].map(
      ([file]) => file,
    );
    // a recipe that begins with the name of a file makes that file
    const made = [...text.matchAll(/^\/\/ (src\/\S+)$/gm)].map(([, file]) => file);
    expect(files.filter((file) => !made.includes(file) && !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it("notebooks link to files and anchors that there are", () => {
    const sources = readdirSync(join(ROOT, "notebooks")).filter((name) => name.endsWith(".ts"));
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.flatMap((name) => deadLinks(`notebooks/${name}`))).toEqual([]);
  });

  it("no document proves the freeze by the history of a folder", () => {
    for (const path of documents()) expect(documentAt(path), path).not.toMatch(/git log -1/);
  });
});
