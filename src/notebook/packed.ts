import type { Figure } from "../exhibits/forms/figure.js";

/**
 * The figure with each grid of heights as plotly's base64 of float32, `{dtype, bdata, shape}`: in a notebook file a list of
 * numbers takes a line for each of them.
 */
export function packed({ data, ...rest }: Figure): Figure {
  const traces = data.map((trace) => {
    const { z } = trace as { z?: readonly (readonly number[])[] };
    if (!Array.isArray(z?.[0])) return trace;
    const heights = Float32Array.from(z.flat());
    const bdata = Buffer.from(heights.buffer).toString("base64");
    return { ...trace, z: { dtype: "f4", bdata, shape: `${z.length}, ${z[0].length}` } };
  });
  return { data: traces, ...rest };
}
