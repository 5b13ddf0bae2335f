import { cifar10 } from "./cifar10.js";
import { registerDataset } from "./dataset.js";
import { fashionMnist } from "./fashion-mnist.js";

/** The data sets that come with this program: a line each. */
for (const dataset of [fashionMnist, cifar10]) registerDataset(dataset);
