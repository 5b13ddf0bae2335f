/** Inputs as damage and mistakes make them: of bytes, of JSON documents, of texts and of options. */
import fc from "fast-check";

/** Deeper than any call stack: a JSON file can hold it, and what walks over it by calls dies. */
const DEEP = 20_000;
const deep: unknown = JSON.parse("[".repeat(DEEP) + "]".repeat(DEEP));

/** What stands where something else should, of JSON: every type, every edge of numbers, names that objects have anyway. */
const strange: readonly unknown[] = [
  ...[null, true, false, "", " ", "0", "x", [], {}, [null], [[]], { x: null }, deep],
  ...[0, -0, -1, 1, 2, 0.5, 1e-300, 1e300, 255, 256, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), -1e308],
  ...["__proto__", "constructor", "toString", "../../x", "/", "a/b", "\n", "\u0000", "\ud800", "=?*[%'\""],
  ...["x".repeat(4000), "-0", "1e999", "0x10", "９", "flip", "saq", "float"],
];

/** The same, and what JSON has not: for options of functions. */
const stranger: readonly unknown[] = [
  ...strange.filter((value) => value !== deep),
  ...[undefined, Number.NaN, Infinity, -Infinity, 1n, Symbol("x"), () => 1, new Date(Number.NaN)],
  ...[new Uint8Array(3), new Float32Array(2), Object.create(null), new Map(), Promise.resolve(1)],
];

type Path = readonly string[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [at];
  return [at, ...Object.keys(value).flatMap((key) => pathsOf(value[key as never], [...at, key]))];
}

/** A copy with another value at a path; undefined takes the key out. */
function changed(value: unknown, [key, ...rest]: Path, to: (before: unknown) => unknown): unknown {
  if (key === undefined) return to(value);
  if (typeof value !== "object" || value === null) return value;
  const own = value as Record<string, unknown>;
  const next = changed(Object.hasOwn(own, key) ? own[key] : undefined, rest, to);
  if (Array.isArray(value))
    return value.flatMap((entry, i) => (String(i) !== key ? [entry] : next === GONE ? [] : [next]));
  const entries = Object.entries(own).filter(([name]) => name !== key);
  return Object.fromEntries(next === GONE ? entries : [...entries, [key, next]]);
}

const GONE = Symbol("gone");

/** How one place of a document is damaged. */
function damage(values: readonly unknown[]): fc.Arbitrary<(before: unknown) => unknown> {
  return fc.oneof(
    fc.constantFrom(...values).map((value) => () => value),
    fc.constant(() => GONE),
    fc.double().map((factor) => (before: unknown) => (typeof before === "number" ? before * factor : factor)),
    fc.string({ maxLength: 20 }).map((text) => () => text),
    fc.jsonValue({ maxDepth: 2 }).map((value) => () => value),
    fc
      .constantFrom("__proto__", "constructor", "more", "")
      .chain((name) =>
        fc
          .constantFrom(...values)
          .map(
            (value) => (before: unknown) =>
              typeof before === "object" && before !== null && !Array.isArray(before)
                ? Object.fromEntries([...Object.entries(before), [name, value]])
                : [before, before],
          ),
      ),
  );
}

function damaged(valid: unknown, values: readonly unknown[]): fc.Arbitrary<unknown> {
  const paths = pathsOf(valid);
  const one = fc.tuple(fc.constantFrom(...paths), damage(values));
  const some = fc
    .array(one, { minLength: 1, maxLength: 3 })
    .map((all) => all.reduce((value, [path, to]) => changed(value, path, to), valid))
    .map((value) => (value === GONE ? undefined : value));
  return fc.oneof({ weight: 8, arbitrary: some }, fc.constantFrom(...values), fc.constant(valid));
}

/** A JSON document with up to three places damaged, at times another value altogether, at times whole. */
export const damagedDocument = (valid: unknown): fc.Arbitrary<unknown> =>
  damaged(JSON.parse(JSON.stringify(valid)), strange);

/** Options of a function likewise, with values that no JSON has; typed arrays within are values. */
export const damagedOptions = (valid: unknown): fc.Arbitrary<unknown> => damaged(valid, stranger);

/** The text of a JSON file whose document, or whose text, is damaged. */
export function damagedJson(valid: unknown): fc.Arbitrary<Uint8Array> {
  const encode = (value: unknown) => new TextEncoder().encode(textOf(value));
  return fc.oneof({ weight: 4, arbitrary: damagedDocument(valid).map(encode) }, damagedBytes(encode(valid)));
}

/** JSON.stringify dies of what JSON.parse can read. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "[".repeat(DEEP) + "]".repeat(DEEP);
  }
}

type Edit = (bytes: Uint8Array) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const edit: fc.Arbitrary<Edit> = fc
  .record({
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(64),
    kind: fc.constantFrom("flip", "cut", "insert", "remove", "repeat", "number"),
    fill: fc.uint8Array({ minLength: 1, maxLength: 16 }),
    number: fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 0xff),
  })
  .map(({ place, length, kind, fill, number }) => (bytes) => {
    const at = Math.min(Math.floor(place * (bytes.length + 1)), bytes.length);
    const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
    const edits: Record<typeof kind, () => Uint8Array> = {
      flip: () => bytes.map((byte, i) => (i === at ? byte ^ (1 << (fill[0]! % 8)) : byte)),
      cut: () => before,
      insert: () => joined(before, fill, behind),
      remove: () => joined(before, behind.subarray(length)),
      repeat: () => joined(before, behind.subarray(0, length), behind),
      number: () => joined(before, new Uint8Array(Uint32Array.of(number).buffer), behind.subarray(4)),
    };
    return edits[kind]();
  });

/** Bytes of a file with up to three damages, and at times no such bytes at all. */
export function damagedBytes(...valid: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const begun = fc.constantFrom(...valid);
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(begun, fc.array(edit, { minLength: 1, maxLength: 3 }))
        .map(([bytes, edits]) => edits.reduce((now, change) => change(now), bytes)),
    },
    fc.uint8Array({ maxLength: 200 }),
    begun,
  );
}

/** A safetensors file whose header is damaged as a document, with the header's length right. */
export function damagedHeader(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const length = Number(new DataView(valid.buffer, valid.byteOffset).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(valid.subarray(8, 8 + length)));
  const data = valid.subarray(8 + length);
  return damagedDocument(header).map((value) => {
    const text = new TextEncoder().encode(textOf(value));
    return joined(new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer), text, data);
  });
}

/** Texts near one that is right: pieces of it and of strange ones, put together. */
export function damagedText(...valid: readonly string[]): fc.Arbitrary<string> {
  const pieces = valid.flatMap((text) => text.split(/(?<=[^a-z0-9.])|(?=[^a-z0-9.])/));
  const texts = strange.filter((value) => typeof value === "string");
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    fc.constantFrom(...texts),
    fc.integer().map(String),
    fc.double().map(String),
    fc.string({ maxLength: 3 }),
  );
  return fc.oneof(
    fc.array(piece, { maxLength: 7 }).map((all) => all.join("")),
    fc.constantFrom(...valid),
    fc.string(),
  );
}
