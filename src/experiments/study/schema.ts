import { z } from "zod";
import { UserError } from "../../base/errors.js";
import { shown } from "../../base/options.js";
import { idSchema } from "../../base/schema.js";
import { faultModel } from "../../faults/models.js";
import { requireSitesFit } from "../../faults/sites.js";
import type { Bits } from "../../networks/bits.js";
import { weightLayers } from "../../networks/model.js";
import { phaseSchema } from "../../training/phase.js";
import { datasetOf, modelOf } from "./content.js";
import { judgementSchema } from "./judgement.js";
import { layersOfPart } from "./layer-parts.js";
import {
  armSchema,
  attempt,
  campaignSchema,
  codeBits,
  count,
  extraSchema,
  instructionSet,
  modelSetting,
  refusal,
  selectionSchema,
} from "./parts.js";
import { SHARED } from "./phases.js";
import { presentationSchema } from "./presentation.js";
import type { CampaignSettings, ExtraCampaign, Study } from "./study.js";

/** Every key of a study: docs/formats.md has a table of them. */
export const studySchema = z
  .strictObject({
    name: idSchema,
    profile: idSchema,
    version: count,
    continues: z.exactOptional(count),
    exploratory: z.boolean(),
    frozen: z.boolean(),
    model: modelSetting,
    dataset: z.union([z.string(), z.strictObject({ name: idSchema, sha256: z.string() })]),
    trainingImages: count.nullable(),
    bits: codeBits,
    seeds: z.array(z.int().min(0)).min(1),
    instructionSet: z.exactOptional(instructionSet),
    float: phaseSchema,
    quantized: phaseSchema,
    second: z.exactOptional(phaseSchema),
    arms: z.array(armSchema).min(1),
    campaign: campaignSchema,
    extras: z.exactOptional(z.array(extraSchema).min(1)),
    selection: z.exactOptional(selectionSchema),
    judgement: z.exactOptional(judgementSchema),
    presentation: z.exactOptional(presentationSchema),
  })
  .refine(({ version, continues = 0 }) => continues < version, {
    path: ["continues"],
    message: "a study can go on with an earlier version of itself only",
  })
  .refine(({ arms }) => new Set(arms.map(({ id }) => id)).size === arms.length, {
    path: ["arms"],
    message: "two arms have the same id",
  })
  .refine(({ arms }) => !arms.some(({ id }) => id === "float"), {
    path: ["arms"],
    message: "the id float is taken by the network that all arms start from",
  })
  .refine(({ arms }) => !arms.some(({ id }) => id.startsWith(SHARED)), {
    path: ["arms"],
    message: `ids that begin with ${SHARED} are those of networks that arms share`,
  })
  .refine(({ arms, second }) => second !== undefined || !arms.some(({ phases }) => phases), {
    path: ["arms"],
    message: "an arm says that it has one phase, in a study without a second",
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
  .superRefine(
    ({ model, dataset, trainingImages, float, quantized, second, campaign, extras = [] }, context) => {
      const { split, images, stratified } = campaign;
      const issue = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
      const found = attempt(() => datasetOf({ dataset }));
      if (typeof found === "string") return issue(["dataset"], found);
      const { sizes, shape, classes, title } = found;
      const reads = attempt(() => modelOf({ model }));
      if (typeof reads === "string") return issue(["model"], reads);
      if (reads.input.join() !== shape.join() || reads.classes !== classes.length)
        issue(
          ["model"],
          `${reads.name} must read images of ${shape.join(" x ")} in ${classes.length} classes, those of ${title}; it reads ${reads.input.join(" x ")} in ${reads.classes}`,
        );
      const all = trainingImages ?? sizes.training;
      if (all > sizes.training)
        issue(["trainingImages"], `must be at most the ${sizes.training} training images of ${title}`);
      if ((images ?? 0) > sizes[split])
        issue(["campaign", "images"], `must be at most the ${sizes[split]} ${split} images of ${title}`);
      if (stratified && (images ?? 0) % classes.length !== 0)
        issue(
          ["campaign", "images"],
          `must be a multiple of the ${classes.length} classes, as stratified asks`,
        );
      const layers = weightLayers(reads).map(({ name }) => name);
      for (const [i, extra] of extras.entries())
        for (const part of extra.layers === "each" ? [] : (extra.layers ?? []))
          if (layersOfPart(part, layers).size === 0)
            issue(
              ["extras", String(i), "layers"],
              `${part} is no part of ${reads.name}, whose layers are ${layers.join(", ")}`,
            );
      for (const [phase, { batch }] of Object.entries({ float, quantized, ...(second && { second }) }))
        if (batch > all) issue([phase, "batch"], `must not be more than the ${all} training images`);
    },
  )
  .refine(
    ({ arms, selection }) =>
      selection?.stages.every(
        ({ base }, i, all) =>
          arms.some(({ id }) => id === base) || all.slice(0, i).some(({ id }) => id === base),
      ) ?? true,
    {
      path: ["selection", "stages"],
      message: "the base of a stage must be an arm of the study or a stage before it",
    },
  )
  .superRefine(({ judgement, arms, campaign: { faults } }, context) => {
    if (!judgement) return;
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path: ["judgement", ...path], message });
    for (const [i, fault] of judgement.faults.entries())
      if (!faults.includes(fault)) issue(["faults", i], `must be among the campaign's, ${faults.join(", ")}`);
    const ids = arms.map(({ id }) => id);
    for (const [i, claim] of judgement.claims.entries())
      for (const side of ["better", "worse"] as const)
        if (!claim.variant && !ids.includes(claim[side]))
          issue(["claims", i, side], `must be an arm of the study, ${ids.join(", ")}`);
  })
  .superRefine(({ presentation, arms }, context) => {
    const ids = arms.map(({ id }) => id);
    for (const what of ["titles", "looks"] as const)
      for (const id of Object.keys(presentation?.[what] ?? {}))
        if (!ids.includes(id))
          context.addIssue({
            code: "custom",
            path: ["presentation", what, id],
            message: `must be of an arm of the study, ${ids.join(", ")}`,
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
      const { arms: chosen = [], rates = [], faults = [], layers = [] } = extra;
      requireThat(
        new Set(layers).size === layers.length || layers === "each",
        "layers",
        "a part stands twice",
      );
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
  })
  .refine(({ frozen, campaign }) => !frozen || campaign.split === "test", {
    path: ["frozen"],
    message:
      "a frozen study evaluates on test images, which is what it is frozen for: campaign.split must be test, or frozen false",
  });

/** Bits that the weights of some layer have. */
function widthsOf({ weights, ends = weights }: Pick<Bits, "weights" | "ends">): number[] {
  return [weights, ends];
}

/**
 * Checks a study; an unknown key is an error.
 * @throws UserError that names every setting which is wrong, its value and what is accepted
 */
export function parseStudy(value: unknown): Study {
  return parsed(studySchema, value, "the study's settings");
}

/** Checks the settings of a campaign, as {@link parseStudy} does those of a study. */
export function parseCampaign(value: unknown): CampaignSettings {
  return parsed(campaignSchema, value, "the settings");
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    const at = path.reduce<unknown>(
      (v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key],
      value,
    );
    return `  ${path.join(".") || "(top level)"}: ${message}${path.length > 0 ? `, got ${shown(at)}` : ""}`;
  });
  throw new UserError(`${what} are not valid:\n${lines.join("\n")}`);
}
