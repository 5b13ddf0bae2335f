import { afterAll, describe, it } from "vitest";
import { descriptionReaders } from "../support/fuzzing/descriptions.js";
import { fileReaders, removeScratch } from "../support/fuzzing/files.js";
import { tryReader } from "../support/fuzzing/reader.js";

/** In all, over all readers by their shares; another seed tries others. */
const CASES = Number(process.env["FLATENN_FUZZ_CASES"] ?? 100_000);
const SEED = Number(process.env["FLATENN_FUZZ_SEED"] ?? 2);

const readers = [...fileReaders, ...descriptionReaders];
const shares = readers.reduce((sum, { share = 40 }) => sum + share, 0);

afterAll(removeScratch);

describe(`of ${CASES} cases whatever stands in it, it is read right or refused with a UserError:`, () => {
  it.each(readers)("$what", { timeout: 3_600_000 }, async (reader) => {
    await tryReader(reader, Math.ceil(((reader.share ?? 40) * CASES) / shares), SEED);
  });
});
