import type { Field } from "./assembly/fields.js";
import { type Allocator, type CodeBuffer, roundUp } from "./layout.js";
import { outputShape, type Stage } from "./program.js";
import { reproducingScale } from "./scale.js";

/**
 * What the kernel for pixels needs besides the codes (assembly/pixels.ts): everything that depends on the images only is
 * computed once; weights and constants follow the codes of a trial.
 */
export interface PixelPlan {
  readonly stage: Stage;
  readonly source: CodeBuffer;
  readonly images: number;
  readonly pairs: number;
  readonly pairsImage: number;
  readonly pairsPlane: number;
  readonly pairsRow: number;
  readonly windowSums: number;
  readonly windowSumsImage: number;
  readonly windowSumsRow: number;
  readonly weights: number;
  /** Bytes of the weights of two outputs. */
  readonly pairBytes: number;
  readonly table: number;
  readonly tapsPerRow: number;
}

/** Whether the kernel for pixels knows this kind of layer. */
export function suitsPixels(stage: Stage): boolean {
  const [, columns, outputs] = outputShape(stage);
  return (
    stage.reads === "input" &&
    stage.output.kind === "codes" &&
    stage.stride === 1 &&
    stage.pool === 2 &&
    columns >= 8 &&
    outputs % 2 === 0 &&
    2 * stage.maxWeightCode <= 127
  );
}

/** Allocates the memory of the kernel for pixels. @param images to hold, whole groups */
export function planPixels(
  stage: Stage,
  source: CodeBuffer,
  images: number,
  allocator: Allocator,
): PixelPlan {
  const [, , channels] = source.shape;
  const [rows, columns, outputs] = outputShape(stage);
  const pairsRow = (source.rowBytes / channels) * 2;
  const pairsPlane = Math.floor(source.imageBytes / source.rowBytes) * pairsRow;
  const windowSumsRow = roundUp(columns * 4, 16);
  const tapsPerRow = Math.ceil(stage.kernel[1] / 2);
  const pairBytes = channels * stage.kernel[0] * tapsPerRow * 32;
  const sizes = { pairsImage: roundUp(pairsPlane * channels, 16), windowSumsImage: rows * 2 * windowSumsRow };
  return {
    stage,
    source,
    images,
    pairs: allocator.take(sizes.pairsImage * images),
    pairsPlane,
    pairsRow,
    windowSums: allocator.take(sizes.windowSumsImage * images),
    windowSumsRow,
    weights: allocator.take((outputs / 2) * pairBytes),
    pairBytes,
    table: allocator.take(outputs * 12),
    tapsPerRow,
    ...sizes,
  };
}

/** The plan's words in the stage's description. */
export function pixelFields(plan: PixelPlan): Partial<Record<keyof typeof Field, number>> {
  return {
    pairs: plan.pairs,
    pairsImage: plan.pairsImage,
    pairsPlane: plan.pairsPlane,
    pairsRow: plan.pairsRow,
    windowSums: plan.windowSums,
    windowSumsImage: plan.windowSumsImage,
    windowSumsRow: plan.windowSumsRow,
    pixelWeights: plan.weights,
    pixelTable: plan.table,
    inputChannels: plan.source.shape[2],
    tapRows: plan.stage.kernel[0],
    tapsPerRow: plan.tapsPerRow,
    outputs: plan.stage.sums[2],
  };
}

