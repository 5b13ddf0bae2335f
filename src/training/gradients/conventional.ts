import { z } from "zod";
import { conventionalGradient } from "./gradient.js";
import type { GradientKind } from "./kind.js";
import { ONE_PASS, type OnePass } from "./statistics.js";

/** The gradient at Q(w). */
export const conventional: GradientKind<{ readonly rule: "conventional" } & OnePass> = {
  schema: z.strictObject({ rule: z.literal("conventional"), ...ONE_PASS }),
  title: () => "",
  knob: null,
  passes: 1,
  readsEncoding: false,
  take: ({ lossGradient, point, quantizer }) => conventionalGradient(lossGradient, point, quantizer),
};
