import { UserError } from "../errors.js";
import type { TrialRow } from "../exhibits/results.js";

const COLUMNS = [
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
] as const;
const TEXT: ReadonlySet<string> = new Set(["id", "arm", "fault"]);

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
  return [COLUMNS.join(","), ...sorted.map((row) => COLUMNS.map((key) => row[key]).join(",")), ""].join("\n");
}

/** The inverse of {@link printTrials}. @throws UserError naming the line that is not a trial */
export function parseTrials(text: string): TrialRow[] {
  const [head, ...lines] = text.split("\n");
  if (head !== COLUMNS.join(","))
    throw new UserError(`trials.csv must have the columns ${COLUMNS.join(",")}, got ${head}`);
  return lines.filter(Boolean).map((line, i) => {
    const cells = line.split(",");
    const entries = COLUMNS.map((key, j) => [key, TEXT.has(key) ? cells[j] : Number(cells[j])] as const);
    const whole =
      cells.length === COLUMNS.length && entries.every(([, value]) => value !== "" && !Number.isNaN(value));
    if (!whole) throw new UserError(`line ${i + 2} of trials.csv is not a trial: ${line}`);
    return Object.fromEntries(entries) as unknown as TrialRow;
  });
}
