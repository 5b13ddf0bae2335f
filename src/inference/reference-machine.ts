import type { Evaluator } from "./classifier.js";
import type { Codes } from "./deploy.js";
import type { IntegerProgram } from "./program.js";
import { type Evaluation, evaluate, firstLargest } from "./reference.js";

/** The scalar reference as an engine: slow, to be compared with. Holds nothing, so every evaluation is a whole one. */
export class ReferenceMachine implements Evaluator {
  readonly group = 1;
  readonly #program: IntegerProgram;
  readonly #images: Uint8Array;
  readonly #imageBytes: number;
  #weights: Codes;
  #last: Evaluation | undefined;

  /** @param images [count, height, width, channels], bytes */
  constructor(program: IntegerProgram, weights: Codes, images: Uint8Array) {
    this.#program = program;
    this.#weights = weights;
    this.#images = images;
    this.#imageBytes = program.input[0] * program.input[1] * program.input[2];
  }

  setWeights(codes: Codes): void {
    this.#weights = codes;
  }

  weightBytes(): Iterable<Uint8Array> {
    return Object.values(this.#weights);
  }

  predict(): Uint8Array {
    const classes = new Uint8Array(this.#images.length / this.#imageBytes);
    this.forEachLogits((logits, image) => {
      classes[image] = firstLargest(logits);
    });
    return classes;
  }

  forEachLogits(visit: (logits: Float64Array, image: number) => void): void {
    for (let image = 0; image * this.#imageBytes < this.#images.length; image++)
      visit(this.#evaluate(image).logits, image);
  }

  runGroup(first: number): void {
    this.#last = this.#evaluate(first);
  }

  codes(name: string, _i: number): Uint8Array {
    return this.#last!.codes[name]!;
  }

  #evaluate(image: number): Evaluation {
    const from = image * this.#imageBytes;
    return evaluate(this.#program, this.#weights, this.#images.subarray(from, from + this.#imageBytes));
  }
}
