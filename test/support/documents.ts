import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A document of the repository, by its path from the top. */
export function documentAt(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Paths of every document that is written for readers. */
export function documents(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith(".md") && !name.startsWith("THIRD-PARTY"));
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return [...top, ...docs.map((name) => `docs/${name}`), "jupyter/README.md"];
}

/** The code blocks of a language in a document, in order. */
export function blocks(path: string, language: string): string[] {
  const all = documentAt(path).matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"));
  return [...all].map(([, text]) => text!);
}

/**
 * The sample in a document that begins so shows what a command printed, seconds apart. A line of … stands for any number of
 * lines that it leaves out.
 */
export function expectSample(path: string, begins: string, printed: string): void {
  const sample = blocks(path, "text").find((text) => text.startsWith(begins))!;
  let rest = lines(printed);
  for (const part of sample.split(/^…\n/m).filter(Boolean)) {
    const shown = lines(part);
    const at = rest.findIndex((_, line) => shown.every((text, offset) => rest[line + offset] === text));
    expect(at, `${part}\nis not in\n${rest.join("\n")}`).toBeGreaterThanOrEqual(0);
    rest = rest.slice(at + shown.length);
  }
}

function lines(text: string): string[] {
  const timeless = text.replaceAll(/ in \d+ s$/gm, "");
  return timeless.trimEnd().split("\n");
}
