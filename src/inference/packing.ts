import type { Method } from "./assembly/fields.js";
import { type CodeBuffer, roundUp } from "./layout.js";
import type { Stage } from "./program.js";

/** How the weights of a dense kernel lie. */
interface Format {
  /** Outputs of a block, which a kernel computes together. */
  readonly outputs: number;
  /** Inputs of a step, and steps that a kernel takes at a time. */
  readonly inputs: number;
  readonly stepsTogether: number;
  readonly weightBytes: number;
}

const FORMATS = {
  dense16: { outputs: 8, inputs: 2, stepsTogether: 1, weightBytes: 2 },
  dense8: { outputs: 8, inputs: 4, stepsTogether: 2, weightBytes: 1 },
  dense32: { outputs: 16, inputs: 4, stepsTogether: 1, weightBytes: 1 },
} as const satisfies Partial<Record<keyof typeof Method, Format>>;

/** The kernels that compute every product. */
export type DenseMethod = keyof typeof FORMATS;

/** Weights as a dense kernel reads them: [pass][block of outputs][plane][kernel row][step][outputs][inputs of a step]. */
export interface Packing {
  readonly method: DenseMethod;
  readonly format: Format;
  /**
   * 2 where the native kernel cannot hold a weight in a byte (native/kernels.h): the second plane holds a 1 for every
   * weight, so many bytes behind the first.
   */
  readonly planes: number;
  /** Whether the native kernel computes two neighbouring positions as one of twice as many outputs. */
  readonly paired: boolean;
  /** So many copies of each weight. */
  readonly places: number;
  readonly planeBytes: number;
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

/** Whether no two products of a stage leave 16 bits together. */
export function fitsPairs(stage: Stage, maxInputCode: number): boolean {
  return 2 * Math.min(stage.maxWeightCode, 128) * maxInputCode <= 32767;
}

/** Whether the outputs of two neighbouring positions fit in the native kernel's vector, and pooling takes them together. */
function suitsPairs({ sums, pool, output }: Stage): boolean {
  return sums[2] <= FORMATS.dense32.outputs / 2 && pool === 2 && output.kind === "codes";
}

/** @param maxInputCode the largest code that can meet a weight */
export function packing(
  stage: Stage,
  source: CodeBuffer,
  method: DenseMethod,
  maxInputCode: number,
): Packing {
  const format: Format = FORMATS[method];
  const [height, width, channels] = source.shape;
  const outputs = stage.sums[2];
  const isLinear = [...stage.input.slice(0, 2), ...stage.kernel].every((size) => size === 1);
  // A linear layer reads a whole image, as a conv with a kernel as large as it.
  const [kernelHeight, kernelWidth] = isLinear ? [height, width] : stage.kernel;
  const joined = source.dense && kernelWidth === width;
  const kernelRows = joined ? 1 : kernelHeight;
  const run = kernelWidth * channels * (joined ? kernelHeight : 1);
  const paired = method === "dense32" && suitsPairs(stage);
  const shift = paired ? stage.stride * channels : 0;
  const rowSteps = roundUp(Math.ceil((run + shift) / format.inputs), format.stepsTogether);
  const limit =
    method === "dense8" ? safeSteps({ maxWeightCode: stage.maxWeightCode, largest: maxInputCode }) : Infinity;
  const { rowPasses, runPasses, steps } = passes(rowSteps, kernelRows, limit);
  const rowsPerPass = kernelRows / rowPasses;
  const blocks = Math.ceil(outputs / format.outputs);
  const stepBytes = format.outputs * format.inputs * format.weightBytes;
  const planes = method === "dense32" && stage.maxWeightCode > 127 ? 2 : 1;
  const planeBytes = rowsPerPass * steps * stepBytes;
  const blockBytes = planes * planeBytes;
  /** Of what stands at place `at` of a row of the window, for output `o` of a block. */
  const offsetOf = (row: number, at: number, o: number) => {
    const step = Math.floor(at / format.inputs);
    const pass = Math.floor(row / rowsPerPass) * runPasses + Math.floor(step / steps);
    const block = (pass * blocks + Math.floor(o / format.outputs)) * blockBytes;
    const inBlock = ((row % rowsPerPass) * steps + (step % steps)) * stepBytes;
    const inStep = (o % format.outputs) * format.inputs + (at % format.inputs);
    return block + inBlock + inStep * format.weightBytes;
  };
  // An average over places is a linear layer with the same weights at every place.
  const places = paired ? 2 : stage.averaged;
  return {
    method,
    format,
    planes,
    paired,
    places,
    planeBytes,
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
      return Array.from({ length: places }, (_, place) => {
        if (paired)
          return offsetOf(Math.floor(k / run), (k % run) + place * shift, o + (place * format.outputs) / 2);
        const at = place * channels + k;
        return offsetOf(Math.floor(at / run), at % run, o);
      });
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
