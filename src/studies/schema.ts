import { z } from "zod";
import { FASHION_MNIST_SIZES } from "../datasets/sizes.js";
import { UserError } from "../errors.js";
import { faultModel } from "../faults/models.js";
import { requireSitesFit } from "../faults/sites.js";
import type { Bits } from "../models/bits.js";
import { MODELS } from "../models/registry.js";
import { ENCODINGS } from "../quantization/encodings.js";
import type { CampaignSettings, ExtraCampaign, Study } from "./study.js";

const count = z.int().positive();
const bits = z.int().min(1).max(8);
const share = z.number().gt(0).max(1);
const name = z.string().regex(/^[a-z0-9-]+$/, "must be lower-case letters, digits and hyphens");

const phase = z.strictObject({
  epochs: count,
  batch: count,
  learningRate: z.number().positive(),
  momentum: z.number().min(0).lt(1),
  weightDecay: z.number().min(0),
});

const sparsification = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.enum(["l1", "hoyer"]), alpha: z.number().positive() }),
  z.strictObject({ kind: z.literal("fatrelu"), threshold: z.number().positive() }),
]);

const gradient = z.discriminatedUnion("rule", [
  z.strictObject({ rule: z.literal("conventional") }),
  z.strictObject({
    rule: z.enum(["saq", "asam", "sam-latent", "sam-requantized"]),
    rho: z.number().positive(),
  }),
  z.strictObject({ rule: z.literal("randbet"), rate: z.number().gt(0).lt(1) }),
]);

const fault = z.string().superRefine((id, context) => {
  const message = refusal(() => faultModel(id));
  if (message !== undefined) context.addIssue(message);
});

const codeBits = z.strictObject({ weights: bits, activations: bits, ends: z.exactOptional(bits) });

const range = z.discriminatedUnion("rule", [
  z.strictObject({ rule: z.literal("frozen"), of: name }),
  z.strictObject({ rule: z.literal("deviations"), tau: z.number().positive() }),
  z.strictObject({ rule: z.literal("observed") }),
]);

const arm = z.strictObject({
  id: name,
  sparsification,
  gradient,
  epochsFactor: z.exactOptional(count),
  range: z.exactOptional(range),
  bits: z.exactOptional(codeBits),
  seeds: z.exactOptional(count),
  group: z.exactOptional(z.enum(["control", "ablation"])),
  base: z.exactOptional(name),
});

const ascending = (values: readonly number[]) => values.every((v, i) => i === 0 || v > values[i - 1]!);

const stage = z.strictObject({
  id: name,
  base: name,
  varies: z.enum(["l1", "hoyer", "fatrelu", "deviations", "saq", "asam", "sam-latent", "sam-requantized"]),
  grid: z.array(z.number().positive()).min(1).refine(ascending, "must ascend"),
  factor: z.number().gt(1),
  rule: z.enum(["clean", "sparsity", "faults"]),
});

const selection = z.strictObject({
  tolerance: z.number().min(0),
  sparsity: z.strictObject({ target: share, within: z.number().positive() }),
  extensions: z.int().min(0),
  stages: z
    .array(stage)
    .min(1)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, "two stages have the same id")
    .refine(
      (all) =>
        all.every(({ base }, i) => base === "standard" || all.slice(0, i).some(({ id }) => id === base)),
      "the base of a stage must be standard or a stage before it",
    ),
});

const campaign = z
  .strictObject({
    split: z.enum(["validation", "test"]),
    images: count.nullable(),
    faults: z.array(fault).min(1),
    rates: z.array(share).min(1),
    maps: count,
    ceiling: share,
    encoding: z.enum(ENCODINGS),
  })
  .refine(({ rates }) => ascending(rates), {
    path: ["rates"],
    message: "must ascend",
  })
  .refine(({ rates, ceiling }) => rates.every((rate) => rate <= ceiling), {
    path: ["rates"],
    message: "must not exceed the ceiling of the fault maps",
  });

const extra = z.strictObject({
  id: name,
  arms: z.exactOptional(z.array(name).min(1)),
  seeds: z.exactOptional(count),
  faults: z.exactOptional(z.array(fault).min(1)),
  rates: z.exactOptional(z.array(share).min(1).refine(ascending, "must ascend")),
  maps: z.exactOptional(count),
  encoding: z.exactOptional(z.enum(ENCODINGS)),
  layers: z.exactOptional(z.literal("each")),
});

