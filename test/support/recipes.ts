import { readFileSync } from "node:fs";

/** The worked recipes of docs/extending.md, as data. */
export interface Recipes {
  /** Files by name: those of a reader's own folder, and those below `src/`. */
  readonly files: ReadonlyMap<string, string>;
  /** Commands, in their order. */
  readonly commands: readonly string[];
  /** Changes of files below `src/`. */
  readonly changes: readonly Change[];
}

export interface Change {
  readonly path: string;
  readonly hunks: readonly { readonly before: string; readonly after: string }[];
}

const FENCE = /^```(\w+)\n([\s\S]*?)^```$/gm;

/** Reads every fenced block. @throws Error for a block of a kind that no reader could use */
export function readRecipes(path: string): Recipes {
  const files = new Map<string, string>();
  const commands: string[] = [];
  const changes: Change[] = [];
  for (const [, language, body] of readFileSync(path, "utf8").matchAll(FENCE)) {
    const [first, ...rest] = body!.trimEnd().split("\n");
    if (language === "sh") commands.push(...body!.trimEnd().split("\n"));
    else if (language === "diff") changes.push({ path: first!, hunks: hunksOf(rest) });
    else if (first!.startsWith("// ")) files.set(first!.slice(3), `${rest.join("\n")}\n`);
    else throw new Error(`a block in ${path} names no file: ${first}`);
  }
  return { files, commands, changes };
}

/** A hunk begins where a line of context follows a changed one. */
function hunksOf(lines: readonly string[]): Change["hunks"] {
  const hunks: { before: string[]; after: string[] }[] = [];
  let previous = "+";
  for (const line of lines) {
    const [sign, text] = [line[0] ?? " ", line.slice(1)];
    const begins = (previous === "+" && sign !== "+") || (previous === "-" && sign === " ");
    if (begins || hunks.length === 0) hunks.push({ before: [], after: [] });
    const hunk = hunks.at(-1)!;
    if (sign !== "+") hunk.before.push(text);
    if (sign !== "-") hunk.after.push(text);
    previous = sign;
  }
  return hunks.map(({ before, after }) => ({ before: before.join("\n"), after: after.join("\n") }));
}

/** A text with a change. @throws Error unless each place is there exactly once */
export function applied(text: string, { path, hunks }: Change): string {
  return hunks.reduce((changed, { before, after }) => {
    const places = changed.split(before).length - 1;
    if (places !== 1) throw new Error(`${path} has ${places} places like this:\n${before}`);
    return changed.replace(before, () => after);
  }, text);
}
