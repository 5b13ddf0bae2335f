import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type Dataset,
  datasetNamed,
  imageDataset,
  readDatasetFile,
  registerDataset,
} from "../../src/datasets/index.js";
import { temporaryFolder } from "../support/cli.js";

const SHAPE = [2, 2, 1] as const;
let made = 0;

/** A data set of 3 + 1 + 2 images of two classes, changed, as it is known after its registration. */
function registered(changes: Partial<Dataset> = {}): Dataset {
  const name = `checked-${made++}`;
  registerDataset({
    name,
    title: "Checked",
    licence: "made up",
    shape: SHAPE,
    classes: ["a", "b"],
    sizes: { training: 3, validation: 1, test: 2 },
    files: [{ name: "x.bin", bytes: 1, sha256: "0".repeat(64) }],
    load: (split) => images(split === "train" ? 4 : 2),
    ...changes,
  });
  return datasetNamed(name);
}

const images = (count: number, label = 1, shape: readonly [number, number, number] = SHAPE) =>
  imageDataset(new Uint8Array(count * shape[0] * shape[1] * shape[2]), Array(count).fill(label), shape);

describe("what a data set loads", () => {
  it("is given on where it is what the data set says of itself", () => {
    expect(registered().load("train")).toEqual(images(4));
    expect(registered().load("test")).toEqual(images(2));
  });

  it("is refused where shape, count or labels are others, or where it comes later", () => {
    const refused = (load: (split: "train" | "test") => unknown) =>
      expect(() => registered({ load: load as Dataset["load"] }).load("train"));
    refused(() => images(4, 1, [2, 3, 1])).toThrow("must give images of 2 x 2 x 1, got 2 x 3 x 1");
    refused(() => images(5)).toThrow("must give 4 images, those to train on and to validate on, got 5");
    refused(() => images(4, 2)).toThrow("must give labels from 0 to 1, one for each class, got the label 2");
    refused(async () => images(4)).toThrow("must give images at once");
    refused(() => undefined).toThrow("got nothing");
  });

  it("cannot be said in a wrong way", () => {
    const refused = (changes: object) => expect(() => registered(changes));
    refused({ title: "" }).toThrow(/title of data set checked-\d+ must be a text/);
    refused({ load: undefined }).toThrow("must be a function that gives its images, got nothing");
    refused({ files: [] }).toThrow("must be a list of at least one file");
    refused({ files: [{ name: "x", bytes: 1, sha256: "00" }] }).toThrow(
      "its sha256 in 64 hexadecimal digits",
    );
  });
});

describe("a file of a data set", () => {
  it("is read where it has the sum that is stated, and named where not", () => {
    const path = join(temporaryFolder(), "x.bin");
    writeFileSync(path, "content");
    const file = { name: "x.bin", bytes: 7, sha256: createHash("sha256").update("content").digest("hex") };
    expect(Buffer.from(readDatasetFile(path, file)).toString()).toBe("content");
    writeFileSync(path, "contend");
    expect(() => readDatasetFile(path, file)).toThrow(
      `${path} must have 7 bytes with the sha256 ${file.sha256}`,
    );
    expect(() => readDatasetFile(`${path}.no`, file)).toThrow("x.bin of the data set cannot be read: ENOENT");
  });
});
