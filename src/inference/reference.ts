import { dictionary } from "../base/dictionary.js";
import { UserError } from "../base/errors.js";
import type { Codes } from "./deploy.js";
import { type IntegerProgram, outputShape, type Stage } from "./program.js";

/** Everything that one image's evaluation computes, by name. */
export interface Evaluation {
  /** Codes of every activation, [height, width, channels] row-major. */
  readonly codes: Readonly<Record<string, Uint8Array>>;
  readonly logits: Float64Array;
  readonly predicted: number;
}

/** Evaluates one image, slowly and plainly: the oracle that every fast kernel is held to. */
export function evaluate(program: IntegerProgram, weights: Codes, image: Uint8Array): Evaluation {
  const size = program.input.reduce((a, b) => a * b, 1);
  if (image.length !== size)
    throw new UserError(`image must have ${size} pixels, ${program.input.join(" x ")}, got ${image.length}`);
  const codes: Record<string, Uint8Array> = { input: image };
  const reals = dictionary<Float32Array>();
  let logits = new Float64Array(0);
  for (const stage of program.stages) {
    const sums = stageSums(stage, weights[stage.name]!, stageInput(stage, codes[stage.reads]!));
    const { output } = stage;
    const outputs = stage.sums[2];
    if (output.kind === "codes") codes[output.name] = countThresholds(sums, outputs, output);
    else if (output.kind === "logits")
      logits = Float64Array.from(sums, (s, i) => s * output.scale[i]! + output.offset[i]!);
    else if (output.kind === "reals")
      reals[output.name] = Float32Array.from(sums, (s, i) => single(s, i % outputs, output));
    else {
      const other =
        output.otherScale === null
          ? reals[output.other]!
          : Float32Array.from(codes[output.other]!, (u) => u * output.otherScale!);
      codes[output.name] = Uint8Array.from(sums, (s, i) =>
        nearestCode(Math.fround(single(s, i % outputs, output) + other[i]!), output.maxCode),
      );
    }
  }
  return { codes, logits, predicted: firstLargest(logits) };
}

/** The integers that a stage reads: codes, or their sums over height and width. */
export function stageInput({ averaged, input }: Stage, codes: Uint8Array): Uint8Array | Int32Array {
  return averaged === 1 ? codes : channelTotals(codes, input[2]);
}

/** The sums of codes [height, width, channels] over height and width. */
export function channelTotals(codes: Uint8Array, channels: number): Int32Array {
  const totals = new Int32Array(channels);
  for (let i = 0; i < codes.length; i++) totals[i % channels]! += codes[i]!;
  return totals;
}

/**
 * The signed sums of a stage after max pooling, [height, width, outputs].
 * @param weights codes [kernel height, kernel width, inputs, outputs]
 * @param codes integers [height, width, channels]
 */
export function stageSums(stage: Stage, weights: Uint8Array, codes: Uint8Array | Int32Array): Int32Array {
  const { pool, signs } = stage;
  const [, width, outputs] = stage.sums;
  const all = convolve(stage, weights, codes);
  const [pooledHeight, pooledWidth] = outputShape(stage);
  const pooled = new Int32Array(pooledHeight * pooledWidth * outputs).fill(-(2 ** 31));
  for (let y = 0; y < pooledHeight * pool; y++)
    for (let x = 0; x < pooledWidth * pool; x++)
      for (let o = 0; o < outputs; o++) {
        const to = (Math.floor(y / pool) * pooledWidth + Math.floor(x / pool)) * outputs + o;
        pooled[to] = Math.max(pooled[to]!, signs[o]! * all[(y * width + x) * outputs + o]!);
      }
  return pooled;
}

function convolve(stage: Stage, weights: Uint8Array, codes: Uint8Array | Int32Array): Int32Array {
  const [inputHeight, inputWidth, channels] = stage.input;
  const [kernelHeight, kernelWidth] = stage.kernel;
  const [top, left] = stage.padding;
  const [height, width, outputs] = stage.sums;
  const { stride, maxWeightCode: n } = stage;
  const sums = new Int32Array(height * width * outputs);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let ky = 0; ky < kernelHeight; ky++)
        for (let kx = 0; kx < kernelWidth; kx++) {
          const row = y * stride + ky - top;
          const column = x * stride + kx - left;
          if (row < 0 || row >= inputHeight || column < 0 || column >= inputWidth) continue;
          for (let c = 0; c < channels; c++) {
            const u = codes[(row * inputWidth + column) * channels + c]!;
            const from = ((ky * kernelWidth + kx) * channels + c) * outputs;
            const to = (y * width + x) * outputs;
            for (let o = 0; o < outputs; o++) sums[to + o]! += (2 * weights[from + o]! - n) * u;
          }
        }
  return sums;
}

/** The number of thresholds <= each sum, by channel. */
export function countThresholds(
  sums: Int32Array,
  outputs: number,
  { maxCode, thresholds }: { maxCode: number; thresholds: Int32Array },
): Uint8Array {
  return Uint8Array.from(sums, (sum, i) => {
    const from = (i % outputs) * maxCode;
    let code = 0;
    while (code < maxCode && thresholds[from + code]! <= sum) code++;
    return code;
  });
}

/** S scale + offset in single precision, each operation rounded once. */
function single(sum: number, o: number, { scale, offset }: { scale: Float32Array; offset: Float32Array }) {
  return Math.fround(Math.fround(Math.fround(sum) * scale[o]!) + offset[o]!);
}

function nearestCode(v: number, maxCode: number): number {
  return Math.floor(Math.fround(Math.min(Math.max(v, 0), maxCode) + 0.5));
}

/** The first index of the largest number. */
export function firstLargest(numbers: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i]! > numbers[best]!) best = i;
  return best;
}
