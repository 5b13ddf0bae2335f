import type { Allocator } from "./layout.js";
import { type IntegerProgram, outputName } from "./program.js";

/** Where a stage writes its output for one group of images, and where the fault-free output of all images is held. */
export interface HeldOutput {
  readonly group: number;
  readonly held: number;
  readonly imageBytes: number;
}

/**
 * Decides which outputs are held, and where. The last come first: they are the smallest, and each saves all before it.
 * @param places address and bytes per image of every output, for one group of images
 */
export function planHeld(
  { stages }: IntegerProgram,
  places: ReadonlyMap<string, { readonly address: number; readonly imageBytes: number }>,
  allocator: Allocator,
  { images, holdBytes }: { images: number; holdBytes: number },
): ReadonlyMap<string, HeldOutput> {
  const held = new Map<string, HeldOutput>();
  let left = holdBytes;
  for (const stage of [...stages].reverse()) {
    const name = outputName(stage);
    if (name === null) continue;
    const { address, imageBytes } = places.get(name)!;
    const bytes = imageBytes * images;
    if (bytes > left) continue;
    left -= bytes;
    held.set(name, { group: address, held: allocator.take(bytes), imageBytes });
  }
  return held;
}
