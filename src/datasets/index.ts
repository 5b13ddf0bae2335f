import "./registry.js";

export {
  type Dataset,
  type DatasetFile,
  type DatasetSizes,
  datasetHash,
  datasetNamed,
  knownDatasets,
  registerDataset,
  splitOf,
} from "./dataset.js";
export {
  FASHION_MNIST_CLASSES,
  type FashionMnistOptions,
  fashionMnistSplit,
  loadFashionMnist,
} from "./fashion-mnist.js";
export { gatherImages, gatherLabels, type ImageDataset, imageDataset, pickImages } from "./images.js";
