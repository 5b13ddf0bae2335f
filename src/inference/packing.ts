import { type CodeBuffer, roundUp } from "./layout.js";
import type { Stage } from "./program.js";

/** Weights as the dense kernels read them: [pass][block of 8 outputs][kernel row][step][8 outputs][inputs of a step]. */
export interface Packing {
  readonly wide: boolean;
  readonly blocks: number;
  /** Bytes of one block in one pass. */
  readonly blockBytes: number;
  /** Runs of consecutive bytes that one pass reads, bytes from one to the next, and steps that it takes of each. */
  readonly kernelRows: number;
  readonly kernelRowStep: number;
  readonly steps: number;
  /** Passes over the kernel's rows, and over parts of a run. */
  readonly rowPasses: number;
  readonly runPasses: number;
  /** Bytes of all packed weights. */
  readonly bytes: number;
  /** Byte offsets, within the packed weights, of the stored weight with row-major index `index`. */
  offsets(index: number): number[];
}

/** Steps of the relaxed kernel that 16 bits hold: each adds two products of a weight and a code. */
export function safeSteps({ maxWeightCode, largest }: { maxWeightCode: number; largest: number }): number {
  return Math.floor(32767 / (2 * maxWeightCode * largest));
}

/** Whether the 8-bit kernel computes a stage exactly: both operands fit in 7 bits and a sign, and sums in 16 bits. */
export function fitsNarrow(stage: Stage, maxInputCode: number): boolean {
  return (
    stage.maxWeightCode <= 127 &&
    maxInputCode <= 127 &&
    safeSteps({ maxWeightCode: stage.maxWeightCode, largest: maxInputCode }) >= 2
  );
}

/**
 * @param wide 16-bit weights, two inputs a step; else 8-bit weights, four inputs a step, two steps at a time
 * @param maxInputCode the largest code that can meet a weight
 */
export function packing(stage: Stage, source: CodeBuffer, wide: boolean, maxInputCode: number): Packing {
  const [height, width, channels] = source.shape;
  const outputs = stage.sums[2];
  const isLinear = [...stage.input.slice(0, 2), ...stage.kernel].every((size) => size === 1);
  // A linear layer reads a whole image, as a conv with a kernel as large as it.
  const [kernelHeight, kernelWidth] = isLinear ? [height, width] : stage.kernel;
  const joined = source.dense && kernelWidth === width;
  const kernelRows = joined ? 1 : kernelHeight;
  const run = kernelWidth * channels * (joined ? kernelHeight : 1);
  const perStep = wide ? 2 : 4;
  const rowSteps = wide ? Math.ceil(run / 2) : roundUp(Math.ceil(run / 4), 2);
  const limit = wide ? Infinity : safeSteps({ maxWeightCode: stage.maxWeightCode, largest: maxInputCode });
  const { rowPasses, runPasses, steps } = passes(rowSteps, kernelRows, limit);
  const rowsPerPass = kernelRows / rowPasses;
  const blocks = Math.ceil(outputs / 8);
  const blockBytes = rowsPerPass * steps * 32;
  const bytesPerWeight = wide ? 2 : 1;
  const offsetOf = (k: number, o: number) => {
    const row = Math.floor(k / run);
    const step = Math.floor((k % run) / perStep);
    const pass = Math.floor(row / rowsPerPass) * runPasses + Math.floor(step / steps);
    const block = (pass * blocks + (o >> 3)) * blockBytes;
    const inBlock = ((row % rowsPerPass) * steps + (step % steps)) * 32;
    return block + inBlock + ((o & 7) * perStep + ((k % run) % perStep)) * bytesPerWeight;
  };
  // An average over places is a linear layer with the same weights at every place.
  const places = stage.averaged;
  return {
    wide,
    blocks,
    blockBytes,
    kernelRows: rowsPerPass,
    kernelRowStep: source.rowBytes,
    steps,
    rowPasses,
    runPasses,
    bytes: blocks * blockBytes * rowPasses * runPasses,
    offsets(index) {
      const k = Math.floor(index / outputs);
      const o = index % outputs;
      return Array.from({ length: places }, (_, place) => offsetOf(place * channels + k, o));
    },
  };
}

/** Passes of at most `limit` steps: whole rows if they fit, else parts of rows of an even number of steps. */
function passes(rowSteps: number, kernelRows: number, limit: number) {
  for (let rowPasses = 1; rowPasses <= kernelRows; rowPasses++)
    if (kernelRows % rowPasses === 0 && (rowSteps * kernelRows) / rowPasses <= limit)
      return { rowPasses, runPasses: 1, steps: rowSteps };
  const runPasses = Math.ceil(rowSteps / (limit - (limit % 2)));
  return { rowPasses: kernelRows, runPasses, steps: roundUp(Math.ceil(rowSteps / runPasses), 2) };
}
