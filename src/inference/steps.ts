/**
 * What an evaluation need not compute. A stage with fault-free weights and operands gives the fault-free output again, and
 * so does an output channel whose own weights are fault-free. Such outputs are held for all images (held.ts): the first
 * evaluation that leaves them fault-free writes them there, later ones read them.
 */
import { Field, Method } from "./assembly/fields.js";
import type { HeldOutput } from "./held.js";
import { isFlat } from "./layout.js";
import { outputName, type Stage } from "./program.js";
import type { Plan, StagePlan } from "./stage-plan.js";

/** One call of a kernel: a stage, or some of its output channels. */
export interface Step {
  /** Its description, for the first group of images. */
  readonly words: Int32Array;
  /** Words that move on with the images, by so many bytes an image. */
  readonly moves: readonly (readonly [field: Field, imageBytes: number])[];
  /** The held output that is copied into the group's buffer first, where only some channels are computed anew. */
  readonly copy: HeldOutput | null;
}

/** An evaluation of any group of images. */
export interface Evaluation {
  readonly steps: readonly Step[];
  /** Outputs that lie where they are held; others lie in the group's buffers, or were not needed. */
  readonly fromHeld: ReadonlySet<string>;
  /** Outputs that the steps write. */
  readonly written: ReadonlySet<string>;
}

/** By layer with changed weights: 1 for each output that they belong to. */
export type ChangedOutputs = ReadonlyMap<string, Uint8Array>;

/** Every stage, into the group's buffers. */
export function wholeEvaluation({ stages, buffers }: Plan): Evaluation {
  const inputBytes = buffers.get("input")!.imageBytes;
  const steps = stages.map((stage) => wholeStage(stage, inputBytes, new Map()));
  const written = stages.map(({ stage }) => outputName(stage)).filter((name) => name !== null);
  return { steps, fromHeld: new Set(), written: new Set(written) };
}

/**
 * The steps that give the logits: stages whose weights or operands changed, and what they need that is not held.
 * @param filled held outputs that an earlier evaluation has written
 */
export function planEvaluation(
  { stages, held, buffers }: Plan,
  changed: ChangedOutputs,
  filled: ReadonlySet<string>,
): Evaluation {
  const faulty = new Set<string | null>();
  for (const { stage } of stages)
    if (changed.has(stage.name) || readsFaulty(stage, faulty)) faulty.add(outputName(stage));

  const needed = new Set<string | null>([null]);
  const isReused = (name: string | null) => name !== null && filled.has(name) && !faulty.has(name);
  for (const { stage } of [...stages].reverse())
    if (needed.has(outputName(stage)) && !isReused(outputName(stage)))
      for (const operand of operands(stage)) needed.add(operand);

  const reachable = new Map([...held].filter(([name]) => needed.has(name) && !faulty.has(name)));
  const steps: Step[] = [];
  const written = new Set<string>();
  for (const plan of stages) {
    const name = outputName(plan.stage);
    if (!needed.has(name) || isReused(name)) continue;
    const whole = wholeStage(plan, buffers.get("input")!.imageBytes, reachable);
    const copy = name !== null && filled.has(name) && !readsFaulty(plan.stage, faulty) && held.get(name)!;
    const some = copy && changedBlocks(plan, changed.get(plan.stage.name)!);
    if (copy && some)
      some.forEach((words, i) => {
        steps.push({ ...whole, words: add(whole.words, words), copy: i === 0 ? copy : null });
      });
    else steps.push(whole);
    if (name !== null) written.add(name);
  }
  return { steps, fromHeld: new Set(reachable.keys()), written };
}

/** The most steps that an evaluation has: no two runs of changed blocks of a stage touch. */
export function mostSteps(stages: readonly Stage[]): number {
  return stages.reduce((all, { sums }) => all + Math.ceil(sums[2] / 4) + 1, 0);
}

/** The codes and reals that a stage reads. */
function operands({ reads, output }: Stage): readonly string[] {
  return output.kind === "residual" ? [reads, output.other] : [reads];
}

function readsFaulty(stage: Stage, faulty: ReadonlySet<string | null>): boolean {
  return operands(stage).some((name) => faulty.has(name));
}

/** @param held where outputs lie that are not in the group's buffers */
function wholeStage(
  { stage, words, pixels }: StagePlan,
  inputBytes: number,
  held: ReadonlyMap<string, HeldOutput>,
): Step {
  const placed = words.slice();
  const moves: [Field, number][] = [];
  const place = (field: Field, name: string | null) => {
    const found = name !== null && held.get(name);
    if (found) placed[field]! += found.held - found.group;
    if (found) moves.push([field, found.imageBytes]);
    if (name === "input") moves.push([field, inputBytes]);
  };
  place(Field.input, stage.reads);
  place(Field.output, outputName(stage));
  if (stage.output.kind === "residual") place(Field.other, stage.output.other);
  if (pixels) moves.push([Field.pairs, pixels.pairsImage], [Field.windowSums, pixels.windowSumsImage]);
  return { words: placed, moves, copy: null };
}

/** Outputs that a kernel computes together, and how its words change from one such block to the next. */
interface Block {
  readonly outputs: number;
  readonly steps: readonly (readonly [field: Field, bytes: number])[];
}

/** The blocks of a stage that can be computed alone; null if it has none. */
function blockOf({ stage, words, packing, pixels, table }: StagePlan): Block | null {
  const method: Method = words[Field.method]!;
  const { output } = stage;
  if (method === Method.pixels8)
    return {
      outputs: 2,
      steps: [
        [Field.pixelWeights, pixels!.pairBytes],
        [Field.pixelTable, 24],
        [Field.output, 2],
      ],
    };
  // The lists of the skipping kernel cost as much for one block as for all.
  if (method === Method.skip || output.kind === "logits") return null;
  // The surplus codes of a last block would fall on the next position's first codes, which nobody computes again.
  const { outputs } = packing.format;
  const isSurplusWritten = method !== Method.dense32 && output.kind !== "reals" && !isFlat(stage);
  if (isSurplusWritten && stage.sums[2] % outputs !== 0) return null;
  const otherIsReal = output.kind === "residual" && output.otherScale === null;
  return {
    outputs,
    steps: [
      [Field.weights, packing.blockBytes],
      [Field.table, (table.words.length / packing.blocks) * 4],
      [Field.output, output.kind === "reals" ? 4 * outputs : outputs],
      [Field.other, otherIsReal ? 4 * outputs : outputs],
    ],
  };
}

/** What to add to a stage's words for each run of blocks with changed outputs; null if that is the whole stage. */
function changedBlocks(plan: StagePlan, changed: Uint8Array): Int32Array[] | null {
  const block = blockOf(plan);
  if (!block) return null;
  const count = Math.ceil(changed.length / block.outputs);
  const isChanged = (b: number) => changed.subarray(b * block.outputs, (b + 1) * block.outputs).includes(1);
  const runs: Int32Array[] = [];
  for (let from = 0; from < count; from++) {
    if (!isChanged(from)) continue;
    let to = from + 1;
    while (to < count && isChanged(to)) to++;
    if (to - from === count) return null;
    const words = new Int32Array(Field.count);
    words[Field.blocks] = to - from - count;
    words[Field.outputs] =
      Math.min(to * block.outputs, changed.length) - from * block.outputs - changed.length;
    for (const [field, bytes] of block.steps) words[field] = from * bytes;
    runs.push(words);
    from = to;
  }
  return runs;
}

function add(words: Int32Array, more: Int32Array): Int32Array {
  return words.map((word, i) => word + more[i]!);
}
