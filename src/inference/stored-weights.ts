import type { StagePlan } from "./stage-plan.js";

/** The weights of one layer where the kernels read them, in one copy or two. */
export class StoredWeights {
  readonly #plan: StagePlan;
  readonly #memory: Uint8Array;
  /** The codes that memory holds. */
  readonly #codes: Uint8Array;
  readonly #faultFree: Uint8Array;
  /** By output: how many weights differ from the fault-free ones. */
  readonly #differing: Uint32Array;
  /** Address of every weight in the dense kernel's copy; a weight may lie at several places. */
  readonly #dense: Uint32Array;
  readonly #places: number;
  /** Address in the zero-skipping kernel's copy, where it has one. */
  readonly #skip: Uint32Array | null;

  /** @param codes the fault-free ones */
  constructor(plan: StagePlan, memory: Uint8Array, codes: Uint8Array) {
    const { packing, weights, stage } = plan;
    const copy = plan.skip?.copy;
    this.#plan = plan;
    this.#memory = memory;
    this.#codes = codes.slice();
    this.#faultFree = codes.slice();
    this.#differing = new Uint32Array(stage.sums[2]);
    this.#places = packing.places;
    this.#dense = new Uint32Array(codes.length * packing.places);
    for (let i = 0; i < codes.length; i++)
      packing.offsets(i).forEach((offset, place) => {
        this.#dense[i * packing.places + place] = weights + offset;
      });
    this.#skip = copy ? Uint32Array.from(codes, (_, i) => copy.weights + copy.offset(i)) : null;
    for (let i = 0; i < codes.length; i++) this.#write(i, codes[i]!);
    if (packing.planes > 1) for (const address of this.#dense) memory[address + packing.planeBytes] = 1;
  }

  /** The codes that memory holds, in the layer's order. */
  get codes(): Readonly<Uint8Array> {
    return this.#codes;
  }

  /** 1 for each output some of whose weights are not the fault-free ones; null if there is none. */
  changedOutputs(): Uint8Array | null {
    const changed = Uint8Array.from(this.#differing, (count) => Number(count > 0));
    return changed.includes(1) ? changed : null;
  }

  /** Writes the codes that differ from those in memory. @returns whether there were any */
  set(codes: Uint8Array): boolean {
    // One native comparison tells of most layers of a single-bit fault that there is nothing to do.
    if (Buffer.compare(codes, this.#codes) === 0) return false;
    const held = this.#codes;
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] !== held[i]) this.#write(i, codes[i]!);
    }
    return true;
  }

  /** The bytes in memory. */
  *bytes(): Iterable<Uint8Array> {
    const { weights, packing, skip } = this.#plan;
    yield this.#memory.subarray(weights, weights + packing.bytes);
    const copy = skip?.copy;
    if (copy) yield this.#memory.subarray(copy.weights, copy.weights + copy.bytes);
  }

  #write(i: number, code: number): void {
    const { stage, packing } = this.#plan;
    const output = i % stage.sums[2];
    const value = stage.signs[output]! * (2 * code - stage.maxWeightCode);
    const differed = this.#codes[i] !== this.#faultFree[i];
    this.#codes[i] = code;
    this.#differing[output]! += Number(code !== this.#faultFree[i]) - Number(differed);
    for (let place = i * this.#places; place < (i + 1) * this.#places; place++) {
      const address = this.#dense[place]!;
      // An odd number in two planes: (value - 1) / 2, which the kernel doubles, and 1, which stands there.
      this.#memory[address] = packing.planes > 1 ? value >> 1 : value;
      if (packing.format.weightBytes > 1) this.#memory[address + 1] = value >> 8;
    }
    if (this.#skip) this.#memory[this.#skip[i]!] = value;
  }
}
