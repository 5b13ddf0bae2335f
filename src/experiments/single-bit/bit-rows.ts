import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../base/errors.js";
import { writeFileAtomic } from "../../base/files/atomic.js";
import { makeFolder } from "../../base/files/make-folder.js";
import { type BitRow, bitKey } from "./single-bit.js";

const COLUMNS = ["layer", "weight", "bit", "before", "after", "correct", "changed"] as const;
const HEADER = `${COLUMNS.join(",")}\n`;

/** The tested bits of one analysis in a CSV file, to which lines are added as bits are done. */
export interface BitStore {
  rows(): BitRow[];
  add(rows: readonly BitRow[]): void;
  /** Rewrites the file in the order of layers, bits and weights: equal rows give equal bytes. */
  sort(layers: readonly string[]): void;
}

/** Opens, or begins, a file. What a kill cut off at its end is a bit that was not tested. @throws UserError if it is damaged */
export function openBitRows(path: string): BitStore {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const rows = whole === "" ? [] : parse(whole, path);
  if (whole === "" || whole !== text) {
    makeFolder(dirname(path));
    writeFileAtomic(path, whole || HEADER);
  }
  return {
    rows: () => [...rows],
    add(more) {
      rows.push(...more);
      appendFileSync(path, print(more));
    },
    sort(layers) {
      const place = new Map(layers.map((name, i) => [name, i]));
      rows.sort((a, b) => place.get(a.layer)! - place.get(b.layer)! || a.bit - b.bit || a.weight - b.weight);
      writeFileAtomic(path, HEADER + print(rows));
    },
  };
}

function print(rows: readonly BitRow[]): string {
  return rows.map((row) => `${COLUMNS.map((key) => row[key]).join(",")}\n`).join("");
}

function parse(text: string, path: string): BitRow[] {
  const mend = "restore the file, or delete it and run the command again";
  if (!text.startsWith(HEADER)) throw new UserError(`${path} must begin with ${HEADER.trim()}; ${mend}`);
  const lines = text.slice(HEADER.length).split("\n").slice(0, -1);
  const rows = lines.map((line, i): BitRow => {
    const [layer, ...cells] = line.split(",");
    const [weight, bit, before, after, correct, changed] = cells.map((cell) =>
      cell === "" ? NaN : Number(cell),
    );
    const numbers = { weight, bit, before, after, correct, changed };
    if (!layer || cells.length !== 6 || !Object.values(numbers).every(Number.isInteger))
      throw new UserError(`line ${i + 2} of ${path} is not a tested bit: ${line}; ${mend}`);
    return { layer, ...(numbers as Omit<BitRow, "layer">) };
  });
  return [...new Map(rows.map((row) => [bitKey(row), row])).values()];
}
