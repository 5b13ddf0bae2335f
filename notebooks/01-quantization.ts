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
// # Quantization: what is stored
//
// **Question.** What does the memory hold, and which number does each stored code stand for? Every fault of this study
// strikes these codes, so the size of a fault is decided here.
//
// The definitions are section 2 of [docs/protocol.md](../docs/protocol.md); the code is
// [src/quantization/grid.ts](../src/quantization/grid.ts).
//
// ## The formula
//
// With $n = 2^k - 1$ for $k$ bits, a clip $c$ per layer, and rounding $\lfloor x + \tfrac12 \rfloor$:
//
// $$q = \Big\lfloor n\,\frac{\mathrm{clamp}(w/c,\,-1,\,1) + 1}{2} + \tfrac12 \Big\rfloor, \qquad w_q = c\,\frac{2q - n}{n}
// \qquad\text{(weights)}$$
//
// $$u = \Big\lfloor n\,\mathrm{clamp}(x/c,\,0,\,1) + \tfrac12 \Big\rfloor, \qquad a = c\,\frac{u}{n}
// \qquad\text{(activations)}$$

// %%
import { maxCode, weightCode, weightCodes, weightValue } from "../dist/quantization/index.js";
import { codeHistogram, encodingSteps, quantizer } from "../dist/exhibits/index.js";
import { show, showTable, studyResults } from "../dist/notebook/index.js";

const bits = 4;
showTable(
  [-0.31, -0.05, 0, 0.05, 0.31].map((w) => {
    const q = weightCode(w, 0.25, bits);
    return { "latent weight": w, clip: 0.25, code: q, "value that computes": weightValue(q, 0.25, bits) };
  }),
);

// %% [markdown]
// A weight of exactly 0 becomes half a step: **zero is not a level** of this grid. Activations are another matter: there the
// code 0 stands for 0, so a zero activation costs no multiplication, which is what activation sparsity is about.

// %%
await show(quantizer(bits));

// %% [markdown]
// ## What training makes of it
//
// The clip is learned, one number per layer. It is not a detail: a fault moves a weight by a number of *steps*, and a step
// is $2c/n$. The ratio of the clip to the spread of the weights, **clip/sd**, therefore says how large a fault is beside the
// weights it strikes. Below are the codes of trained networks, read from their checkpoints.

// %%
import { armStyles } from "../dist/exhibits/index.js";
import { readCheckpoint } from "../dist/networks/checkpoints/index.js";
import { deploy } from "../dist/inference/index.js";
import { lenet5 } from "../dist/networks/index.js";
import { mainArms } from "../dist/studies/index.js";

const { results, directory } = await studyResults("lenet5-fashion");
const styleOf = armStyles(results);
const networks = mainArms(results.study).map((arm) => {
  const checkpoint = readCheckpoint(
    `${directory}/checkpoints/${arm}-seed${results.study.seeds[0]}.safetensors`,
  );
  return { arm, checkpoint, network: deploy(lenet5, checkpoint) };
});
const layers = networks.flatMap(({ arm, network }) =>
  network.layers.map(({ name, codes }) => ({
    style: styleOf(arm),
    layer: name,
    codes,
    n: maxCode(bits),
  })),
);
await show(
  codeHistogram(
    layers,
    `Profile ${results.study.profile}, seed ${results.study.seeds[0]}, W4A4. Codes 0 and 15 are the clipped weights.`,
  ),
);

// %% [markdown]
// The deployed codes are those that the grid makes of the stored 32-bit weights: anyone can compute them again.

// %%
const [conv1] = networks[0]!.network.layers;
const stored = networks[0]!.checkpoint.parameters;
const again = weightCodes(stored["conv1.weight"]!.data, stored["conv1.weight_clip"]!.data[0]!, bits);
console.log(
  `conv1: ${again.length} codes, equal to the deployed ones: ${again.every((q, i) => q === conv1!.codes[i])}`,
);

// %% [markdown]
// ## The same code, four ways to store it
//
// The encoding decides which weight a faulty bit leads to. In offset binary the top bit is worth 8 levels, whatever the
// weight, and so it is in two's complement. In sign-magnitude it turns a weight into its negative: little for a small weight,
// much for a large one. In Gray code a low bit moves a weight by one level, and the top bit mirrors it.

// %%
await show(encodingSteps(bits));

// %% [markdown]
// **What it says.** For bit flips, the encoding changes the typical damage of one faulty bit, most of all for the many weights
// near the middle of the grid. For stuck bits it also decides the *direction*: in offset binary a bit stuck at 1 can only
// raise a weight. So the two stuck-at curves of any figure belong to the encoding that its caption names.
//
// **What it does not say.** Which encoding a given accelerator uses; the paper's abstracts do not tell. Networks trained for
// one encoding are the networks for all of them here: the levels are the same, only the stored patterns differ.
