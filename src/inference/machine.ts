import { Field, Method } from "./assembly/fields.js";
import type { Evaluator } from "./classifier.js";
import type { Codes } from "./deploy.js";
import { isNative, type Kernels, type KernelVariant, loadKernels } from "./kernels.js";
import { roundUp } from "./layout.js";
import { preparePixels, writePixelWeights } from "./pixels.js";
import { plan } from "./plan.js";
import type { IntegerProgram } from "./program.js";
import { firstLargest } from "./reference.js";
import { skippingPays } from "./skipping.js";
import type { Plan, StagePlan } from "./stage-plan.js";
import { type Evaluation, planEvaluation, wholeEvaluation } from "./steps.js";
import { StoredWeights } from "./stored-weights.js";

export interface MachineOptions {
  readonly variant: KernelVariant;
  /** Images per pass through the network, a multiple of 4. Default: as many as stay in cache. */
  readonly group?: number;
  /** Whether to skip zeros wherever that is possible, nowhere, or where the first images show that it pays (default). */
  readonly skipZeros?: "always" | "never" | "measured";
  /**
   * Bytes for fault-free outputs of all images, which `predict` reads in place of computing them again (steps.ts).
   * Default: none.
   */
  readonly holdBytes?: number;
}

/** A program, its weights and its images in the memory of the kernels. */
export class Machine implements Evaluator {
  readonly plan: Plan;
  readonly #program: IntegerProgram;
  readonly #kernels: Kernels;
  readonly #images: number;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;
  readonly #weights: ReadonlyMap<string, StoredWeights>;
  /** Whether the kernel for pixels knows the codes in memory. */
  #pixelsAreCurrent = false;
  /** Held outputs that have been written. */
  readonly #filled = new Set<string>();
  #last: { readonly evaluation: Evaluation; readonly first: number } | undefined;

