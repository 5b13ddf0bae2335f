import { textOf, UserError } from "../base/errors.js";
import { type OptionKeys, requireOptions, shown } from "../base/options.js";
import { stream } from "../base/random/stream.js";
import { settingsHash } from "../base/settings-hash.js";
import { loadChecked } from "./checked.js";
import type { Dataset, DatasetFile, DatasetSizes } from "./description.js";

/** What a data set is, apart from its name: a hash of the sums of its files and of how it is divided. */
export function datasetHash({ files, shape, classes, sizes }: Dataset): string {
  const sums = files.map(({ sha256 }) => sha256).sort();
  return settingsHash({ sums, shape, classes: classes.length, sizes });
}

/**
 * Divides the images of the `train` files by a keyed shuffle, `stream(name, "split")`, into those to train on and those to
 * validate on (docs/protocol.md section 5). Both lists are in shuffled order, so a beginning of either is a random sample.
 */
export function splitOf({ name, sizes }: Pick<Dataset, "name" | "sizes">): {
  train: Uint32Array;
  validation: Uint32Array;
} {
  const { training, validation } = sizes;
  const order = stream(name, "split").shuffle(training + validation);
  return { train: order.slice(0, training), validation: order.slice(training) };
}

const registered = new Map<string, Dataset>();
const KEYS: OptionKeys<Dataset> = {
  name: true,
  title: true,
  licence: true,
  shape: true,
  classes: true,
  sizes: true,
  files: true,
  load: true,
  fetched: true,
};

const SIZES: OptionKeys<DatasetSizes> = { training: true, validation: true, test: true };

function isFile(file: Partial<DatasetFile> | null | undefined): boolean {
  const { name, bytes, sha256 } = file ?? {};
  return (
    typeof name === "string" &&
    Number.isSafeInteger(bytes) &&
    bytes! >= 0 &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** Makes a data set known by its name. @throws UserError for another one of that name, or one that cannot be */
export function registerDataset(dataset: Dataset): void {
  const { name, title, licence, classes, shape, sizes, files, load } = requireOptions(
    "registerDataset",
    dataset,
    KEYS,
  );
  if (typeof name !== "string" || !/^[a-z0-9-]+$/.test(name))
    throw new UserError(
      `name of a data set must be lower-case letters, digits and hyphens, got ${textOf(name)}`,
    );
  for (const [what, text] of Object.entries({ title, licence }))
    if (typeof text !== "string" || text === "")
      throw new UserError(`${what} of data set ${name} must be a text that is not empty, got ${shown(text)}`);
  if (typeof load !== "function")
    throw new UserError(
      `load of data set ${name} must be a function that gives its images, got ${shown(load)}`,
    );
  if (!(Array.isArray(files) && files.length > 0))
    throw new UserError(`files of data set ${name} must be a list of at least one file, got ${shown(files)}`);
  for (const file of files)
    if (!isFile(file))
      throw new UserError(
        `a file of data set ${name} must have a name, its bytes and its sha256 in 64 hexadecimal digits, got ${shown(file)}`,
      );
  if (!(Array.isArray(shape) && shape.length === 3))
    throw new UserError(`shape of data set ${name} must be [height, width, channels], got ${shown(shape)}`);
  if (!(Array.isArray(classes) && classes.every((each) => typeof each === "string")))
    throw new UserError(`classes of data set ${name} must be a list of their names, got ${shown(classes)}`);
  const { training, validation, test } = requireOptions(`sizes of data set ${name}`, sizes, SIZES);
  const [height, width, channels] = shape as Dataset["shape"];
  const counts = { training, validation, test, height, width, channels, classes: classes.length };
  for (const [what, count] of Object.entries(counts))
    if (!(Number.isInteger(count) && count > 0))
      throw new UserError(`${what} of data set ${name} must be a whole number above 0, got ${textOf(count)}`);
  const known = registered.get(name);
  if (known && datasetHash(known) !== datasetHash(dataset))
    throw new UserError(`there is another data set of the name ${name}; give this one a name of its own`);
  registered.set(name, { ...dataset, load: (split) => loadChecked(dataset, split) });
}

/** A data set by its name. @throws UserError that lists what there is */
export function datasetNamed(name: string): Dataset {
  const found = registered.get(name);
  if (found) return found;
  throw new UserError(
    `dataset must be one of ${[...registered.keys()].join(", ")}, got ${name}; one of your own is made known with registerDataset, on the command line with --extension FILE`,
  );
}

/** Every data set that is known. */
export function knownDatasets(): readonly Dataset[] {
  return [...registered.values()];
}
