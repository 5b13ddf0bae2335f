import { UserError } from "../../base/errors.js";
import { settingsHash } from "../../base/settings-hash.js";
import { type Dataset, datasetHash, datasetNamed } from "../../datasets/index.js";
import type { Model } from "../../networks/model.js";
import { MODELS } from "../../networks/registry.js";
import type { Study } from "./study.js";

/** The model of a study: its own, or the one that it names. */
export function modelOf({ model }: Pick<Study, "model">): Model {
  if (typeof model !== "string") return model;
  const found = MODELS.find(({ name }) => name === model);
  if (found) return found;
  throw new UserError(`model must be one of ${MODELS.map(({ name }) => name).join(", ")}, got ${model}`);
}

/** The data set of a study. @throws UserError if the one of this name has other files than the study says */
export function datasetOf({ dataset }: Pick<Study, "dataset">): Dataset {
  if (typeof dataset === "string") return datasetNamed(dataset);
  const found = datasetNamed(dataset.name);
  const sha256 = datasetHash(found);
  if (sha256 === dataset.sha256) return found;
  throw new UserError(
    `the study is of a data set ${dataset.name} with the hash ${dataset.sha256}; the one of that name here has ${sha256}`,
  );
}

/** What decides results beside the settings: hashes of a model's nodes and of a data set's files. */
export interface Content {
  readonly model: string;
  readonly dataset: string;
}

/** sha256 of what a model computes: input, classes and nodes, and not its name. */
export function modelHash({ input, classes, nodes }: Model): string {
  return settingsHash({ input, classes, nodes });
}

/**
 * By what a study's networks and trials are identified. The studies published before version 0.2 name their model and data
 * set, and so do their ids; all others have hashes of their content.
 */
export function contentOf({ model, dataset }: Pick<Study, "model" | "dataset">): Content {
  return {
    model: typeof model === "string" ? model : modelHash(model),
    dataset: typeof dataset === "string" ? dataset : dataset.sha256,
  };
}

/** The content to be named in a checkpoint; undefined where ids go by names. */
export function namedContentOf(study: Pick<Study, "model" | "dataset">): Content | undefined {
  return typeof study.model === "string" ? undefined : contentOf(study);
}

/** A study whose model and data set stand in it as content, in place of their names. */
export function withContent(study: Study): Study {
  const dataset = datasetOf(study);
  return {
    ...study,
    model: modelOf(study),
    dataset: { name: dataset.name, sha256: datasetHash(dataset) },
  };
}
