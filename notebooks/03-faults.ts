// ---
// jupyter:
//   jupytext:
//     cell_metadata_filter: -all
//     notebook_metadata_filter: kernelspec,-jupytext.text_representation.jupytext_version,-jupytext.text_representation.format_version
//     text_representation:
//       extension: .ts
//       format_name: percent
//   kernelspec:
//     display_name: TypeScript (tslab)
//     language: typescript
//     name: tslab
// ---

// %% [markdown]
// # Faults: what fails, and what it does to a weight
//
// **Question.** Which stored bits fail, what is read from them, and how far does that move a weight, on average and in its
// spread?
//
// The definitions are section 3 of [docs/protocol.md](../docs/protocol.md); the code is [src/faults](../src/faults).
//
// ## Fault maps
//
// A **fault map** gives every stored weight bit one uniform number $u$, drawn once from a named stream. At rate $p$ the bit is
// faulty where $u < p$. So a map does not depend on the network, a lower rate is a subset of a higher one, and every arm and
// seed of a study meets the same maps: comparisons are paired. Drawn again anywhere, a map is the same, bit by bit.

// %%
import { drawFaultMap, faultModel, injectFaults } from "../dist/faults/index.js";
import { lenet5, weightLayers } from "../dist/networks/index.js";
import { show, showTable, studyResults } from "../dist/notebook/index.js";

const bits = 4;
const shapes = weightLayers(lenet5).map(({ name, weights }) => ({ name, weights }));
const map = drawFaultMap({ layers: shapes, key: "tutorial", index: 0, bits, ceiling: 0.1 });
showTable(
  shapes.map(({ name, weights }) => {
    const { u } = map.layers.find((layer) => layer.name === name)!;
    const faulty = (rate: number) => u.filter((x) => x < rate).length;
    return {
      layer: name,
      "stored bits": weights * bits,
      "faulty at 0.1 %": faulty(0.001),
      "at 1 %": faulty(0.01),
      "at 5 %": faulty(0.05),
    };
  }),
);

// %% [markdown]
// ## Fault models
//
// A model says what is read when a value was stored and some of its bits are faulty: a pure function of two integers.

// %%
showTable(
  ["flip", "sa0", "sa1"].map((id) => {
    const model = faultModel(id);
    const read = (stored: number) => model.apply(stored, 0b0101).toString(2).padStart(4, "0");
    return { model: model.title, id, "0011 is read as": read(0b0011), "1100 is read as": read(0b1100) };
  }),
);
console.log("The faulty bits are 0101: the lowest and the third.");

// %% [markdown]
// There are more: flips that are likelier for one stored value (`asymmetric:0.1:1`), whole rows or columns of a memory array
// (`flip/rows:256x64`), one bit of a hit weight (`flip/weights`), chosen bit positions (`sa1/bits:3`), and models of your own
// (notebook 08). Applied to codes:

// %%
const codes = new Uint8Array(shapes[0]!.weights).fill(9); // 9 is stored as 1001
const conv1 = map.layers[0]!;
showTable(
  ["flip", "sa0", "sa1", "sa1/bits:3"].map((id) => {
    const model = faultModel(id);
    const own = model.sites
      ? drawFaultMap({
          layers: shapes,
          key: "tutorial",
          index: 0,
          bits,
          ceiling: 0.1,
          sites: model.sites,
        }).layers[0]!
      : conv1;
    const read = injectFaults(codes, own, { rate: 0.1, model, bits, encoding: "offset-binary" });
    return {
      model: id,
      "bits exposed": read.exposed,
      faulty: read.faulty,
      "changed what is read": read.changed,
    };
  }),
);

// %% [markdown]
// A bit stuck at the value that it stores anyway changes nothing: stuck-at faults change about half as many bits as flips at the
// same rate. But they move weights in one direction, and may hurt more (notebook 04): what matters for accuracy is how far
// weights move, and whether these moves add up.
//
// ## Closed forms
//
// With $w = c\,(2q - n)/n$ in offset binary and faults at rate $p$:
//
// | fault | mean change | variance |
// |---|---|---|
// | flip | $-2p\,w$ | $p(1-p)\,c^2\,\frac{4}{3}\,\frac{2^k+1}{2^k-1}$, the same for every code |
// | stuck-at-0 | $-p\,(w + c)$ | $p(1-p)\,(2c/n)^2 \sum 4^b$ over the set bits $b$ |
// | stuck-at-1 | $p\,(c - w)$ | the same over the clear bits |
//
// So a flip shrinks every weight a little and adds noise; a stuck bit **shifts all weights of a layer in one direction**. Both
// are proportional to the clip $c$. Does the code do what the formulas say? Below, 400 maps strike 500 weights of each code at
// a rate of 5 %; every point is one code.

