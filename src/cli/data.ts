import { UserError } from "../base/errors.js";
import { datasetNamed, knownDatasets, splitOf } from "../datasets/index.js";

export interface DataOptions {
  readonly dataset?: string;
}

/** `flatenn data` */
export function data({ dataset }: DataOptions): void {
  for (const each of dataset === undefined ? knownDatasets() : [datasetNamed(dataset)]) {
    const { name, title, licence, shape, classes, sizes } = each;
    const { count } = each.load("train");
    const { train, validation } = splitOf(each);
    if (count !== train.length + validation.length)
      throw new UserError(
        `data set ${name} says that it has ${train.length} images to train on and ${validation.length} to validate on, but loads ${count}`,
      );
    const number = (value: number) => value.toLocaleString("en-US");
    console.log(`${title} (${name}), licence: ${licence}`);
    console.log(
      `  ${number(count)} images of ${shape.join(" x ")} in ${classes.length} classes for training; their files are what they should be.`,
    );
    console.log(`  Split: ${number(train.length)} to train on, ${number(validation.length)} to validate on.`);
    console.log(`  The ${number(sizes.test)} test images are checked when a frozen study first reads them.`);
  }
}
