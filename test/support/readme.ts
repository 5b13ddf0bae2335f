import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const readme = readFileSync(join(ROOT, "README.md"), "utf8");

/** The code blocks of a language, in order. */
export function blocks(language: string): string[] {
  const all = readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"));
  return [...all].map(([, text]) => text!);
}

/** The sample that begins so shows what a command printed, seconds apart. A line of … stands for any number of lines that it leaves out. */
export function expectSample(begins: string, printed: string): void {
  const sample = blocks("text").find((text) => text.startsWith(begins))!;
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
