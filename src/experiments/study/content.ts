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

type Identified = Pick<Study, "name" | "version" | "continues" | "model" | "dataset">;

/** The name and the version by which a study's networks are known: where it goes on with a version, that one. */
export function identityOf({ name, version, continues = version }: Omit<Identified, "model" | "dataset">) {
  return { name, version: continues };
}

/**
 * The studies published before version 0.2, whose ids go by the names of model and data set: hashes of a study's name, its
 * version, and what these names stood for.
 */
const BY_NAME: readonly string[] = ["cb2fc188b8aee02ac769b133a979f53bf0542ca5bf1939e895f0a3bfd9ee5503"];

/** By what a study's networks and trials are identified: hashes of the model and of the data set, or names as above. */
export function contentOf(study: Identified): Content {
  return isByName(study) ? { model: modelOf(study).name, dataset: datasetOf(study).name } : hashesOf(study);
}

/** The content to be named in a checkpoint; undefined where ids go by names. */
export function namedContentOf(study: Identified): Content | undefined {
  return isByName(study) ? undefined : hashesOf(study);
}

function isByName(study: Identified): boolean {
  return BY_NAME.includes(settingsHash({ ...identityOf(study), ...hashesOf(study) }));
}

function hashesOf(study: Identified): Content {
  const { dataset } = study;
  return {
    model: modelHash(modelOf(study)),
    dataset: typeof dataset === "string" ? datasetHash(datasetNamed(dataset)) : dataset.sha256,
  };
}

/** A study that says itself what its model and data set are, in place of their names. */
export function withContent(study: Study): Study {
  const dataset = datasetOf(study);
  return {
    ...study,
    model: modelOf(study),
    dataset: { name: dataset.name, sha256: datasetHash(dataset) },
  };
}
