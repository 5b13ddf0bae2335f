import { UserError } from "../errors.js";
import type { TrialRow } from "../exhibits/results.js";

const COLUMNS = [
  ...([
    "id",
    "arm",
    "seed",
    "fault",
    "rate",
    "map",
    "correct",
    "images",
    "exposed",
    "faulty",
    "changed",
  ] as const),
  ...(["faultyByLayer", "changedByLayer"] as const),
] as const;
const TEXT: ReadonlySet<string> = new Set(["id", "arm", "fault"]);
const LISTS: ReadonlySet<string> = new Set(["faultyByLayer", "changedByLayer"]);

/** Trials as CSV, one line each, sorted by arm, seed, fault, rate and map: equal trials give equal text. */
export function printTrials(rows: readonly TrialRow[]): string {
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = [...rows].sort(
    (a, b) =>
      text(a.arm, b.arm) ||
      a.seed - b.seed ||
      text(a.fault, b.fault) ||
      a.rate - b.rate ||
      a.map - b.map ||
      text(a.id, b.id),
  );
  return [
    COLUMNS.join(","),
    ...sorted.map((row) => COLUMNS.map((key) => [row[key]].flat().join(" ")).join(",")),
    "",
  ].join("\n");
}

const MEND = "restore the file, or delete it and run the study again";

/** The inverse of {@link printTrials}. @throws UserError naming the line that is not a trial */
export function parseTrials(text: string): TrialRow[] {
  const [head, ...lines] = text.split("\n");
  if (head !== COLUMNS.join(","))
    throw new UserError(`trials.csv must have the columns ${COLUMNS.join(",")}, got ${head}; ${MEND}`);
  return lines.filter(Boolean).map((line, i) => {
    const cells = line.split(",");
    const entries = COLUMNS.map((key, j) => [key, parseCell(key, cells[j] ?? "")] as const);
    const whole =
      cells.length === COLUMNS.length &&
      cells.every((cell) => cell !== "") &&
      !entries.some(([, value]) => [value].flat().some(Number.isNaN));
    if (!whole) throw new UserError(`line ${i + 2} of trials.csv is not a trial: ${line}; ${MEND}`);
    return Object.fromEntries(entries) as unknown as TrialRow;
  });
}

function parseCell(key: string, cell: string): string | number | number[] {
  if (TEXT.has(key)) return cell;
  return LISTS.has(key) ? cell.split(" ").map(Number) : Number(cell);
}
