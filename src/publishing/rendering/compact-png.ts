import UPNG from "upng-js";

/** Enough for a figure: its few colours and their edges, or a colour scale. */
const COLOURS = 256;

/** The same picture with a palette, which takes a third of the bytes. The same picture gives the same bytes. */
export function compactPng(png: Uint8Array): Buffer {
  const image = UPNG.decode(new Uint8Array(png).buffer);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(image), image.width, image.height, COLOURS));
}
