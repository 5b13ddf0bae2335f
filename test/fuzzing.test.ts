import { afterAll, describe, it } from "vitest";
import { descriptionReaders } from "./support/fuzzing/descriptions.js";
import { fileReaders, removeScratch } from "./support/fuzzing/files.js";
import { tryReader } from "./support/fuzzing/reader.js";

/** A taste: `npm run test:slow` tries 100,000. */
const CASES = 2000;
const SEED = 1;

afterAll(removeScratch);

describe("whatever stands in it, it is read right or refused with a UserError:", () => {
  it.each([...fileReaders, ...descriptionReaders])("$what", async (reader) => {
    await tryReader(reader, Math.ceil(((reader.share ?? 40) * CASES) / 1000), SEED);
  });
});
