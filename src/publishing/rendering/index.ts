/** Figures to files, by a real browser: the only part of the package that starts one. */

export { cacheDirectory } from "../../base/files/cache.js";
export type { Figure } from "../../exhibits/forms/figure.js";
export { canUnpack } from "./browser.js";
export {
  type DrawOptions,
  openRenderer,
  type PictureFormat,
  type Renderer,
} from "./renderer.js";
