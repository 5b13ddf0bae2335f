export {
  FASHION_MNIST_CLASSES,
  type FashionMnistOptions,
  fashionMnistSplit,
  loadFashionMnist,
} from "./fashion-mnist.js";
export { gatherImages, gatherLabels, type ImageDataset, imageDataset, pickImages } from "./images.js";
