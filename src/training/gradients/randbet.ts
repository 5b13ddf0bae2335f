import { z } from "zod";
import { percentOf } from "../../base/percent.js";
import { stream } from "../../base/random/index.js";
import { faultAwareGradient } from "./gradient.js";
import type { GradientKind } from "./kind.js";
import { flippedWeights } from "./random-flips.js";
import { TWO_PASSES, type TwoPasses } from "./statistics.js";

/** Half of the gradient under fresh flips of the stored bits, each with probability `rate` in (0, 1). */
export const randbet: GradientKind<{ readonly rule: "randbet"; readonly rate: number } & TwoPasses> = {
  schema: z.strictObject({ rule: z.literal("randbet"), rate: z.number().gt(0).lt(1), ...TWO_PASSES }),
  title: ({ rate }) => `RandBET ${percentOf(rate)} %`,
  knob: null,
  passes: 2,
  readsEncoding: true,
  take: ({ lossGradient, point, widths, quantizer, encoding, key }, { rate }) => {
    if (!widths || !quantizer || !key)
      throw new RangeError("randbet needs a quantized network and a key for its flips");
    const flips = { rate, encoding, draws: stream(...key) };
    return faultAwareGradient(lossGradient, point, quantizer, (latent, clip, layer) =>
      flippedWeights(latent, clip, { ...flips, bits: widths.get(layer)! }),
    );
  },
};
