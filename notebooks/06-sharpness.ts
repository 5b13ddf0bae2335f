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
// # Loss landscapes and sharpness (C2)
//
// **Question.** The paper's reason for C1 is that activation-sparse networks lie in sharper minima, and that SAQ works by
// flattening them. Are they sharper, is SAQ flatter, and does sharpness say which networks lose accuracy under faults?
//
// **How.** Sharpness is how much the loss $L$ rises around the quantized weights $w$. There is no one measure of it; the study takes
// six kinds ([docs/protocol.md](../docs/protocol.md), section 6), on the same 2,048 training images for all networks. C2 is judged
// by one of them, fixed beforehand: the mean rise $\mathrm{E}\,L(w + u) - L(w)$ for random $u$ as large as bit flips of rate 1 %,
// AS less standard, paired by seed.
//
// ## The measures, on a function with known answers
//
// A measure is a function of a loss, its gradient, weights and options; it knows nothing of networks. Here is
// $L(w) = \tfrac12 \sum_i h_i w_i^2$, whose Hessian is $\mathrm{diag}(h)$, at $w = (1, 0, 0, 0, 0)$:

// %%
import { stream } from "../dist/base/random/index.js";
import {
  averageRises,
  ball,
  centralDifferences,
  diagonalSums,
  topEigenvalues,
  steepestRise,
  type Vector,
} from "../dist/experiments/sharpness/index.js";
import { showIfAny, showTable, studyResults } from "../dist/notebook/index.js";

const spectrum = Float64Array.of(8, 4, 2, 1, 0.5);
const surface = {
  weights: Float64Array.of(1, 0, 0, 0, 0),
  loss: (w: Vector) => w.reduce((sum, x, i) => sum + (spectrum[i]! * x * x) / 2, 0),
  gradient: (w: Vector) => w.map((x, i) => spectrum[i]! * x),
};
const product = centralDifferences(surface.gradient, surface.weights);
const top = topEigenvalues(product, spectrum.length, { count: 2, draws: stream("notebook", "lanczos") });
const [trace] = diagonalSums(product, [new Float64Array(5).fill(1)], {
  samples: 4,
  key: ["notebook", "trace"],
});
const whole = [{ name: "all", from: 0, to: 5, shape: [5] }];
const [average] = averageRises(surface, whole, [[0.5]], { samples: 1000, key: ["notebook", "average"] });
showTable([
  {
    measure: "two largest eigenvalues",
    value: top.values.map((x) => x.toFixed(6)).join(", "),
    known: "8, 4",
  },
  { measure: "trace", value: trace!.value.toFixed(6), known: "15.5" },
  {
    measure: "SAM sharpness, one step, rho = 0.1",
    value: steepestRise(surface, ball(0.1)).toFixed(6),
    known: "0.84",
  },
  {
    measure: "average-case flatness, radius 0.5",
    value: `${average!.value.toFixed(3)} +- ${average!.standardError.toFixed(3)}`,
    known: "0.3875",
  },
]);

// %% [markdown]
// ## The networks
//
// Measured with `flatenn sharpness`, some minutes a network, and stored beside the results. Here are the main arms that are trained
// as usual; those with SAQ and the controls are in [the whole table](../figures/lenet5-fashion/sharpness.md).

// %%
import {
  associationFigure,
  associationTable,
  claimsTable,
  discussion,
  landscapeContours,
  landscapeLines,
  ofMainArms,
  predictorFigure,
  sharpnessDifferencesTable,
  sharpnessRatios,
  sharpnessRows,
  sharpnessTable,
  armStyles,
} from "../dist/exhibits/index.js";
import { readDocuments, readLandscapes } from "../dist/experiments/sharpness/index.js";

const { results, directory } = await studyResults("lenet5-fashion");
const documents = readDocuments(directory);
const rows = sharpnessRows(results, documents);
const asUsual = ofMainArms(results, rows).filter(
  ({ arm }) => results.study.arms.find(({ id }) => id === arm)!.gradient.rule === "conventional",
);
await showIfAny(sharpnessTable(results, asUsual), "measures of sharpness");

// %% [markdown]
// Eigenvalues and traces shrink as weights grow, so compare those of two arms with the relative forms beside them.
//
// ## Are sparse networks sharper, is SAQ flatter?

// %%
await showIfAny(sharpnessDifferencesTable(results, rows), "measures of sharpness");
const claims = claimsTable(results, rows);
await showIfAny({ ...claims, rows: claims.rows.filter(({ claim }) => claim === "C2") }, "verdict on C2");

// %% [markdown]
// By how much do the measures disagree? The ratio of each to that of the standard network, paired by seed, with its interval; one
// that can be 0 or negative has no ratio and is left out:

// %%
await showIfAny(sharpnessRatios(results, rows), "measures of sharpness");

// %% [markdown]
// ## Does sharpness say who loses accuracy?
//
// Rank correlation of each measure with the drop in accuracy under faults, over all networks of arms and controls; then given
// the two plainer explanations, the clip range and the accuracy without faults. Networks of one arm are alike, so the table has
// intervals with seeds and with arms resampled, and the mean correlation among the networks of one arm. The radius of the primary
// measure is the size of faults: it is close to what it shall explain.

// %%
await showIfAny(associationFigure(results, rows), "measures of sharpness");
await showIfAny(associationTable(results, rows), "measures of sharpness");

// %% [markdown]
// ## What the landscape looks like
//
// The loss along lines through the trained weights: random directions scaled filter by filter, the direction in which SAQ steps,
// and the mean change under each fault type. A step of 1 is as long as the weights.

// %%
const styles = armStyles(results);
const landscapes = ofMainArms(results, readLandscapes(directory));
await showIfAny(landscapeLines(landscapes, styles), "lines through the landscape");
await showIfAny(landscapeContours(landscapes, styles), "planes of the landscape");

// %% [markdown]
// ## Can the loss under faults be predicted?
//
// To second order, faults whose change of the weights has the mean $m$ and the variances $v$ raise the loss by
// $m^\top g + \tfrac12 m^\top H m + \tfrac12 \sum_i v_i H_{ii}$, with gradient $g$ and Hessian $H$ of the network *without* faults.
// Against it stands the measured mean rise over fault maps:

// %%
await showIfAny(predictorFigure(ofMainArms(results, documents), styles), "predicted rises");

// %% [markdown]
// Points on the diagonal are predicted right; where they leave it, faults are too large for a parabola.
//
// What is left of SAQ's gain if the clips cannot change is in [notebook 05](05-sharpness-aware.ipynb).
//
// ## In words

// %%
console.log(discussion(results, rows).find((paragraph) => paragraph.startsWith("C2")));

// %% [markdown]
// **What it does not say.** Correlation over networks is no experiment: arms differ in more than sharpness. Another measure could
// do better, and of many measures one always does best. And sharpness is measured on training images, accuracy on test images.
