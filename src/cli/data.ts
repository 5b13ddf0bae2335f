import { fashionMnistSplit, loadFashionMnist } from "../datasets/index.js";

/** `flatenn data` */
export function data(): void {
  const { count, height, width } = loadFashionMnist({ split: "train" });
  const split = fashionMnistSplit();
  console.log(
    `Fashion-MNIST: ${count} images of ${height} x ${width} for training; their checksums are right.`,
  );
  console.log(`Split: ${split.train.length} to train on, ${split.validation.length} to validate on.`);
  console.log("The 10,000 test images are checked when a frozen study first reads them.");
}
