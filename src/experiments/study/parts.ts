/** What a study is made of, each part checked by itself; how they fit together is checked in schema.ts. */
import { z } from "zod";
import { idSchema } from "../../base/schema.js";
import { faultModel } from "../../faults/models.js";
import type { Model } from "../../networks/model.js";
import { MODELS } from "../../networks/registry.js";
import { modelSchema } from "../../networks/schema.js";
import { ENCODINGS } from "../../quantization/encodings.js";
import {
  DEFAULT_INSTRUCTION_SET,
  INSTRUCTION_SETS,
  type OwnInstructionSet,
} from "../../tensors/backend/instruction-set.js";
import { SPARSIFICATIONS, type Sparsification } from "../../tensors/sparsity/table.js";
import { type ArmClipRule, CLIP_RULES } from "../../training/clip-rules.js";
import { GRADIENT_RULES, type GradientRule } from "../../training/gradients/rules.js";
import { KNOBS } from "./knobs.js";

const modelName = z.enum(MODELS.map((model) => model.name));
/** A model by its name, or as data. */
export const modelSetting = z.unknown().transform((value, context): string | Model => {
  const found = (typeof value === "string" ? modelName : modelSchema).safeParse(value);
  if (found.success) return found.data;
  for (const { path, message } of found.error.issues)
    context.addIssue({ code: "custom", path: [...path], message });
  return z.NEVER;
});
export const count = z.int().positive();
const bits = z.int().min(1).max(8);
const share = z.number().gt(0).max(1);

const sparsification = unionOf<Sparsification>(SPARSIFICATIONS);
const gradient = unionOf<GradientRule>(GRADIENT_RULES);

const fault = z.string().superRefine((id, context) => {
  const message = refusal(() => faultModel(id));
  if (message !== undefined) context.addIssue(message);
});

/** Bits of codes. */
export const codeBits = z.strictObject({ weights: bits, activations: bits, ends: z.exactOptional(bits) });

/** An instruction set that must be named; the other is meant where none is. */
export const instructionSet = z.enum(
  Object.keys(INSTRUCTION_SETS).filter((name): name is OwnInstructionSet => name !== DEFAULT_INSTRUCTION_SET),
);

const range = unionOf<ArmClipRule>(CLIP_RULES);

/** An arm of a study by itself. */
export const armSchema = z.strictObject({
  id: idSchema,
  sparsification,
  gradient,
  epochsFactor: z.exactOptional(count),
  phases: z.exactOptional(z.literal("one")),
  range: z.exactOptional(range),
  bits: z.exactOptional(codeBits),
  seeds: z.exactOptional(count),
  group: z.exactOptional(z.enum(["control", "ablation"])),
  base: z.exactOptional(idSchema),
});

const ascending = (values: readonly number[]) => values.every((v, i) => i === 0 || v > values[i - 1]!);

const stage = z.strictObject({
  id: idSchema,
  base: idSchema,
  varies: z.enum([...KNOBS.keys()]),
  grid: z.array(z.number().positive()).min(1).refine(ascending, "must ascend"),
  factor: z.number().gt(1),
  rule: z.enum(["clean", "sparsity", "faults"]),
});

/** How numbers of arms are selected. */
export const selectionSchema = z.strictObject({
  tolerance: z.number().min(0),
  sparsity: z.strictObject({ target: share, within: z.number().positive() }),
  extensions: z.int().min(0),
  stages: z
    .array(stage)
    .min(1)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, "two stages have the same id"),
});

/** Faults, and what they are evaluated on. */
export const campaignSchema = z
  .strictObject({
    split: z.enum(["validation", "test"]),
    images: count.nullable(),
    stratified: z.exactOptional(z.literal(true)),
    faults: z.array(fault).min(1),
    rates: z.array(share).min(1),
    maps: count,
    ceiling: share,
    encoding: z.enum(ENCODINGS),
  })
  .refine(({ images, stratified }) => !stratified || images !== null, {
    path: ["images"],
    message: "must be a number where the images are stratified",
  })
  .refine(({ rates }) => ascending(rates), {
    path: ["rates"],
    message: "must ascend",
  })
  .refine(({ rates, ceiling }) => rates.every((rate) => rate <= ceiling), {
    path: ["rates"],
    message: "must not exceed the ceiling of the fault maps",
  });

/** A campaign beside the main one. */
export const extraSchema = z.strictObject({
  id: idSchema,
  arms: z.exactOptional(z.array(idSchema).min(1)),
  seeds: z.exactOptional(count),
  faults: z.exactOptional(z.array(fault).min(1)),
  rates: z.exactOptional(z.array(share).min(1).refine(ascending, "must ascend")),
  maps: z.exactOptional(count),
  encoding: z.exactOptional(z.enum(ENCODINGS)),
  layers: z.exactOptional(z.union([z.literal("each"), z.array(z.string().min(1)).min(1)])),
});

/** What is wrong, in words, or undefined if nothing is. */
export function refusal(check: () => unknown): string | undefined {
  const found = attempt(check);
  return typeof found === "string" ? found : undefined;
}

/** What a function gives, or the message of what it throws. */
export function attempt<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    return (error as Error).message;
  }
}

/** One schema for a whole family of settings, made of the entries of its table. */
function unionOf<T>(table: Readonly<Record<string, { readonly schema: z.ZodType | null }>>): z.ZodType<T> {
  const schemas = Object.values(table).flatMap(({ schema }) => (schema ? [schema as z.ZodObject] : []));
  const [discriminator] = Object.keys(schemas[0]!.shape);
  return z.discriminatedUnion(
    discriminator!,
    schemas as [z.ZodObject, ...z.ZodObject[]],
  ) as unknown as z.ZodType<T>;
}
