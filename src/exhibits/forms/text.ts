import { type OptionKeys, requireCount, requireOptions } from "../../base/options.js";
import { type Column, headingParts, printed, type Table, wrap } from "./table.js";

/** Lines of prose longer than this read badly, however wide a terminal is. */
const PROSE = 110;
/** To so many characters texts are folded before a spare column is left out, and to so few before another one is. */
const FOLD = { gently: 30, most: 12 };
const GAP = "  ";

export interface TextOptions {
  /** Characters that a line may have, default 110. */
  readonly width?: number;
  /** Where columns that are left out can be seen: the end of a sentence. */
  readonly elsewhere?: string;
  /** What is printed for a piece of a cell in its place: the piece and colour codes, which take no room. */
  readonly paint?: (piece: string, cell: string, column: Column) => string;
}

const OPTIONS: OptionKeys<TextOptions> = { width: true, elsewhere: true, paint: true };

/**
 * Aligned plain text for a terminal: title, table without the detail columns, caption. No line is wider than `width`: long texts
 * are folded at their spaces, and columns are left out and named below the table, the spare ones first, then the last ones. Only
 * a word or number of the first column that is wider by itself stays whole.
 */
export function toText(table: Table, options: TextOptions = {}): string {
  const {
    width = PROSE,
    elsewhere = "a greater width shows more; toCsv, toMarkdown and toHtml write all",
    paint = (piece: string) => piece,
  } = requireOptions("toText", options, OPTIONS);
  requireCount("width", width);
  const all = table.columns
    .filter(({ detail, csvOnly }) => !detail && !csvOnly)
    .map((column) => new TextColumn(column, table));
  const { shown, cap } = fitted(all, width);
  const widths = shown.map((column) => column.width(cap));
  const line = (pieces: readonly string[], printed = pieces) =>
    pieces
      .map((piece, i) => {
        const space = " ".repeat(widths[i]! - piece.length);
        return shown[i]!.of.align === "right" ? space + printed[i] : printed[i] + space;
      })
      .join(GAP)
      .trimEnd();

  const [titles, units] = [0, 1].map((part) => shown.map(({ heads }, i) => folded(heads[part]!, widths[i]!)));
  const height = Math.max(...titles!.map((lines) => lines.length));
  const lowered = titles!.map((lines) => [...Array(height - lines.length).fill(""), ...lines]);
  const head = [...beside(lowered), ...beside(units!).filter((pieces) => pieces.join("") !== "")];
  const rows = table.rows.flatMap((_, row) =>
    beside(shown.map((column, i) => column.lines(row, widths[i]!))).map((pieces) => {
      const painted = pieces.map((piece, i) => piece && paint(piece, shown[i]!.cells[row]!, shown[i]!.of));
      return line(pieces, painted);
    }),
  );
  const left = all.filter((column) => !shown.includes(column)).map(({ of }) => of.title);
  const note =
    left.length === 0 ? "" : `Left out to fit ${width} characters: ${left.join(", ")}; ${elsewhere}.`;
  const prose = Math.min(width, PROSE);
  return `${[
    ...wrap(table.title, prose),
    "",
    ...head.map((pieces) => line(pieces)),
    widths.map((count) => "-".repeat(count)).join(GAP),
    ...rows,
    ...[note, table.caption].flatMap((text) => (text === "" ? [] : ["", ...wrap(text, prose)])),
  ].join("\n")}\n`;
}

/** A column as it is printed. */
class TextColumn {
  readonly heads: readonly [string, string];
  readonly cells: readonly string[];
  /** Different ones: there may be thousands of rows. */
  private readonly texts: readonly string[];

  constructor(
    readonly of: Column,
    table: Table,
  ) {
    this.heads = headingParts(of);
    this.cells = table.rows.map((row) => printed(of, row));
    this.texts = [...new Set(this.cells)];
  }

  /** Characters that it takes when its texts are folded to `cap`, as far as words allow; numbers stay whole. */
  width(cap: number): number {
    const isText = this.of.align === "left";
    const cells = longest(isText ? this.texts.flatMap((text) => folded(text, cap)) : this.texts);
    return Math.max(cells, longest(this.heads.flatMap((text) => folded(text, Math.max(cap, cells)))));
  }

  lines(row: number, width: number): string[] {
    return this.of.align === "left" ? folded(this.cells[row]!, width) : [this.cells[row]!];
  }
}

/** The columns that fit, and what their texts are folded to. */
function fitted(all: readonly TextColumn[], width: number): { shown: readonly TextColumn[]; cap: number } {
  const fits = (columns: readonly TextColumn[], cap: number) =>
    columns.reduce((sum, column) => sum + column.width(cap) + GAP.length, -GAP.length) <= width;
  let shown = all;
  const leaveOut = (column: TextColumn) => {
    shown = shown.filter((other) => other !== column);
  };
  const spare = all
    .filter(({ of }) => of.spare !== undefined)
    .sort((a, b) => b.of.spare! - a.of.spare! || all.indexOf(b) - all.indexOf(a));
  for (const column of spare) if (!fits(shown, FOLD.gently)) leaveOut(column);
  while (shown.length > 1 && !fits(shown, FOLD.most)) leaveOut(shown.at(-1)!);
  let cap = Math.max(...shown.map((column) => column.width(Infinity)));
  while (cap > 1 && !fits(shown, cap)) cap--;
  return { shown, cap };
}

/** A text that has room stays as it is, its spaces included; else it is broken at spaces, but not between number and "%". */
function folded(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  return wrap(text.replaceAll(" %", "\u00a0%"), width).map((line) => line.replaceAll("\u00a0", " "));
}

/** Lines of cells that stand side by side, each as far down as the longest of them. */
function beside(cells: readonly (readonly string[])[]): string[][] {
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, i) => cells.map((lines) => lines[i] ?? ""));
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}
