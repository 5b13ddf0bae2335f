import { type CodeBuffer, roundUp } from "./layout.js";
import type { Stage } from "./program.js";

/** Weights as the dense kernels read them: [block of 8 outputs][kernel row][step][8 outputs][inputs of a step]. */
export interface Packing {
  readonly wide: boolean;
  readonly blocks: number;
  readonly blockBytes: number;
  /** Runs of consecutive bytes that one sum reads, and bytes from one to the next. */
  readonly kernelRows: number;
  readonly kernelRowStep: number;
  readonly chunks: number;
  readonly chunkSteps: number;
  readonly chunksPerFlush: number;
  /** Byte offsets, within the packed weights, of the stored weight with row-major index `index`. */
  offsets(index: number): number[];
}

/** Steps of the relaxed kernel that 16 bits hold: each adds two products of a weight and a code. */
export function safeSteps({ weightLevels, largest }: { weightLevels: number; largest: number }): number {
  return Math.floor(32767 / (2 * weightLevels * largest));
}

/** Whether the 8-bit kernel computes a stage exactly: both operands fit in 7 bits and a sign, and sums in 16 bits. */
export function fitsNarrow(stage: Stage, codeLevels: number): boolean {
  return (
    stage.weightLevels <= 127 &&
    codeLevels <= 127 &&
    safeSteps({ weightLevels: stage.weightLevels, largest: codeLevels }) >= 2
  );
}

/**
 * @param wide 16-bit weights, two inputs a step; else 8-bit weights, four inputs a step, two steps at a time
 * @param codeLevels the largest code that can meet a weight
 */
export function packing(stage: Stage, source: CodeBuffer, wide: boolean, codeLevels: number): Packing {
  const [height, width, channels] = source.shape;
  const outputs = stage.sums[2];
  const isLinear = stage.input[0] === 1 && stage.input[1] === 1;
  // A linear layer reads a whole image, as a conv with a kernel as large as it.
  const [kernelHeight, kernelWidth] = isLinear ? [height, width] : stage.kernel;
  const joined = source.dense && kernelWidth === width;
  const kernelRows = joined ? 1 : kernelHeight;
  const run = kernelWidth * channels * (joined ? kernelHeight : 1);
  const perStep = wide ? 2 : 4;
  const rowSteps = wide ? Math.ceil(run / 2) : roundUp(Math.ceil(run / 4), 2);
  const { chunks, chunkSteps, chunksPerFlush } = wide
    ? { chunks: 1, chunkSteps: rowSteps, chunksPerFlush: NEVER }
    : chunked(rowSteps, kernelRows, safeSteps({ weightLevels: stage.weightLevels, largest: codeLevels }));
  const stepsPerRow = chunks * chunkSteps;
  const blocks = Math.ceil(outputs / 8);
  const blockBytes = kernelRows * stepsPerRow * 32;
  const bytesPerWeight = wide ? 2 : 1;
  const offsetOf = (k: number, o: number) => {
    const row = Math.floor(k / run);
    const inRow = k % run;
    const step = row * stepsPerRow + Math.floor(inRow / perStep);
    return (o >> 3) * blockBytes + step * 32 + ((o & 7) * perStep + (inRow % perStep)) * bytesPerWeight;
  };
  // An average over places is a linear layer with the same weights at every place.
  const places = stage.averaged;
  return {
    wide,
    blocks,
    blockBytes,
    kernelRows,
    kernelRowStep: source.rowBytes,
    chunks,
    chunkSteps,
    chunksPerFlush,
    offsets(index) {
      const k = Math.floor(index / outputs);
      const o = index % outputs;
      return Array.from({ length: places }, (_, place) => offsetOf(place * channels + k, o));
    },
  };
}

const NEVER = 0x7fffffff;

function chunked(rowSteps: number, kernelRows: number, limit: number) {
  if (rowSteps * kernelRows <= limit) return { chunks: 1, chunkSteps: rowSteps, chunksPerFlush: NEVER };
  if (rowSteps <= limit)
    return { chunks: 1, chunkSteps: rowSteps, chunksPerFlush: Math.floor(limit / rowSteps) };
  const chunks = Math.ceil(rowSteps / (limit - (limit % 2)));
  return { chunks, chunkSteps: roundUp(Math.ceil(rowSteps / chunks), 2), chunksPerFlush: 1 };
}
