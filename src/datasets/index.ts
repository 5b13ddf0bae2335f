import "./registry.js";

export { type Augmentation, augmentImages } from "./augmentation.js";
export { readDatasetFile } from "./checked.js";
export {
  datasetHash,
  datasetNamed,
  knownDatasets,
  registerDataset,
  splitOf,
} from "./dataset.js";
export type { Dataset, DatasetFile, DatasetSizes } from "./description.js";
export {
  FASHION_MNIST_CLASSES,
  type FashionMnistOptions,
  fashionMnistSplit,
  loadFashionMnist,
} from "./fashion-mnist.js";
export { gatherImages, gatherLabels, type ImageDataset, imageDataset, pickImages } from "./images.js";
