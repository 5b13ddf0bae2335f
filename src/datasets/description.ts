import type { JobOptions } from "../base/progress.js";
import type { ImageDataset } from "./images.js";

/** A file that a data set is read from. */
export interface DatasetFile {
  readonly name: string;
  /** Of the file's content, decompressed: packagers compress it anew. */
  readonly bytes: number;
  readonly sha256: string;
}

/** How many images there are by what they are for. */
export interface DatasetSizes {
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

/** All that a study needs to know of a data set: one file of this folder each, or of a user's own package. */
export interface Dataset {
  /** Short name in settings and on the command line: lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  /** Of one image. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Names of the classes by label. */
  readonly classes: readonly string[];
  readonly sizes: DatasetSizes;
  /** The files, in any order: their sums are what the data set is. */
  readonly files: readonly DatasetFile[];
  /**
   * Reads the images that are divided into training and validation, or those of the test, in the order of the files. What it
   * gives is held against all of the above but the sums, which it has to check itself: `readDatasetFile` does.
   * @throws UserError for a file that is missing or not what it should be, with what to do
   */
  readonly load: (split: "train" | "test") => ImageDataset;
  /** How files that do not come with the program get into the user's cache; absent: there is nothing to fetch. */
  readonly fetched?: {
    /** Whether all files are there and whole. */
    readonly isThere: () => boolean;
    /** Fetches what is not there. @throws UserError where it cannot be had, with what to do */
    readonly fetch: (options: JobOptions) => Promise<void>;
  };
}
