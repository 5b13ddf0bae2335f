import { datasetNamed, knownDatasets, splitOf } from "../datasets/index.js";

export interface DataOptions {
  readonly dataset?: string;
}

/** `flatenn data` */
export function data({ dataset }: DataOptions): void {
  for (const each of dataset === undefined ? knownDatasets() : [datasetNamed(dataset)]) {
    const { name, title, licence, shape, classes, sizes, files } = each;
    const { count } = each.load("train");
    const { train, validation } = splitOf(each);
    const number = (value: number) => value.toLocaleString("en-US");
    console.log(`${title} (${name}), licence: ${licence}`);
    console.log(
      `  ${number(count)} images of ${shape.join(" x ")} in ${classes.length} classes for training: shape, count and labels are as declared.`,
    );
    console.log(`  Split: ${number(train.length)} to train on, ${number(validation.length)} to validate on.`);
    console.log("  Known by the sha256 of its files, which its own `load` has to check:");
    for (const file of files) console.log(`    ${file.name} ${file.sha256}`);
    console.log(`  The ${number(sizes.test)} test images are checked when a frozen study first reads them.`);
  }
}
