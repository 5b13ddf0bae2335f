import { levels, requireClip, weightCodes, weightValues } from "./grid.js";

/**
 * The weight grid with a learned clip and straight-through gradients (docs/protocol.md section 2). Training computes with
 * exactly the values that are deployed: both come from the one grid.
 */
export interface WeightQuantizer {
  /** Q(w) of latent weights. */
  value(latent: Float32Array, clip: number): Float32Array;
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

/** The LIQ grid's quantizer: 2^bits levels c (2q - n)/n, zero not among them. @param bits 1 to 8 */
export function weightQuantizer(bits: number): WeightQuantizer {
  levels(bits); // refuses bad bits now, not in the first step
  return {
    value: (latent, clip) => weightValues(weightCodes(latent, clip, bits), clip, bits),
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
