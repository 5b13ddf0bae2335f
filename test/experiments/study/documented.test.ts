import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { studySchema } from "../../../src/experiments/study/schema.js";

const FORMATS = new URL("../../../docs/formats.md", import.meta.url);

/** A key of a study: whether it must be there, wherever it can be, and the texts that it may have; none: any. */
interface Key {
  readonly isRequired: boolean;
  readonly values: readonly string[];
}

/** What zod keeps of a schema, as far as it is read here. */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly values?: readonly unknown[];
    readonly entries?: Readonly<Record<string, string>>;
    readonly options?: readonly Schema[];
    readonly element?: Schema;
    readonly valueType?: Schema;
    readonly shape?: Readonly<Record<string, Schema>>;
  };
}

/** What is inside of a schema that says no more than that a value may be absent or null. */
function inner({ def }: Schema): Schema["def"] {
  return ["optional", "nullable", "default"].includes(def.type) ? inner(def.innerType!) : def;
}

function valuesOf(schema: Schema): string[] {
  const { values = [], entries = {}, options = [] } = inner(schema);
  const own = [...values, ...Object.values(entries)].map((value) => JSON.stringify(value));
  return [...own, ...options.flatMap(valuesOf)];
}

/** Every key below a schema: `a.b` of objects, `a[].b` of objects in a list, `a.<arm>.b` of objects by arms. */
function keysOf(schema: Schema, path = ""): [string, Key][] {
  const { shape = {}, options = [], element, valueType } = inner(schema);
  if (element) return keysOf(element, `${path}[]`);
  if (valueType) return keysOf(valueType, `${path}.<arm>`);
  const own = Object.entries(shape).flatMap(([key, value]): [string, Key][] => {
    const name = path === "" ? key : `${path}.${key}`;
    const isRequired = !["optional", "default"].includes(value.def.type);
    return [[name, { isRequired, values: valuesOf(value) }], ...keysOf(value, name)];
  });
  return [...own, ...options.flatMap((option) => keysOf(option, path))];
}

/** Keys with what the options of a union that have them say together. */
function together(keys: readonly [string, Key][]): Map<string, Key> {
  const all = new Map<string, Key>();
  for (const [path, { isRequired, values }] of keys) {
    const before = all.get(path) ?? { isRequired: true, values: [] };
    all.set(path, {
      isRequired: before.isRequired && isRequired,
      values: [...new Set([...before.values, ...values])],
    });
  }
  return all;
}

/** The rows of the tables, a row for each key that its first cell names. */
function documented(): [string, { readonly values: string; readonly fallback: string }][] {
  const [, section] = /^## A study\n([\s\S]*?)^## /m.exec(readFileSync(FORMATS, "utf8"))!;
  return section!.match(/^\| `.*$/gm)!.flatMap((row) => {
    const [, keys, , values, fallback] = row.split("|").map((cell) => cell.trim());
    return keys!
      .split(", ")
      .map((key): ReturnType<typeof documented>[number] => [
        key.slice(1, -1),
        { values: values!, fallback: fallback! },
      ]);
  });
}

describe("the tables of docs/formats.md on a study", () => {
  const keys = together(keysOf(studySchema as unknown as Schema));
  const rows = documented();

  it("have every key of the schema once, and no other", () => {
    expect(keys.size).toBeGreaterThan(90);
    expect(rows.map(([key]) => key).sort()).toEqual([...keys.keys()].sort());
  });

  it("say required of a key that must be there, and of no other", () => {
    const said = rows.map(([key, { fallback }]) => [key, fallback === "required"]);
    expect(said).toEqual(rows.map(([key]) => [key, keys.get(key)!.isRequired]));
  });

  it("name every text that a key may have, where not any will do", () => {
    for (const [key, { values }] of rows) {
      const told = [...values.matchAll(/`("[^`]*"|true)`/g)].map(([, value]) => value!);
      const outlines = values.includes("`-open`") ? told.map((value) => value.replace(/"$/, '-open"')) : [];
      const allowed = keys.get(key)!.values;
      if (allowed.length > 0 && !values.startsWith("as in"))
        expect([...told, ...outlines].sort(), key).toEqual([...allowed].sort());
    }
  });
});
