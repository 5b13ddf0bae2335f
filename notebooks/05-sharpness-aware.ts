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
// # Sharpness-aware quantization: does it help? (C3, C4)
//
// **Question.** SAQ trains a quantized network with the gradient taken a step *uphill* from where it stands, so that the loss
// is low not at a point but around it. Does that make networks more accurate under faults: the sparse one (C3a), the standard
// one (C3b), and the sparse one with SAQ more than the standard one without (C4)?
//
// ## The step
//
// SAQ ([arXiv 2111.12273](https://arxiv.org/abs/2111.12273)), in the form of
// [docs/protocol.md](../docs/protocol.md), section 2, with $Q$ the quantizer:
//
// $$g = \nabla L(Q(w)), \qquad e = \rho\,\frac{g}{\lVert g\rVert_2}, \qquad
// \text{step with } \nabla L\big(Q(w) + e\big) \text{ at } w$$
//
// The function takes any loss with its gradient, on plain arrays. Here is one weight in a loss with two minima of equal depth,
// a narrow one at -1 and a wide one at +1:

// %%
import { sharpnessAwareGradient, type LossGradient, type Point } from "../dist/training/gradients/index.js";
import { show, showIfAny, showTable, studyResults } from "../dist/notebook/index.js";

const [narrow, wide] = [0.15, 0.8];
const lossAt = (w: number) =>
  -Math.exp(-(((w + 1) / narrow) ** 2) / 2) - Math.exp(-(((w - 1) / wide) ** 2) / 2);
const slopeAt = (w: number) =>
  ((w + 1) / narrow ** 2) * Math.exp(-(((w + 1) / narrow) ** 2) / 2) +
  ((w - 1) / wide ** 2) * Math.exp(-(((w - 1) / wide) ** 2) / 2);
const lossGradient: LossGradient = ({ w }) => {
  const at = w!.data[0]!;
  return {
    loss: lossAt(at),
    weights: { w: { shape: [1], data: Float32Array.of(slopeAt(at)) } },
    rest: {},
  };
};
const point = (w: number): Point => ({
  weights: { w: { shape: [1], data: Float32Array.of(w) } },
  weightClips: {},
  rest: {},
});
showTable(
  [-1.05, -0.95, 0.9, 1.1].map((w) => {
    const { weights, perturbation } = sharpnessAwareGradient(lossGradient, point(w), undefined, {
      rule: "saq",
      rho: 0.2,
    });
    return {
      w,
      gradient: slopeAt(w).toFixed(3),
      "step uphill e": perturbation.weights["w"]!.data[0]!.toFixed(3),
      "gradient there": weights["w"]!.data[0]!.toFixed(3),
    };
  }),
);

// %% [markdown]
// The rise of the loss along that step is **sharpness**: at equal depth, the narrow minimum has more of it, and how much more
// depends on the radius.

// %%
const rise = (w: number, rho: number) => {
  const { perturbation } = sharpnessAwareGradient(lossGradient, point(w), undefined, { rule: "saq", rho });
  return (lossAt(w + perturbation.weights["w"]!.data[0]!) - lossAt(w)).toFixed(3);
};
showTable(
  [0.05, 0.1, 0.2, 0.4].map((rho) => ({
    rho,
    "rise, narrow minimum": rise(-1.001, rho),
    "rise, wide minimum": rise(1.001, rho),
  })),
);

// %% [markdown]
// The radius decides what counts as sharp: it was chosen on validation images by one rule for every arm (section 5 of the
// protocol).
//
// ## The claims

// %%
import {
  accuracyAgainstRate,
  claimsTable,
  mediationFigure,
  networkTable,
  regimesTable,
} from "../dist/exhibits/index.js";

const { results } = await studyResults("lenet5-fashion");
const table = claimsTable(results);
showTable({ ...table, rows: table.rows.filter(({ claim }) => String(claim).match(/^C[34]/)) });

// %% [markdown]
// These are means over all rates. By what the standard network itself has lost, in accuracy and *as drop* (each network's accuracy
// without faults is its own zero, since SAQ costs some of it):

// %%
const regimes = regimesTable(results);
await showIfAny(
  { ...regimes, rows: regimes.rows.filter(({ label }) => String(label).match(/^C[34]/)) },
  "regimes of damage",
);

// %%
await show(accuracyAgainstRate(results));

// %% [markdown]
// ## The confound: the clip
//
// SAQ changes more than sharpness. The size of a fault is proportional to the clip of the layer's weights, and training with
// another gradient learns another clip:

// %%
showTable(networkTable(results));

// %% [markdown]
// The controls with **frozen clips** answer how much of SAQ's gain is left when the clip cannot change: both networks then have
// the clips that the conventional arm of the same seed ended with.

// %%
await showIfAny(mediationFigure(results), "networks with frozen clips");

// %% [markdown]
// **What it says.** The verdicts are ones on the mean over all rates; the table by damage says how much of it is there while a
// network is still of use. *Largest cell* is our counterpart of the paper's "up to", chosen on other data than it is read on.
//
// **What it does not say.** That flatness is the cause. With frozen clips the range is not the way by which SAQ gains, but clips are
// not all that differs between two networks. Notebook 06 measures sharpness; notebook 07 has controls (twice the epochs, clipping,
// bit-error training, SAM in two other places), of which some gain more than SAQ.
