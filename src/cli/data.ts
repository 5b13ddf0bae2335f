import { type Dataset, datasetNamed, knownDatasets, splitOf } from "../datasets/index.js";
import { progressReporter } from "./progress-line.js";

export interface DataOptions {
  readonly dataset?: string;
}

/** `flatenn data`: fetches a data set that is named; of all others it says what there is. */
export async function data({ dataset }: DataOptions): Promise<void> {
  for (const each of dataset === undefined ? knownDatasets() : [datasetNamed(dataset)]) {
    const { name, title, licence, fetched } = each;
    console.log(`${title} (${name}), licence: ${licence}`);
    if (fetched && !fetched.isThere()) {
      if (dataset === undefined) {
        console.log(`  Not fetched yet: flatenn data --dataset ${name}`);
        continue;
      }
      const report = progressReporter(`  fetching ${title}`);
      await fetched.fetch({ onProgress: report.update });
      report.finish("done, all sums are right");
    }
    describe(each);
  }
}

function describe(each: Dataset): void {
  const { shape, classes, sizes, files } = each;
  const { count } = each.load("train");
  const { train, validation } = splitOf(each);
  const number = (value: number) => value.toLocaleString("en-US");
  console.log(
    `  ${number(count)} images of ${shape.join(" x ")} in ${classes.length} classes for training: shape, count and labels are as declared.`,
  );
  console.log(`  Split: ${number(train.length)} to train on, ${number(validation.length)} to validate on.`);
  console.log("  Known by the sha256 of its files, which its own `load` has to check:");
  for (const file of files) console.log(`    ${file.name} ${file.sha256}`);
  console.log(`  The ${number(sizes.test)} test images are checked when a frozen study first reads them.`);
}
