import { z } from "zod";
import type { SparsificationKind } from "./kind.js";

/** Activations as ReLU leaves them. */
export const none: SparsificationKind<{ readonly kind: "none" }> = {
  schema: z.strictObject({ kind: z.literal("none") }),
  title: () => "no penalty",
  knob: null,
  threshold: () => 0,
  onTensors: () => ({}),
};
