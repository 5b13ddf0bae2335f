import { z } from "zod";
import { type Model, shapes } from "./model.js";

/** A model as data, checked. */
export const modelSchema: z.ZodType<Model> = z.custom<Model>().superRefine((model, context) => {
  try {
    shapes(model);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});
