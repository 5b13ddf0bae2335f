import { Field, Finish, Method } from "./assembly/fields.js";
import { planHeld } from "./held.js";
import { isNative, type KernelVariant } from "./kernels.js";
import { Allocator, type CodeBuffer, codeBuffers, isFlat, roundUp } from "./layout.js";
import { type DenseMethod, fitsNarrow, fitsPairs, type Packing, packing } from "./packing.js";
import { pixelFields, planPixels, suitsPixels } from "./pixels.js";
import { type IntegerProgram, outputShape, type Stage } from "./program.js";
import { DOUBLE, reproducingScale, SINGLE } from "./scale.js";
import { bitPositions, listBytes, planNativeSkipping, planSkipping } from "./skipping.js";
import type { Plan } from "./stage-plan.js";
import { mostSteps } from "./steps.js";

interface PlanOptions {
  /** Images to hold; rounded up to whole groups. */
  readonly images: number;
  /** Images per pass through the network, a multiple of 4. */
  readonly group: number;
  readonly variant: KernelVariant;
  /** Bytes for fault-free outputs of all images. */
  readonly holdBytes: number;
}

/** The bits of the float32 1.5 * 2^23. */
const MAGIC_BITS = 0x4b400000;
/** The beginning of the memory belongs to the compiler. */
const FIRST_ADDRESS = 4096;

export function plan(program: IntegerProgram, { images, group, variant, holdBytes }: PlanOptions): Plan {
  const allocator = new Allocator(FIRST_ADDRESS);
  const descriptions = allocator.take(mostSteps(program.stages) * Field.count * 4);
  const held = roundUp(images, group);
  const buffers = codeBuffers(program, allocator, { inputs: held, group });
  const reals = new Map<string, RealBuffer>();
  for (const { output, sums } of program.stages)
    if (output.kind === "reals") {
      const imageBytes = realBytes(sums);
      reals.set(output.name, { address: allocator.take(imageBytes * group), imageBytes });
    }
  const packings = program.stages.map((stage) => {
    const maxInputCode = stage.largest / stage.averaged;
    return packing(stage, buffers.get(stage.reads)!, methodOf(stage, variant, maxInputCode), maxInputCode);
  });
  const sums = program.stages.map((stage, i) => sumsLayout(stage, packings[i]!, group));
  const scratch = allocator.take(Math.max(...sums.map(({ bytes }) => bytes)));
  const poolScratch = allocator.take(Math.max(...program.stages.map(pooledBytes)));
  const lists = allocator.take(Math.max(...program.stages.map(listBytes)));
  const bits = bitPositions();
  const bitTable = allocator.take(bits.length);
  const stages = program.stages.map((stage, i) => {
    const source = buffers.get(stage.reads)!;
    const packed = packings[i]!;
    const method = Method[packed.method];
    const weights = allocator.take(packed.bytes);
    const { finish, words: tableContent } = packed.paired
      ? twice(tableWords(stage, packed.format.outputs / 2))
      : tableWords(stage, packed.format.outputs);
    const table = { address: allocator.take(tableContent.length * 4), words: tableContent };
    const pixels =
      variant === "relaxed" && suitsPixels(stage) ? planPixels(stage, source, held, allocator) : null;
    const words = new Int32Array(Field.count);
    const set = (fields: Partial<Record<keyof typeof Field, number>>) => {
      for (const [name, value] of Object.entries(fields)) words[Field[name as keyof typeof Field]] = value;
    };
    set({
      method,
      finish,
      weights,
      table: table.address,
      sums: scratch,
      poolSums: poolScratch,
      magic: MAGIC_BITS,
      outputs: stage.sums[2],
      planes: packed.planes,
      paired: Number(packed.paired),
      narrow: Number(fitsPairs(stage, stage.largest / stage.averaged)),
    });
    set(shapeFields(stage, source, packed, sums[i]!));
    set(outputFields(stage, buffers, reals, group));
    if (pixels) set(pixelFields(pixels));
    const skip = isNative(variant)
      ? planNativeSkipping(stage, source, packed, lists)
      : planSkipping(stage, source, allocator, { lists, bitTable });
    if (skip) set(skip.fields);
    return { stage, method, pixels, skip, packing: packed, weights, table, words };
  });
  const heldOutputs = planHeld(program, new Map([...buffers, ...reals]), allocator, {
    images: held,
    holdBytes,
  });
  // The last tile of a row may reach beyond everything.
  allocator.take(Math.max(...stages.map(({ words }) => 2 * words[Field.pixel3]!)));
  return {
    group,
    stages,
    buffers,
    held: heldOutputs,
    descriptions,
    bits: { address: bitTable, bytes: bits },
    bytes: allocator.end,
  };
}

