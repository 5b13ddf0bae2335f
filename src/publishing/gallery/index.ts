/** All exhibits on one page that opens from disk. */
export { CATALOGUE, type Catalogue, readCatalogue } from "./catalogue.js";
export { galleryPage, type Section } from "./page.js";
export { provenanceOf } from "./provenance.js";
export { readSections, writeGallery } from "./write-gallery.js";
