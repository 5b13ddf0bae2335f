/** A float32 array with a shape, row-major. A scalar has the shape []. */
export interface Array32 {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Arrays by name. */
export type Arrays = Readonly<Record<string, Array32>>;

/** A scalar. */
export function scalar(value: number): Array32 {
  return { shape: [], data: Float32Array.of(value) };
}

/** The value of a scalar. */
export function scalarValue(x: Array32): number {
  return x.data[0]!;
}

/** Applies `f` to each array, keeping names, order and shapes. */
export function mapArrays(
  arrays: Arrays,
  f: (data: Float32Array, name: string) => Float32Array,
): Record<string, Array32> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, { shape, data: f(data, name) }]),
  );
}
