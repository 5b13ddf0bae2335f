import { type Cell, type Table, toHtml } from "../exhibits/forms/table.js";
import { toText } from "../exhibits/forms/text.js";
import { emit } from "./emit.js";

/** Characters of a line of the text form, the same everywhere: outputs of notebooks are compared. */
const WIDTH = 110;

/**
 * Shows a table below the cell, as HTML and as text; outside a kernel it prints the text.
 *
 * @param content an exhibit's table; or rows, whose first names the columns; or finished HTML
 */
export function showTable(content: Table | readonly Readonly<Record<string, Cell>>[] | string): void {
  const { html, text } = formsOf(content);
  if (!emit({ "text/html": html, "text/plain": text })) console.log(text);
}

function formsOf(content: Parameters<typeof showTable>[0]): { html: string; text: string } {
  if (typeof content === "string") return { html: content, text: textOfHtml(content) };
  const table = "columns" in content ? content : tableOf(content);
  const html = toHtml(table);
  const bare = table.title === "" && table.caption === "";
  return {
    html: bare ? html.replace(/<caption>.*?<\/caption>\n/s, "") : html,
    text: toText(table, { width: WIDTH, elsewhere: "the table as HTML has all" }).trim(),
  };
}

function tableOf(rows: readonly Readonly<Record<string, Cell>>[]): Table {
  const columns = Object.keys(rows[0] ?? {}).map((key) => {
    const numeric = rows.every((row) => typeof row[key] !== "string");
    return { key, title: key, align: numeric ? ("right" as const) : ("left" as const) };
  });
  // Numbers as they are: only an exhibit knows how many decimals mean something.
  const printed = (value: Cell | undefined) => (typeof value === "number" ? String(value) : (value ?? null));
  const texts = rows.map((row) => Object.fromEntries(columns.map(({ key }) => [key, printed(row[key])])));
  return { title: "", caption: "", columns, rows: texts };
}

function textOfHtml(html: string): string {
  const entities: Record<string, string> = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&amp;": "&",
  };
  return html
    .replaceAll(/<\/(td|th)>\s*(?=<t[dh])/g, "  ")
    .replaceAll(/<\/(tr|p|caption|div|h\d|li)>|<br\s*\/?>/g, "\n")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}
