import { lenet5 } from "./lenet5.js";
import type { Model } from "./model.js";

/** The models that a study can name. */
export const MODELS: readonly Model[] = [lenet5];
