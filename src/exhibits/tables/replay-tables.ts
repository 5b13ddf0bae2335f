import type { FaultyBit, Replay } from "../../experiments/verification/replay.js";
import type { Cell, Table } from "../forms/table.js";

/** Faulty bits of a trial by weight layer. */
export function faultyLayersTable({ layers, recomputed }: Replay): Table {
  return {
    title: "Faulty bits by layer",
    caption: "",
    columns: [
      { key: "layer", title: "layer", align: "left" },
      { key: "shape", title: "shape", align: "left" },
      { key: "faulty", title: "faulty", align: "right", decimals: 0 },
      { key: "changed", title: "read differently", align: "right", decimals: 0 },
    ],
    rows: layers.map(({ name, shape }, i) => ({
      layer: name,
      shape: shape.join(" x "),
      faulty: recomputed.faultyByLayer[i]!,
      changed: recomputed.changedByLayer[i]!,
    })),
  };
}

/** Faulty bits of a trial, one by one. @param shown those to list; default: all */
export function faultyBitsTable(
  { layers, encoding, faultyBits }: Replay,
  shown: readonly FaultyBit[] = faultyBits,
): Table {
  const number = (key: string, title: string, decimals = 0) =>
    ({ key, title, align: "right", decimals }) as const;
  const csvOnly = { csvOnly: true } as const;
  const bitsOf = new Map(layers.map(({ name, bits }) => [name, bits]));
  const asBits = (stored: number, layer: string) => stored.toString(2).padStart(bitsOf.get(layer)!, "0");
  return {
    title: "Faulty bits",
    caption:
      `at: indices in the layer's shape; bit: 0 is the least significant; stored: the bits of the weight in ${encoding}, ` +
      "as written and as read with all its faulty bits; value: c (2q - n)/n of the code q.",
    columns: [
      { key: "layer", title: "layer", align: "left" },
      number("weight", "weight"),
      { key: "at", title: "at", align: "left" },
      number("bit", "bit"),
      { key: "stored_before", title: "stored", align: "right" },
      { key: "stored_after", title: "read", align: "right" },
      { ...number("code_before", "code"), ...csvOnly },
      { ...number("code_after", "code read"), ...csvOnly },
      number("value_before", "value", 4),
      number("value_after", "value read", 4),
      { key: "changed", title: "changed", align: "left" },
    ],
    rows: shown.map((fault) => ({
      layer: fault.layer,
      weight: fault.weight,
      at: fault.at.join(" "),
      bit: fault.bit,
      stored_before: asBits(fault.storedBefore, fault.layer),
      stored_after: asBits(fault.storedAfter, fault.layer),
      code_before: fault.codeBefore,
      code_after: fault.codeAfter,
      value_before: fault.valueBefore,
      value_after: fault.valueAfter,
      changed: fault.changed ? "yes" : "no",
    })),
  };
}

/** New mistakes that are named for each true class. */
const MISTAKES = 3;

/** How a trial's faults change what images of each class are taken for. @param classes names of the classes */
export function confusionTable(
  { confusionBefore, confusionAfter }: Replay,
  classes: readonly string[],
): Table {
  const rows = confusionBefore.map((before, label): Record<string, Cell> => {
    const after = confusionAfter[label]!;
    const more = after
      .map((count, predicted) => ({ predicted, more: count - before[predicted]! }))
      .filter(({ predicted, more }) => predicted !== label && more > 0)
      .sort((a, b) => b.more - a.more)
      .slice(0, MISTAKES);
    return {
      class: classes[label]!,
      images: before.reduce((a, b) => a + b, 0),
      right_before: before[label]!,
      right_after: after[label]!,
      mistakes: more.map(({ predicted, more }) => `${classes[predicted]} +${more}`).join(", ") || "-",
    };
  });
  return {
    title: "Images by true class",
    caption: "",
    columns: [
      { key: "class", title: "true class", align: "left" },
      { key: "images", title: "images", align: "right", decimals: 0 },
      { key: "right_before", title: "right without faults", align: "right", decimals: 0 },
      { key: "right_after", title: "right in this trial", align: "right", decimals: 0 },
      { key: "mistakes", title: "most frequent new mistakes", align: "left" },
    ],
    rows,
  };
}
