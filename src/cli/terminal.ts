import type { Verdict } from "../analysis/claims.js";
import type { Table } from "../exhibits/forms/table.js";
import { toText } from "../exhibits/forms/text.js";

/** Where nothing says how wide the terminal is: in a file, or for another program. */
const USUAL_WIDTH = 80;

/** Green, red and yellow, as terminals number them. */
const COLOURS: Readonly<Record<Verdict, number>> = {
  supported: 32,
  contradicted: 31,
  inconclusive: 33,
  withheld: 33,
};

type Output = Pick<NodeJS.WriteStream, "isTTY"> & Partial<Pick<NodeJS.WriteStream, "columns" | "hasColors">>;

/** Characters of a line: as many as the terminal has, or `COLUMNS` says, or 80. */
export function terminalWidth(
  { columns }: Output = process.stdout,
  { COLUMNS = "" }: NodeJS.ProcessEnv = process.env,
): number {
  return columns || (/^[1-9]\d*$/.test(COLUMNS) ? Number(COLUMNS) : USUAL_WIDTH);
}

/**
 * Whether verdicts are printed in colour: on a terminal that has colours, unless `NO_COLOR` is set (no-color.org); elsewhere only
 * where `FORCE_COLOR` asks for it (force-color.org).
 */
export function hasColours(
  output: Output = process.stdout,
  { NO_COLOR, FORCE_COLOR }: NodeJS.ProcessEnv = process.env,
): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return !["0", "false"].includes(FORCE_COLOR);
  return output.isTTY === true && output.hasColors?.() === true;
}

/** A table as the terminal shows it: as wide, and verdicts in colour. @param file option that writes the whole table, if any */
export function tableText(table: Table, file?: string): string {
  const isColoured = hasColours();
  const more = file === undefined ? "" : `; ${file} writes all`;
  return toText(table, {
    width: terminalWidth(),
    elsewhere: `a wider terminal shows more${more}`,
    paint: (piece, cell, { key }) => {
      const verdict = /supported|contradicted|inconclusive|withheld/.exec(cell)?.[0] as Verdict | undefined;
      const isVerdict = isColoured && key === "verdict" && verdict !== undefined;
      return isVerdict ? `\x1b[${COLOURS[verdict]}m${piece}\x1b[0m` : piece;
    },
  });
}
