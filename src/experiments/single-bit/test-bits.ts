import { setImmediate } from "node:timers/promises";
import type { JobOptions } from "../../base/progress.js";
import type { FaultModel } from "../../faults/models.js";
import { type Classifier, countCorrect } from "../../inference/classifier.js";
import { codesOf, type DeployedNetwork } from "../../inference/deploy.js";
import type { Encoding } from "../../quantization/encodings.js";
import type { BitStore } from "./bit-rows.js";
import { type BitRow, bitKey, codeWithFault, inMixedOrder, type Stratum } from "./single-bit.js";

/** A network, the images it is tested on, and what a fault does to a bit. */
interface BitSubject {
  readonly network: DeployedNetwork;
  readonly classifier: Classifier;
  readonly labels: Uint8Array;
  readonly fault: FaultModel;
  readonly encoding: Encoding;
}

/** Rows are written, and signals let in, about this often. */
const FLUSH_MS = 250;

/**
 * Tests the bits that the store lacks, one at a time.
 * @returns the number of images classified correctly without faults, and of bits tested
 * @throws the signal's reason if it is aborted; what was tested until then is stored
 */
export async function testBits(
  subject: BitSubject,
  strata: readonly Stratum[],
  store: BitStore,
  { onProgress, signal }: JobOptions = {},
): Promise<{ faultFree: number; tested: number }> {
  const { network, classifier, labels, fault, encoding } = subject;
  const own = codesOf(network);
  const clean = classifier.classify(own);
  const faultFree = countCorrect(clean, labels);
  const stored = new Set(store.rows().map(bitKey));
  const plan = inMixedOrder(strata);
  const missing = plan.filter((test) => !stored.has(bitKey(test)));
  const copies = Object.fromEntries(Object.entries(own).map(([name, codes]) => [name, codes.slice()]));
  const bitsOf = new Map(network.layers.map(({ name, bits }) => [name, bits]));

  const test = ({ layer, weight, bit }: (typeof plan)[number]): BitRow => {
    const before = own[layer]![weight]!;
    const after = codeWithFault(before, bit, { model: fault, bits: bitsOf.get(layer)!, encoding });
    const row = { layer, weight, bit, before, after };
    if (after === before) return { ...row, correct: faultFree, changed: 0 };
    const changedLayer = copies[layer]!;
    changedLayer[weight] = after;
    const classes = classifier.classify({ ...own, [layer]: changedLayer });
    changedLayer[weight] = before;
    return { ...row, correct: countCorrect(classes, labels), changed: countDifferent(classes, clean) };
  };

  const started = performance.now();
  let flushed = started;
  let pending: BitRow[] = [];
  for (const [i, bit] of missing.entries()) {
    pending.push(test(bit));
    const now = performance.now();
    if (now - flushed < FLUSH_MS && i + 1 < missing.length) continue;
    store.add(pending);
    pending = [];
    flushed = now;
    onProgress?.({
      done: plan.length - missing.length + i + 1,
      of: plan.length,
      rate: (1000 * (i + 1)) / (now - started),
      unit: "bits/s",
      note: "",
    });
    await setImmediate();
    signal?.throwIfAborted();
  }
  return { faultFree, tested: missing.length };
}

function countDifferent(a: Uint8Array, b: Uint8Array): number {
  let different = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) different++;
  return different;
}