// %%
import { faultMoments } from "../dist/faults/index.js";
import { maxCode, weightValue } from "../dist/quantization/index.js";
import { type MomentPair, momentsAgainstSimulation } from "../dist/exhibits/index.js";

const rate = 0.05;
const each = 500;
const maps = 400;
const all = Uint8Array.from({ length: (maxCode(bits) + 1) * each }, (_, i) => Math.floor(i / each));
const faults = ["flip", "sa0", "sa1"];
const sums = faults.map(() => Array.from({ length: maxCode(bits) + 1 }, (): [number, number] => [0, 0]));
for (let index = 0; index < maps; index++) {
  const drawn = drawFaultMap({
    layers: [{ name: "weights", weights: all.length }],
    key: "moments",
    index,
    bits,
    ceiling: 0.1,
  });
  for (const [i, id] of faults.entries()) {
    const { codes: read } = injectFaults(all, drawn.layers[0]!, {
      rate,
      model: faultModel(id),
      bits,
      encoding: "offset-binary",
    });
    for (const [j, q] of all.entries()) {
      if (read[j] === q) continue;
      const change = weightValue(read[j]!, 1, bits) - weightValue(q, 1, bits);
      sums[i]![q]![0] += change;
      sums[i]![q]![1] += change ** 2;
    }
  }
}
const pairs = faults.flatMap((fault, i): MomentPair[] =>
  sums[i]!.map(([sum, squares], code) => {
    const { mean, variance } = faultMoments(Uint8Array.of(code), {
      clip: 1,
      bits,
      rate,
      model: faultModel(fault),
    });
    const simulatedMean = sum / (maps * each);
    return {
      fault,
      code,
      mean: mean[0]!,
      simulatedMean,
      variance: variance[0]!,
      simulatedVariance: squares / (maps * each) - simulatedMean ** 2,
    };
  }),
);
await show(
  momentsAgainstSimulation(
    pairs,
    `Rate 5 %, 4 bits, offset binary, clip 1. ${maps} fault maps, ${each} weights of each code.`,
  ),
);

// %% [markdown]
// ## How large is a fault beside a weight?
//
// The root of the expected squared change over the mean square of the weights, for flips at 1 %, in trained networks. At equal
// weights a smaller clip means smaller faults, flat minimum or not. That is why every comparison of this project shows clip/sd
// beside it.

// %%
import { readCheckpoint } from "../dist/networks/checkpoints/index.js";
import { deploy } from "../dist/inference/index.js";
import { relativeSize } from "../dist/faults/index.js";
import { weightValues } from "../dist/quantization/index.js";
import { armStyles } from "../dist/exhibits/index.js";
import { mainArms } from "../dist/studies/index.js";

const { results, directory } = await studyResults("lenet5-fashion");
const styleOf = armStyles(results);

showTable(
  mainArms(results.study).map((arm) => {
    const path = `${directory}/checkpoints/${arm}-seed${results.study.seeds[0]}.safetensors`;
    const network = deploy(lenet5, readCheckpoint(path));
    const percent = network.layers.map(({ name, codes, clip, bits }) => {
      const size = 0.01 * relativeSize(weightValues(codes, clip, bits), clip, bits);
      return [name, `${(100 * Math.sqrt(size)).toFixed(1)} %`] as const;
    });
    return { arm: styleOf(arm).title, ...Object.fromEntries(percent) };
  }),
);
console.log(
  "Root mean square change of the weights, relative to that of the weights themselves: flips at a rate of 1 %.",
);

// %% [markdown]
// ## Where faults hurt
//
// One weight layer at a time has faults, all others are sound (an extra campaign of the full study). A rate is per stored bit, so a
// large layer has more faulty bits.

// %%
import { layerFaultsFigure } from "../dist/exhibits/index.js";
import { showIfAny } from "../dist/notebook/index.js";

await showIfAny(layerFaultsFigure(results), "campaign by layer");

// %% [markdown]
// **What it says.** With one faulty bit in a hundred, weights move by a sizeable share of their own size (the table). That is many times the
// radius at which sharpness-aware training looks around a minimum, so whether flatness at *its* radius helps against faults
// is an open question, which notebook 06 takes up.
//
// **What it does not say.** That faults in a real memory are independent and uniform. The other models above are there for
// that, and `npx flatenn campaign --fault` runs any of them.