/** The kernel that does every product of a stage. */
function methodOf(stage: Stage, variant: KernelVariant, maxInputCode: number): DenseMethod {
  if (isNative(variant)) return "dense32";
  return variant === "relaxed" && fitsNarrow(stage, maxInputCode) ? "dense8" : "dense16";
}

/** Where real numbers lie, all images of a group one behind the other. */
type RealBuffer = Pick<CodeBuffer, "address" | "imageBytes">;

interface SumsLayout {
  /** Whether the four positions of a tile are a pooling window, of which only the maximum is kept. */
  readonly pooled: boolean;
  readonly rows: number;
  readonly tiles: number;
  /** Bytes of a position, a row, and of everything. */
  readonly position: number;
  readonly row: number;
  readonly bytes: number;
}

/** int32 sums [row][position][outputs]: positions padded to whole tiles, outputs to whole blocks. */
function sumsLayout(stage: Stage, { rowPasses, runPasses, format }: Packing, group: number): SumsLayout {
  const pooled = stage.pool === 2 && !isFlat(stage) && rowPasses * runPasses === 1;
  const [rows, width, outputs] = pooled ? outputShape(stage) : stage.sums;
  const positions = isFlat(stage) ? group : width;
  const tiles = pooled ? width : Math.ceil(positions / 4);
  const position = roundUp(outputs, format.outputs) * 4;
  const row = tiles * (pooled ? 1 : 4) * position;
  return { pooled, rows, tiles, position, row, bytes: rows * row };
}

function pooledBytes(stage: Stage): number {
  const [height, width, outputs] = outputShape(stage);
  return height * width * roundUp(outputs, 8) * 4;
}

function realBytes([height, width, outputs]: Stage["sums"]): number {
  return height * width * roundUp(outputs, 8) * 4;
}

function shapeFields(
  stage: Stage,
  source: CodeBuffer,
  packed: Packing,
  { pooled, rows, tiles, position, row }: SumsLayout,
) {
  const flat = isFlat(stage);
  const { paired } = packed;
  const channels = source.shape[2];
  const right = flat ? source.imageBytes : stage.stride * channels;
  const below = stage.stride * source.rowBytes;
  // The margin may be wider than this stage's own padding, where another stage reads the same codes.
  const corner = source.origin - stage.padding[0] * source.rowBytes - stage.padding[1] * channels;
  return {
    input: source.address + corner,
    inputImage: source.imageBytes,
    block: packed.blockBytes,
    blocks: packed.blocks,
    rows,
    rowStep: pooled ? 2 * below : below,
    tiles: paired ? Math.ceil(tiles / 2) : tiles,
    tileStep: pooled && !paired ? 2 * right : 4 * right,
    pixel1: paired ? below : right,
    pixel2: pooled && !paired ? below : 2 * right,
    pixel3: pooled ? below + (paired ? 2 * right : right) : 3 * right,
    kernelRows: packed.kernelRows,
    kernelRowStep: packed.kernelRowStep,
    steps: packed.steps,
    rowPasses: packed.rowPasses,
    runPasses: packed.runPasses,
    passRowStep: packed.kernelRows * packed.kernelRowStep,
    passRunStep: packed.steps * 4,
    passWeights: packed.blocks * packed.blockBytes,
    pooled: Number(pooled),
    sumsRow: row,
    sumsPosition: position,
    pool: pooled || flat ? 1 : stage.pool,
    poolSumsRow: outputShape(stage)[1] * position,
  };
}

