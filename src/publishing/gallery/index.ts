/** All exhibits on one page that opens from disk. */
export { CATALOGUE, type Catalogue } from "./catalogue.js";
export { claimExhibits, removeFormer } from "./ownership.js";
export { galleryPage, type Section } from "./page.js";
export { provenanceOf } from "./provenance.js";
export { PAGE_FILES, readSections, writeGallery } from "./write-gallery.js";
