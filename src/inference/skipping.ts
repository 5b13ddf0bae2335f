import type { Field } from "./assembly/fields.js";
import type { Allocator, CodeBuffer } from "./layout.js";
import { type Packing, safeSteps } from "./packing.js";
import type { Stage } from "./program.js";

/** What the zero-skipping kernel needs besides the codes (assembly/skip.ts, native/kernels.h). */
export interface SkipPlan {
  readonly fields: Partial<Record<keyof typeof Field, number>>;
  /** Its own copy of the weights; null where it reads those of the dense kernel. */
  readonly copy: WeightsCopy | null;
}

interface WeightsCopy {
  readonly weights: number;
  readonly bytes: number;
  /** Byte offset of the stored weight with row-major index `index`. */
  offset(index: number): number;
}

/** Places in a list are 16-bit numbers. */
const MOST_PLACES = 65_535;

/** Plans the zero-skipping kernel for a stage, or gives null for a stage that it does not know. */
export function planSkipping(
  stage: Stage,
  source: CodeBuffer,
  allocator: Allocator,
  { lists, bitTable }: { lists: number; bitTable: number },
): SkipPlan | null {
  if (!suitsWasm(stage)) return null;
  const [kernelHeight, kernelWidth] = stage.kernel;
  const channels = source.shape[2];
  const outputs = stage.sums[2];
  const perColumn = kernelHeight * channels;
  const blockBytes = kernelWidth * perColumn * 32;
  const bytes = (outputs / 32) * blockBytes;
  const weights = allocator.take(bytes);
  return {
    fields: {
      skipWeights: weights,
      skipBlocks: outputs / 32,
      lists,
      bitTable,
      kernelColumns: kernelWidth,
      kernelHeight,
      inputChannels: channels,
      stride: stage.stride,
      inputColumns: inputColumns(stage),
      pairsPerFlush: safeSteps(stage) - 1,
    },
    copy: {
      weights,
      bytes,
      offset(index) {
        const o = index % outputs;
        const k = Math.floor(index / outputs);
        const [ky, kx, c] = [
          Math.floor(k / (kernelWidth * channels)),
          Math.floor(k / channels) % kernelWidth,
          k % channels,
        ];
        return (o >> 5) * blockBytes + (kx * perColumn + ky * channels + c) * 32 + (o & 31);
      },
    },
  };
}

/**
 * The same for the native kernel, which skips steps of four codes that are all 0, and reads the dense kernel's weights; or
 * null for a stage that it does not know.
 */
export function planNativeSkipping(
  stage: Stage,
  source: CodeBuffer,
  packing: Packing,
  lists: number,
): SkipPlan | null {
  // It looks for a row of the window in each of its rows, which may lie behind each other as one.
  const isByRows = packing.kernelRows === stage.kernel[0];
  if (!suitsNative(stage) || packing.planes > 1 || packing.paired || !isByRows) return null;
  return {
    fields: {
      lists,
      kernelColumns: stage.kernel[1],
      inputChannels: source.shape[2],
      stride: stage.stride,
      inputColumns: inputColumns(stage),
    },
    copy: null,
  };
}

/** Bytes of the lists of one row of outputs: beginnings, codes, places; of the native kernel 8 for each step. */
export function listBytes(stage: Stage): number {
  const most = inputColumns(stage) * stage.kernel[0] * stage.input[2];
  return suitsWasm(stage) || suitsNative(stage) ? (inputColumns(stage) + 1) * 4 + most * 3 + 64 : 0;
}

/** For each byte the positions of its set bits, 8 bytes each, lowest first. */
export function bitPositions(): Uint8Array {
  const table = new Uint8Array(256 * 8);
  for (let byte = 0; byte < 256; byte++) {
    let n = 0;
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) table[byte * 8 + n++] = bit;
  }
  return table;
}

function inputColumns({ sums, stride, kernel }: Stage): number {
  return (sums[1] - 1) * stride + kernel[1];
}

/** A conv that reads codes and is not pooled. */
function isPlainConv({ reads, averaged, sums, pool }: Stage): boolean {
  return reads !== "input" && averaged === 1 && sums[0] * sums[1] > 1 && pool === 1;
}

function suitsNative(stage: Stage): boolean {
  return isPlainConv(stage) && stage.input[2] % 4 === 0 && stage.output.kind !== "logits";
}

function suitsWasm(stage: Stage): boolean {
  const { input, sums, maxWeightCode, largest, kernel } = stage;
  return (
    isPlainConv(stage) &&
    input[2] % 8 === 0 &&
    sums[2] % 32 === 0 &&
    maxWeightCode <= 127 &&
    largest <= 127 &&
    safeSteps(stage) >= 2 &&
    inputColumns(stage) * kernel[0] * input[2] <= MOST_PLACES
  );
}

/**
 * Whether visiting non-zero codes only is faster than doing every product in WebAssembly, by the share of zeros among the codes that a
 * stage reads. Fitted to times of 3 x 3 kernels of 16 to 128 channels on one core (bench/evaluation.mjs): the list costs
 * about as much as 90 products a sum, and an entry somewhat more than a product.
 */
export function skippingPays(zeros: number, { kernel, input }: Pick<Stage, "kernel" | "input">): boolean {
  return zeros >= 0.2 + 90 / (kernel[0] * kernel[1] * input[2]);
}