function outputFields(
  stage: Stage,
  buffers: ReadonlyMap<string, CodeBuffer>,
  reals: ReadonlyMap<string, RealBuffer>,
  group: number,
): Partial<Record<keyof typeof Field, number>> {
  const { output } = stage;
  const flat = isFlat(stage);
  const [height, width, outputs] = outputShape(stage);
  const shape = {
    images: flat ? 1 : group,
    outputRows: flat ? 1 : height,
    outputColumns: flat ? group : width,
  };
  if (output.kind === "logits") return shape;
  const codePlaces = (name: string) => {
    const { address, origin, imageBytes, rowBytes, shape } = buffers.get(name)!;
    return { at: address + origin, image: imageBytes, row: rowBytes, column: flat ? imageBytes : shape[2] };
  };
  const column = roundUp(outputs, 8) * 4;
  const realPlaces = (name: string) => {
    const { address, imageBytes: image } = reals.get(name)!;
    return { at: address, image, row: width * column, column: flat ? image : column };
  };
  const to = output.kind === "reals" ? realPlaces(output.name) : codePlaces(output.name);
  const places = {
    ...shape,
    output: to.at,
    outputImage: to.image,
    outputRow: to.row,
    outputColumn: to.column,
  };
  if (output.kind === "reals") return places;
  if (output.kind === "codes") return { ...places, maxCode: output.maxCode };
  const other = output.otherScale === null ? realPlaces(output.other) : codePlaces(output.other);
  return {
    ...places,
    maxCode: output.maxCode,
    other: other.at,
    otherImage: other.image,
    otherRow: other.row,
    otherColumn: other.column,
    otherScale: new Int32Array(Float32Array.of(output.otherScale ?? 0).buffer)[0]!,
  };
}

/** The ways from sums to codes by multiplication, the fastest first. */
const SCALES = [
  { precision: SINGLE, finish: Finish.scale, table: Float32Array },
  { precision: DOUBLE, finish: Finish.scale64, table: Float64Array },
] as const;

/** The numbers by which sums become codes, as the kernels read them by blocks of outputs, and which kernel reads them. */
function tableWords(stage: Stage, block: number): { finish: Finish; words: Int32Array } {
  const { output } = stage;
  const outputs = stage.sums[2];
  if (output.kind === "logits") return { finish: Finish.none, words: new Int32Array(0) };
  if (output.kind === "reals")
    return { finish: Finish.reals, words: scaleTable(output.scale, output.offset, Float32Array, block) };
  if (output.kind === "residual") {
    const finish = output.otherScale === null ? Finish.addReals : Finish.addCodes;
    return { finish, words: scaleTable(output.scale, output.offset, Float32Array, block) };
  }
  const { maxCode, thresholds } = output;
  const largest = largestSum(stage);
  for (const { precision, finish, table } of SCALES) {
    const lines = Array.from({ length: outputs }, (_, o) =>
      reproducingScale(
        thresholds.subarray(o * maxCode, (o + 1) * maxCode),
        { scale: output.scale[o]!, offset: output.offset[o]! },
        largest,
        precision,
      ),
    );
    if (lines.every((line): line is NonNullable<typeof line> => line !== null)) {
      const scale = lines.map((line) => line.scale);
      return {
        finish,
        words: scaleTable(
          scale,
          lines.map((line) => line.offset),
          table,
          block,
        ),
      };
    }
  }
  return { finish: Finish.count, words: thresholdTable(thresholds, maxCode, block) };
}

/** No sum of a stage is beyond +- this, whatever the weights. */
function largestSum({ kernel, input, maxWeightCode, largest }: Stage): number {
  return kernel[0] * kernel[1] * input[2] * maxWeightCode * largest;
}

/** The table of one block of outputs for two positions, one behind the other. */
function twice({ finish, words }: ReturnType<typeof tableWords>): ReturnType<typeof tableWords> {
  const size = (BLOCK_OF_PAIRS * (finish === Finish.scale64 ? 8 : 4)) / 4;
  return {
    finish,
    words: Int32Array.from(
      { length: 2 * words.length },
      (_, i) => words[Math.floor(i / (2 * size)) * size + (i % size)]!,
    ),
  };
}

const BLOCK_OF_PAIRS = 8;

/** [block of outputs][scales, offsets]; outputs that do not exist get 0, which is code 0. */
function scaleTable(
  scale: ArrayLike<number>,
  offset: ArrayLike<number>,
  Table: typeof Float32Array | typeof Float64Array,
  block: number,
): Int32Array {
  const table = new Table(roundUp(scale.length, block) * 2);
  for (let o = 0; o < scale.length; o++) {
    const at = Math.floor(o / block) * 2 * block + (o % block);
    table[at] = scale[o]!;
    table[at + block] = offset[o]!;
  }
  return new Int32Array(table.buffer);
}

/** [block of outputs][level][thresholds]; outputs that do not exist never reach theirs. */
function thresholdTable(thresholds: Int32Array, maxCode: number, block: number): Int32Array {
  const outputs = thresholds.length / maxCode;
  const table = new Int32Array(roundUp(outputs, block) * maxCode).fill(2 ** 31 - 1);
  thresholds.forEach((threshold, i) => {
    const o = Math.floor(i / maxCode);
    table[(Math.floor(o / block) * maxCode + (i % maxCode)) * block + (o % block)] = threshold;
  });
  return table;
}
