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
  /** Significant digits that a number has at least where it needs them: a rate of 1e-7 is not printed as 0.000. */
  readonly significant?: number;
  /** Keys printed in the same column: `[low, high]` after the number, or `± spread`. In CSV they are columns. */
  readonly interval?: { readonly low: string; readonly high: string };
  readonly spread?: string;
  /** Only in CSV, Markdown and HTML: the text form has to fit a terminal. */
  readonly detail?: boolean;
  /** Where the text form has no room for all, such columns are left out before any other, the one with the largest number first. */
  readonly spare?: number;
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

/** With the column's decimals; with more digits, or as a power of ten, where these show too little of it. */
function numberText(value: number | null, { decimals = 2, significant }: Column): string {
  const text = fixed(value, decimals);
  if (significant === undefined || value === null || value === 0 || text === "-") return text;
  const leastDigit = 10 ** (Math.floor(Math.log10(Math.abs(value))) + 1 - significant);
  if (Math.abs(Number(text) - value) <= leastDigit / 2) return text;
  const rounded = Number(value.toPrecision(significant));
  return Math.abs(rounded) < 0.001 ? rounded.toExponential() : String(rounded);
}

function heading(column: Column): string {
  return headingParts(column).join(" ").trimEnd();
}

/** Title, and below it in the text form what follows it in the others: unit and what is printed with the number. */
export function headingParts({ title, unit, interval, spread }: Column): [string, string] {
  const beside = interval ? "[95 % interval]" : spread ? "± sd" : "";
  return [title, [...(unit === undefined ? [] : [`(${unit})`]), beside].join(" ").trim()];
}

export function printed(column: Column, row: Table["rows"][number]): string {
  const value = cellOf(row, column.key);
  if (typeof value === "string") return value;
  const number = (key: string) => {
    const cell = cellOf(row, key);
    return numberText(typeof cell === "number" ? cell : null, column);
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
