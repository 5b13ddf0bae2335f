import { type IntegerProgram, outputShape, type Stage } from "./program.js";

/**
 * Where codes lie in the kernels' memory: bytes, channels last, with a margin of zeros as wide as any reader's padding,
 * so that padding needs no arithmetic. All images of a group lie one behind the other.
 */
export interface CodeBuffer {
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Address of the first image, margin included. */
  readonly address: number;
  readonly imageBytes: number;
  readonly rowBytes: number;
  /** From the beginning of an image to its first code. */
  readonly origin: number;
  /** Whether the rows of an image follow each other without a margin. */
  readonly dense: boolean;
}

/** Hands out addresses; kernels read and write a little beyond the end of what they are given. */
export class Allocator {
  #next: number;
  constructor(from: number) {
    this.#next = from;
  }
  take(bytes: number): number {
    const address = this.#next;
    this.#next += roundUp(bytes + 256, 64);
    return address;
  }
  get end(): number {
    return this.#next;
  }
}

export function roundUp(n: number, multiple: number): number {
  return Math.ceil(n / multiple) * multiple;
}

/** A stage with one position per image takes the images of a group as its positions. */
export function isFlat({ sums: [height, width] }: Stage): boolean {
  return height === 1 && width === 1;
}

/** Allocates the codes of the input, for `inputs` images, and of every activation, for `group` images. */
export function codeBuffers(
  program: IntegerProgram,
  allocator: Allocator,
  { inputs, group }: { inputs: number; group: number },
): ReadonlyMap<string, CodeBuffer> {
  const shapes = new Map<string, readonly [number, number, number]>([["input", program.input]]);
  for (const stage of program.stages)
    if (stage.output.kind === "codes" || stage.output.kind === "residual")
      shapes.set(stage.output.name, outputShape(stage));
  const buffers = new Map<string, CodeBuffer>();
  for (const [name, shape] of shapes) {
    const [height, width, channels] = shape;
    const margin = widest(program.stages.filter(({ reads }) => reads === name).map(margins));
    const rowBytes = (margin.left + width + margin.right) * channels;
    const imageBytes = roundUp((margin.top + height + margin.bottom) * rowBytes, 16);
    buffers.set(name, {
      shape,
      address: allocator.take(imageBytes * (name === "input" ? inputs : group)),
      imageBytes,
      rowBytes,
      origin: margin.top * rowBytes + margin.left * channels,
      dense: margin.left + margin.right === 0,
    });
  }
  return buffers;
}

interface Margin {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** How far the windows of a stage reach beyond what it reads. */
function margins({ input, kernel, stride, padding, sums }: Stage): Margin {
  const after = (i: 0 | 1) => Math.max((sums[i] - 1) * stride + kernel[i] - padding[i] - input[i], 0);
  return { top: padding[0], left: padding[1], bottom: after(0), right: after(1) };
}

function widest(all: readonly Margin[]): Margin {
  const most = (side: keyof Margin) => Math.max(0, ...all.map((margin) => margin[side]));
  return { top: most("top"), left: most("left"), bottom: most("bottom"), right: most("right") };
}
