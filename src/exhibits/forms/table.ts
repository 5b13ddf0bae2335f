import { UserError } from "../../base/errors.js";

export type Cell = number | string | null;

export interface Column {
  /** Name of the value in each row, and of the column in CSV. */
  readonly key: string;
  readonly title: string;
  /** Unit of the numbers as printed, such as "%" or "pp". */
  readonly unit?: string;
  readonly align: "left" | "right";
  /** Decimals printed, default 2; CSV carries every digit. */
  readonly decimals?: number;
  /** Keys printed in the same column: `[low, high]` after the number, or `± spread`. In CSV they are columns. */
  readonly interval?: { readonly low: string; readonly high: string };
  readonly spread?: string;
  /** Only in CSV, Markdown and HTML: the text form has to fit a terminal. */
  readonly detail?: boolean;
  /** Only in CSV. */
  readonly csvOnly?: boolean;
}

/** A table as plain data: what is not known is null (or NaN) and printed as "-", and left empty in CSV. */
export interface Table {
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
}

/** Comma-separated values (RFC 4180 quoting, LF line ends): one header row of keys, numbers with every digit. */
export function toCsv(table: Table): string {
  const keys = table.columns.flatMap(({ key, interval, spread }) => [
    key,
    ...(interval ? [interval.low, interval.high] : []),
    ...(spread ? [spread] : []),
  ]);
  const lines = table.rows.map((row) => keys.map((key) => csvCell(cellOf(row, key))));
  return [keys, ...lines].map((line) => `${line.join(",")}\n`).join("");
}

/** GitHub-flavoured Markdown: title as a heading of level 3, the table, the caption below it. */
export function toMarkdown(table: Table): string {
  const columns = table.columns.filter(({ csvOnly }) => !csvOnly);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("<", "&lt;")).join(" | ")} |\n`;
  const rule = `|${columns.map(({ align }) => (align === "right" ? "---:" : ":---")).join("|")}|\n`;
  const rows = table.rows.map((row) => line(columns.map((column) => printed(column, row))));
  const caption = table.caption === "" ? "" : `\n${table.caption}\n`;
  return `### ${table.title}\n\n${line(columns.map(heading))}${rule}${rows.join("")}${caption}`;
}

/** One `<table>` element with a `<caption>`, without styles other than alignment; every text is escaped. */
export function toHtml(table: Table): string {
  const columns = table.columns.filter(({ csvOnly }) => !csvOnly);
  const cell = (tag: "td" | "th", column: Column, text: string) =>
    `<${tag} style="text-align:${column.align}">${escapeHtml(text)}</${tag}>`;
  const head = columns.map((column) => cell("th", column, heading(column))).join("");
  const rows = table.rows.map(
    (row) => `<tr>${columns.map((column) => cell("td", column, printed(column, row))).join("")}</tr>\n`,
  );
  const caption = `<caption><strong>${escapeHtml(table.title)}</strong> ${escapeHtml(table.caption)}</caption>\n`;
  return `<table>\n${caption}<thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join("")}</tbody>\n</table>\n`;
}

/** Aligned plain text for a terminal: title, table without the detail columns, caption wrapped to `width`. */
export function toText(table: Table, { width = 110 } = {}): string {
  const columns = table.columns.filter(({ detail, csvOnly }) => !detail && !csvOnly);
  const heads = columns.map(headingParts);
  const lines = [
    heads.map(([title]) => title),
    ...(heads.some(([, below]) => below !== "") ? [heads.map(([, below]) => below)] : []),
    ...table.rows.map((row) => columns.map((column) => printed(column, row))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => (columns[i]!.align === "right" ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((count) => "-".repeat(count)).join("  ");
  text.splice(lines.length - table.rows.length, 0, rule);
  const caption = table.caption === "" ? [] : ["", ...wrap(table.caption, width)];
  return `${[table.title, "", ...text, ...caption].join("\n")}\n`;
}

/** Breaks text at spaces into lines of at most `width` characters (a longer word stays whole). */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** A number with fixed decimals; never "-0.00"; "-" for what is not a finite number. */
export function fixed(value: number | null, decimals: number): string {
  if (value === null || !Number.isFinite(value)) return "-";
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

function heading(column: Column): string {
  return headingParts(column).join(" ").trimEnd();
}

/** Title, and below it in the text form what follows it in the others: unit and what is printed with the number. */
function headingParts({ title, unit, interval, spread }: Column): [string, string] {
  const beside = interval ? "[95 % interval]" : spread ? "± sd" : "";
  return [title, [...(unit === undefined ? [] : [`(${unit})`]), beside].join(" ").trim()];
}

function printed(column: Column, row: Table["rows"][number]): string {
  const value = cellOf(row, column.key);
  if (typeof value === "string") return value;
  const number = (key: string) => {
    const cell = cellOf(row, key);
    return fixed(typeof cell === "number" ? cell : null, column.decimals ?? 2);
  };
  const { interval, spread } = column;
  const text = number(column.key);
  if (text === "-") return text;
  if (interval && number(interval.low) !== "-") {
    return `${text} [${number(interval.low)}, ${number(interval.high)}]`;
  }
  return spread && number(spread) !== "-" ? `${text} ± ${number(spread)}` : text;
}

function cellOf(row: Table["rows"][number], key: string): Cell {
  const cell = row[key];
  if (cell === undefined) throw new UserError(`table row has no "${key}": give every column a value or null`);
  return cell;
}

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return Number.isFinite(cell) ? String(cell) : "";
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