const study = z
  .strictObject({
    name,
    profile: name,
    version: count,
    exploratory: z.boolean(),
    frozen: z.boolean(),
    model: z.enum(MODELS.map((model) => model.name)),
    dataset: z.literal("fashion-mnist"),
    trainingImages: count.max(FASHION_MNIST_SIZES.training).nullable(),
    bits: codeBits,
    seeds: z.array(z.int().min(0)).min(1),
    float: phase,
    quantized: phase,
    arms: z.array(arm).min(1),
    campaign,
    extras: z.exactOptional(z.array(extra).min(1)),
    selection: z.exactOptional(selection),
  })
  .refine(({ arms }) => new Set(arms.map(({ id }) => id)).size === arms.length, {
    path: ["arms"],
    message: "two arms have the same id",
  })
  .refine(({ arms }) => !arms.some(({ id }) => id === "float"), {
    path: ["arms"],
    message: "the id float is taken by the network that all arms start from",
  })
  .refine(
    ({ arms }) =>
      arms.every(({ range }) => {
        if (range?.rule !== "frozen") return true;
        const source = arms.find(({ id }) => id === range.of);
        return source !== undefined && source.range?.rule !== "frozen";
      }),
    {
      path: ["arms"],
      message: "clips are frozen at those of an arm that the study does not have, or that freezes too",
    },
  )
  .refine(
    ({ arms }) => {
      const main = new Set(arms.flatMap(({ id, group }) => (group === undefined ? [id] : [])));
      return arms.every(({ group, base }) =>
        group === undefined ? base === undefined : base !== undefined && main.has(base),
      );
    },
    {
      path: ["arms"],
      message: "a control or ablation must name a main arm as its base, and a main arm has none",
    },
  )
  .refine(({ arms, seeds }) => arms.every((each) => (each.seeds ?? 1) <= seeds.length), {
    path: ["arms"],
    message: "an arm has more seeds than the study",
  })
  .refine(({ seeds }) => new Set(seeds).size === seeds.length, {
    path: ["seeds"],
    message: "a seed stands twice",
  })
  .refine(({ campaign: { faults } }) => new Set(faults).size === faults.length, {
    path: ["campaign", "faults"],
    message: "a fault type stands twice",
  })
  .superRefine(({ bits, arms, campaign, extras = [] }, context) => {
    const requireFit = (faults: readonly string[], path: (string | number)[], chosen?: readonly string[]) => {
      const struck = arms.filter(({ id }) => chosen?.includes(id) ?? true);
      const widths = new Set(struck.flatMap((arm) => widthsOf(arm.bits ?? bits)));
      for (const [i, id] of faults.entries()) {
        const message = refusal(() => {
          for (const width of widths) requireSitesFit(faultModel(id).sites, width, campaign.ceiling);
        });
        if (message !== undefined) context.addIssue({ code: "custom", path: [...path, i], message });
      }
    };
    requireFit(campaign.faults, ["campaign", "faults"]);
    for (const [i, extra] of extras.entries())
      requireFit(extra.faults ?? campaign.faults, ["extras", i, "faults"], extra.arms);
  })
  .refine(({ campaign: { split, images } }) => (images ?? 0) <= FASHION_MNIST_SIZES[split], {
    path: ["campaign", "images"],
    message: "must not be more than the split has: 5,000 validation images, 10,000 test images",
  })
  .superRefine(({ trainingImages, float, quantized }, context) => {
    const images = trainingImages ?? FASHION_MNIST_SIZES.training;
    for (const [name, { batch }] of Object.entries({ float, quantized }))
      if (batch > images)
        context.addIssue({
          code: "custom",
          path: [name, "batch"],
          message: `must not be more than the ${images} training images`,
        });
  })
  .refine(({ extras = [] }) => new Set(extras.map(({ id }) => id)).size === extras.length, {
    path: ["extras"],
    message: "two extra campaigns have the same id",
  })
  .superRefine(({ arms, seeds, campaign, extras = [] }, context) => {
    const known = new Set(arms.map(({ id }) => id));
    for (const [i, extra] of extras.entries()) {
      const requireThat = (holds: boolean, key: keyof ExtraCampaign, message: string) => {
        if (!holds) context.addIssue({ code: "custom", path: ["extras", i, key], message });
      };
      const { arms: chosen = [], rates = [], faults = [] } = extra;
      requireThat(
        chosen.every((id) => known.has(id)),
        "arms",
        "must be arms of the study",
      );
      requireThat(new Set(faults).size === faults.length, "faults", "a fault type stands twice");
      requireThat((extra.seeds ?? 1) <= seeds.length, "seeds", "must not be more than the study's seeds");
      requireThat(
        rates.every((rate) => rate <= campaign.ceiling),
        "rates",
        "must not exceed the ceiling of the fault maps",
      );
    }
  })
  .refine(({ exploratory, campaign }) => !exploratory || campaign.split === "validation", {
    path: ["campaign", "split"],
    message: "an exploratory study evaluates on validation images",
  });

/** Bits that the weights of some layer have. */
function widthsOf({ weights, ends = weights }: Pick<Bits, "weights" | "ends">): number[] {
  return [weights, ends];
}

/** What is wrong, in words, or undefined if nothing is. */
function refusal(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Checks a study; an unknown key is an error.
 * @throws UserError that names every setting which is wrong, its value and what is accepted
 */
export function parseStudy(value: unknown): Study {
  return parsed(study, value, "the study's settings");
}

/** Checks the settings of a campaign, as {@link parseStudy} does those of a study. */
export function parseCampaign(value: unknown): CampaignSettings {
  return parsed(campaign, value, "the settings");
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    const at = path.reduce<unknown>(
      (v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key],
      value,
    );
    return `  ${path.join(".") || "(top level)"}: ${message}${path.length > 0 ? `, got ${JSON.stringify(at)}` : ""}`;
  });
  throw new UserError(`${what} are not valid:\n${lines.join("\n")}`);
}
