import type { Method } from "./assembly/fields.js";
import type { HeldOutput } from "./held.js";
import type { CodeBuffer } from "./layout.js";
import type { Packing } from "./packing.js";
import type { PixelPlan } from "./pixels.js";
import type { Stage } from "./program.js";
import type { SkipPlan } from "./skipping.js";

/** A stage with all its addresses. */
export interface StagePlan {
  readonly stage: Stage;
  readonly method: Method;
  /** Where the kernel for pixels can do the work, if the weights allow it. */
  readonly pixels: PixelPlan | null;
  /** Where the zero-skipping kernel can. */
  readonly skip: SkipPlan | null;
  readonly packing: Packing;
  /** Address of the packed weights. */
  readonly weights: number;
  readonly table: { readonly address: number; readonly words: Int32Array };
  /** The stage's description for the kernels, by {@link Field}. */
  readonly words: Int32Array;
}

/** Everything the kernels need to evaluate a program on groups of images. */
export interface Plan {
  readonly group: number;
  readonly stages: readonly StagePlan[];
  readonly buffers: ReadonlyMap<string, CodeBuffer>;
  /** Outputs of which the fault-free ones are held, by name. */
  readonly held: ReadonlyMap<string, HeldOutput>;
  /** Address of the descriptions of an evaluation's steps, one behind the other. */
  readonly descriptions: number;
  /** The zero-skipping kernel's table. */
  readonly bits: { readonly address: number; readonly bytes: Uint8Array };
  /** First byte that the kernels never touch. */
  readonly bytes: number;
}