/** Fills in what depends on the images only, which are in `memory` already. */
export function preparePixels(plan: PixelPlan, memory: Uint8Array): void {
  const { source, stage } = plan;
  const channels = source.shape[2];
  const columns = source.rowBytes / channels;
  const rows = plan.pairsPlane / plan.pairsRow;
  const words = new Int16Array(memory.buffer);
  const corner = source.origin - stage.padding[0] * source.rowBytes - stage.padding[1] * channels;
  const [sumRows, sumColumns] = outputShape(stage).map((n) => 2 * n) as [number, number];
  for (let i = 0; i < plan.images; i++) {
    const image = source.address + i * source.imageBytes;
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < rows; y++) {
        const from = image + y * source.rowBytes + c;
        const to = plan.pairs + i * plan.pairsImage + c * plan.pairsPlane + y * plan.pairsRow;
        for (let x = 0; x < columns; x++) {
          // A byte less 128 is the byte with its top bit turned, read as signed.
          memory[to + 2 * x] = memory[from + x * channels]! ^ 128;
          memory[to + 2 * x + 1] = x + 1 < columns ? memory[from + (x + 1) * channels]! ^ 128 : 0;
        }
      }
    for (let y = 0; y < sumRows; y++)
      for (let x = 0; x < sumColumns; x++) {
        let sum = 0;
        for (let k = 0; k < stage.kernel[0]; k++) {
          const from = image + corner + (y + k) * source.rowBytes + x * channels;
          for (let j = 0; j < stage.kernel[1] * channels; j++) sum += memory[from + j]!;
        }
        const at = plan.windowSums + i * plan.windowSumsImage + y * plan.windowSumsRow;
        words[at / 2 + x] = -stage.maxWeightCode * sum;
      }
  }
}

/**
 * Fills in weights and constants for the given codes.
 * @returns false if the sums of an output may leave 16 bits, or if no scale reproduces its thresholds; then another
 * kernel has to do the work
 */
export function writePixelWeights(plan: PixelPlan, memory: Uint8Array, codes: Uint8Array): boolean {
  const { stage, tapsPerRow } = plan;
  const { output, maxWeightCode: n } = stage;
  if (output.kind !== "codes") return false;
  const [kernelHeight, kernelWidth] = stage.kernel;
  const [, , channels] = plan.source.shape;
  const outputs = stage.sums[2];
  const table = new DataView(memory.buffer, plan.table, outputs * 12);
  const taps = channels * kernelHeight * tapsPerRow;
  for (let o = 0; o < outputs; o++) {
    const codeAt = (c: number, ky: number, kx: number) => {
      if (kx >= kernelWidth) return 0;
      const code = codes[((ky * kernelWidth + kx) * channels + c) * outputs + o]!;
      return stage.signs[o]! < 0 ? n - code : code;
    };
    let [total, positive, negative] = [0, 0, 0];
    for (let c = 0; c < channels; c++)
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++) {
          const weight = 2 * codeAt(c, ky, kx) - n;
          total += codeAt(c, ky, kx);
          if (weight > 0) positive += weight;
          else negative -= weight;
        }
        for (let t = 0; t < tapsPerRow; t++) {
          const tap = (c * kernelHeight + ky) * tapsPerRow + t;
          const at = plan.weights + (((o >> 1) * taps + tap) * 2 + (o & 1)) * 16;
          for (let i = 0; i < 16; i++) memory[at + i] = 2 * codeAt(c, ky, 2 * t + (i & 1));
        }
      }
    const range = stage.largest * (positive + negative);
    const center = Math.round((stage.largest * (positive - negative)) / 2);
    if (range > 2 ** 16 - 2) return false;
    const { scale, offset } = { scale: output.scale[o]!, offset: output.offset[o]! };
    const thresholds = output.thresholds.subarray(o * output.maxCode, (o + 1) * output.maxCode);
    const found = reproducingScale(
      thresholds.map((threshold) => Math.min(Math.max(threshold - center, -BEYOND), BEYOND)),
      { scale, offset: offset + scale * center },
      BEYOND - 1,
    );
    if (!found) return false;
    table.setInt32(o * 12, 256 * total - center, true);
    table.setFloat32(o * 12 + 4, found.scale, true);
    table.setFloat32(o * 12 + 8, found.offset, true);
  }
  return true;
}

/** More than any 16-bit sum. */
const BEYOND = 40_000;