  /**
   * @param weights the fault-free codes, by layer
   * @param images [count, height, width, channels], bytes
   */
  constructor(program: IntegerProgram, weights: Codes, images: Uint8Array, options: MachineOptions) {
    const size = program.input[0] * program.input[1] * program.input[2];
    this.#program = program;
    this.#images = images.length / size;
    this.plan = plan(program, {
      images: this.#images,
      group: options.group ?? defaultGroup(program),
      variant: options.variant,
      holdBytes: options.holdBytes ?? 0,
    });
    this.#kernels = loadKernels(options.variant, this.plan.bytes);
    this.#bytes = new Uint8Array(this.#kernels.memory);
    this.#words = new Int32Array(this.#kernels.memory, 0, Math.floor(this.plan.bytes / 4));
    this.#bytes.set(this.plan.bits.bytes, this.plan.bits.address);
    for (const { table } of this.plan.stages) this.#words.set(table.words, table.address / 4);
    this.#weights = new Map(
      this.plan.stages.map((stagePlan) => {
        const { name } = stagePlan.stage;
        return [name, new StoredWeights(stagePlan, this.#bytes, weights[name]!)];
      }),
    );
    this.#writeImages(images);
    for (const { pixels } of this.plan.stages) if (pixels) preparePixels(pixels, this.#bytes);
    this.#chooseSkipping(options.skipZeros ?? "measured");
  }

  get group(): number {
    return this.plan.group;
  }

  /** Changes the stored weights to the given codes, writing those only that differ. */
  setWeights(codes: Codes): void {
    for (const { stage, pixels } of this.plan.stages)
      if (this.#weights.get(stage.name)!.set(codes[stage.name]!) && pixels) this.#pixelsAreCurrent = false;
  }

  /** The weights of all layers, byte for byte as the kernels read them. */
  *weightBytes(): Iterable<Uint8Array> {
    for (const stored of this.#weights.values()) yield* stored.bytes();
  }

  /** Class of every image. */
  predict(): Uint8Array {
    const classes = new Uint8Array(this.#images);
    this.forEachLogits((logits, image) => {
      classes[image] = firstLargest(logits);
    });
    return classes;
  }

  /**
   * Evaluates every image. Of what is held, all that the changed weights leave as it is is not computed again.
   * @param visit gets the logits of each image in one array that is written anew for the next
   */
  forEachLogits(visit: (logits: Float64Array, image: number) => void): void {
    const evaluation = this.#planEvaluation();
    const { group } = this.plan;
    const logits = new Float64Array(this.#program.classes);
    const last = this.plan.stages.at(-1)!;
    const { output } = last.stage;
    if (output.kind !== "logits") throw new Error("a program ends with logits");
    const sums = last.words[Field.sums]! / 4;
    const position = last.words[Field.sumsPosition]! / 4;
    for (let from = 0; from < this.#images; from += group) {
      this.#run(evaluation, from);
      for (let i = from; i < Math.min(from + group, this.#images); i++) {
        const at = sums + (i - from) * position;
        for (let o = 0; o < logits.length; o++)
          logits[o] = this.#words[at + o]! * output.scale[o]! + output.offset[o]!;
        visit(logits, i);
      }
    }
    for (const name of evaluation.fromHeld) this.#filled.add(name);
  }

  /** Evaluates all of the network on the group of images from `first` on, a multiple of the group's size. */
  runGroup(first: number): void {
    if (!this.#pixelsAreCurrent) this.#writePixelWeights();
    this.#run(wholeEvaluation(this.plan), first);
  }

  #planEvaluation(): Evaluation {
    const changed = new Map<string, Uint8Array>();
    for (const [name, stored] of this.#weights) {
      const outputs = stored.changedOutputs();
      if (outputs) changed.set(name, outputs);
    }
    if (!this.#pixelsAreCurrent) this.#writePixelWeights();
    return planEvaluation(this.plan, changed, this.#filled);
  }

  #run(evaluation: Evaluation, first: number): void {
    const { descriptions, group } = this.plan;
    evaluation.steps.forEach(({ words, moves, copy }, i) => {
      const at = descriptions / 4 + i * Field.count;
      this.#words.set(words, at);
      for (const [field, imageBytes] of moves) this.#words[at + field]! += first * imageBytes;
      if (!copy) return;
      const from = copy.held + first * copy.imageBytes;
      this.#bytes.copyWithin(copy.group, from, from + group * copy.imageBytes);
    });
    this.#kernels.run(descriptions, evaluation.steps.length);
    this.#last = { evaluation, first };
  }

  /** Share of zeros among the codes of an activation in the group evaluated last. */
  zeros(name: string): number {
    let [zeros, all] = [0, 0];
    for (let i = 0; i < Math.min(this.plan.group, this.#images); i++) {
      const codes = this.codes(name, i);
      all += codes.length;
      for (const code of codes) if (code === 0) zeros++;
    }
    return zeros / all;
  }

  #chooseSkipping(choice: "always" | "never" | "measured"): void {
    if (choice === "never" || this.plan.stages.every(({ skip }) => !skip)) return;
    this.runGroup(0);
    const { variant } = this.#kernels;
    const pays = ({ stage, words }: StagePlan) =>
      isNative(variant) ? this.#skippingIsFaster(words) : skippingPays(this.zeros(stage.reads), stage);
    for (const stage of this.plan.stages)
      if (stage.skip && (choice === "always" || pays(stage))) stage.words[Field.method] = Method.skip;
  }

  /** Times a stage both ways on the first images, by turns; the best of some runs, which another program disturbs least. */
  #skippingIsFaster(words: Int32Array): boolean {
    const { descriptions } = this.plan;
    const at = descriptions / 4;
    const best = { dense: Infinity, skip: Infinity };
    const methods = { dense: words[Field.method]!, skip: Method.skip };
    for (let round = 0; round < 5; round++)
      for (const way of ["dense", "skip"] as const) {
        this.#words.set(words, at);
        this.#words[at + Field.method] = methods[way];
        const started = performance.now();
        this.#kernels.run(descriptions, 1);
        best[way] = Math.min(best[way], performance.now() - started);
      }
    return best.skip < best.dense;
  }

  #writePixelWeights(): void {
    for (const { stage, pixels, words, method } of this.plan.stages) {
      if (!pixels) continue;
      const possible = writePixelWeights(pixels, this.#bytes, this.#weights.get(stage.name)!.codes);
      words[Field.method] = possible ? Method.pixels8 : method;
    }
    this.#pixelsAreCurrent = true;
  }

  /**
   * Codes of an activation for image `i` of the group evaluated last, [height, width, channels].
   * @throws RangeError if that evaluation neither computed nor read them
   */
  codes(name: string, i: number): Uint8Array {
    const { shape, imageBytes, rowBytes, origin } = this.plan.buffers.get(name)!;
    const address = this.#lastAddress(name);
    const [height, width, channels] = shape;
    const codes = new Uint8Array(height * width * channels);
    for (let y = 0; y < height; y++) {
      const from = address + i * imageBytes + origin + y * rowBytes;
      codes.set(this.#bytes.subarray(from, from + width * channels), y * width * channels);
    }
    return codes;
  }

  /** Where the codes of the group evaluated last begin. */
  #lastAddress(name: string): number {
    const { buffers, held } = this.plan;
    const { address, imageBytes } = buffers.get(name)!;
    if (this.#last?.evaluation.fromHeld.has(name))
      return held.get(name)!.held + this.#last.first * imageBytes;
    if (this.#last?.evaluation.written.has(name)) return address;
    throw new RangeError(`the codes of ${name} were not needed in the last evaluation`);
  }

  #writeImages(images: Uint8Array): void {
    const { address, imageBytes, rowBytes, origin, shape } = this.plan.buffers.get("input")!;
    const row = shape[1] * shape[2];
    for (let i = 0; i < this.#images; i++)
      for (let y = 0; y < shape[0]; y++) {
        const from = (i * shape[0] + y) * row;
        this.#bytes.set(images.subarray(from, from + row), address + i * imageBytes + origin + y * rowBytes);
      }
  }
}

/** Codes of a group that stay in a core's nearest cache, measured on LeNet-5 and ResNet-18. */
const GROUP_BYTES = 1 << 16;

function defaultGroup({ stages }: IntegerProgram): number {
  const perImage = stages.reduce(
    (bytes, { sums, pool }) => bytes + (sums[0] * sums[1] * sums[2]) / (pool * pool),
    0,
  );
  return Math.min(40, Math.max(4, roundUp(GROUP_BYTES / perImage, 4)));
}
