import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { type OptionKeys, requireOptions, shown } from "../../src/base/options.js";

interface Options {
  readonly rates?: readonly number[];
  readonly maps: number;
}
const KEYS = { rates: true, maps: true } as const;
const check = (options: unknown) => requireOptions("measure", options as Options, KEYS);

describe("options of a function", () => {
  test("are given back as they are where all of them exist, none at all too", () => {
    const options = { rates: [0.1], maps: 2 };
    expect(check(options)).toBe(options);
    expect(check({})).toEqual({});
  });

  test("that do not exist are refused, naming them and those that do", () => {
    expect(() => check({ rate: [0.1], maps: 2, seed: 7 })).toThrow(
      new UserError("measure has no option rate, seed; its options are rates, maps"),
    );
    expect(() => requireOptions("make", { wide: 1 } as { width?: number }, { width: true })).toThrow(
      "make has no option wide; its only option is width",
    );
  });

  test("are not taken for known because every object has a property of that name", () => {
    expect(() => check({ constructor: 1 })).toThrow("no option constructor");
    expect(() => check(JSON.parse('{"__proto__":1}'))).toThrow("no option __proto__");
  });

  test.each([
    [undefined, "nothing"],
    [null, "null"],
    [[1], "\\[1\\]"],
    [3, "3"],
    ["x", '"x"'],
  ])("that are no object, %s, are refused", (options, said) => {
    expect(() => check(options)).toThrow(
      new RegExp(`options of measure must be an object with rates, maps, got ${said}$`),
    );
  });

  test("are tables that fit their type: a key too few or too many does not compile", () => {
    // @ts-expect-error maps is missing
    const few: OptionKeys<Options> = { rates: true };
    // @ts-expect-error seeds does not exist
    const many: OptionKeys<Options> = { rates: true, maps: true, seeds: true };
    expect(() => requireOptions("measure", { maps: 1 } as Options, few)).toThrow("no option maps");
    expect(requireOptions("measure", { maps: 1 } as Options, many)).toEqual({ maps: 1 });
  });
});

test("a value is shown as JSON, or by its type where JSON says nothing or too much", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const values = [Number.NaN, 10n, { a: [1] }, () => 1, Uint8Array.of(1), undefined, null, circle];
  expect(values.map(shown)).toEqual([
    "NaN",
    "10",
    '{"a":[1]}',
    "a function",
    "a Uint8Array",
    "nothing",
    "null",
    "[object Object]",
  ]);
  expect(shown("x".repeat(500)).length).toBe(201);
});
