import { maxCode, requireClip, weightCodes, weightValues } from "./grid.js";

/**
 * The weight grid with a learned clip and straight-through gradients (docs/protocol.md section 2). Training computes with
 * exactly the values that are deployed: both come from the one grid.
 */
export interface WeightQuantizer {
  /** Q(w) of the latent weights of a layer; its name counts where layers differ in bits. */
  value(latent: Float32Array, clip: number, layer?: string): Float32Array;
  /**
   * Pulls dL/dQ back to latent weights and clip: to w it passes inside the clip; to the clip goes Q(w)/c - w/c inside and
   * Q(w)/c = +-1 outside, times dL/dQ, summed in float64.
   * @param dy dL/dQ
   * @param value Q(w) as {@link value} gave it, or what faults made of it: another level, which moves with the clip too
   */
  gradient(
    dy: Float32Array,
    latent: Float32Array,
    clip: number,
    value: Float32Array,
  ): { readonly latent: Float32Array; readonly clip: number };
}

/**
 * The LIQ grid's quantizer: 2^bits levels c (2q - n)/n, zero not among them.
 * @param bits 1 to 8, of all layers or by layer
 */
export function weightQuantizer(bits: number | ReadonlyMap<string, number>): WeightQuantizer {
  const widthOf = typeof bits === "number" ? () => bits : (layer: string) => widthIn(bits, layer);
  for (const width of typeof bits === "number" ? [bits] : bits.values()) maxCode(width); // refuses bad bits now
  return {
    value(latent, clip, layer = "") {
      const width = widthOf(layer);
      return weightValues(weightCodes(latent, clip, width), clip, width);
    },
    gradient(dy, latent, clip, value) {
      const c = requireClip(clip);
      const passed = new Float32Array(dy.length);
      let slope = 0;
      for (let i = 0; i < dy.length; i++) {
        const w = latent[i]!;
        const d = dy[i]!;
        if (w > c || w < -c) slope += d * value[i]!;
        else {
          passed[i] = d;
          slope += d * (value[i]! - w);
        }
      }
      return { latent: passed, clip: (slope / c) * Math.sign(clip) };
    },
  };
}

function widthIn(bits: ReadonlyMap<string, number>, layer: string): number {
  const width = bits.get(layer);
  if (width === undefined)
    throw new RangeError(`layer must be one of ${[...bits.keys()].join(", ")}, got ${layer || "none"}`);
  return width;
}
