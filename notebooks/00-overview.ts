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
// # Does activation sparsity make a quantized network fragile?
//
// A quantized network keeps each weight as a code of a few bits. Memory fails: a bit flips, or is stuck at 0 or 1, and
// the network computes with another weight than it was trained with. FlatENN (Malhotra and Gupta,
// [arXiv 2301.00675](https://arxiv.org/abs/2301.00675); revised as
// [arXiv 2406.10528](https://arxiv.org/abs/2406.10528)) asks what this does to networks trained for **sparse
// activations**, which let hardware skip work wherever an activation is zero. Its answer: they lose more accuracy than
// networks of ordinary density, and a training that seeks flat minima of the loss makes both kinds more robust.
//
// This notebook shows what came out when these claims were tested anew, on one small network, from nothing but the two
// abstracts: the networks, their accuracy under faults, and the claims with a verdict. It reads stored results, so it runs in
// seconds.
//
// ## The claims
//
// In our words; [docs/protocol.md](../docs/protocol.md#1-the-claims) has them with their sources, and
// [how each is tested](../docs/protocol.md#5-statistics-and-honesty).
//
// | claim | what it says |
// |---|---|
// | C1 | Under faults in the weights, an activation-sparse network (AS) is less accurate than a standard one. |
// | C2 | A cause, or at least a companion, of this is that the sparse network lies in a sharper minimum of its loss. |
// | C3a | Sharpness-aware quantization (SAQ), instead of conventional training, makes the sparse network more accurate under faults. |
// | C3b | It does the same for the standard network. |
// | C4 | A sparse network trained with SAQ is more accurate under faults than a standard network trained conventionally. |
//
// Why C2 is judged by one measure of sharpness and what others say is in [notebook 06](06-sharpness.ipynb). The paper gives C1
// and C3 as "up to" numbers: the table at the end has them in columns of their own.

// %% [markdown]
// ## What was run
//
// One experiment, the study `lenet5-fashion`: LeNet-5 on Fashion-MNIST, weights and activations quantized, in arms that
// differ only in the L1 penalty on activations (standard without it, AS with one that costs at most a point of accuracy,
// AS-high with one chosen for 85 % zeros on other seeds; the table of networks has what came out) and in the training (conventional or SAQ). All arms of
// a seed start from the same trained float network and see the same batches.
//
// A study has profiles. **quick** is small enough for everyone to repeat in minutes: a single training seed, few epochs,
// few fault maps, part of the validation images. It shows that the machinery works from end to end and what its output
// looks like. Its results are marked **exploratory**: they were there to be looked at while choices were still open, so
// no verdict of theirs is a test of a claim. For that there is the profile **full**, whose choices were fixed before anything
// in this repository read the test images ([how that can be checked](../ARTIFACT.md#the-freeze)).

// %%
import {
  accuracyAgainstRate,
  associationFigure,
  claimEffects,
  claimsTable,
  discussion,
  networkTable,
  penaltiesTable,
  regimesTable,
  seedsTable,
  sharpnessRows,
  toleratedRates,
  tradeOff,
} from "../dist/exhibits/index.js";
import { show, showIfAny, showTable, showText, studyResults } from "../dist/notebook/index.js";
import { isExploratory, publishedDirectory, readResultsFrom } from "../dist/experiments/results/index.js";
import { readDocuments } from "../dist/experiments/sharpness/index.js";
import { mainArms } from "../dist/studies/index.js";

const { results, directory } = await studyResults("lenet5-fashion");
const { study } = results;
const sharpness = sharpnessRows(results, readDocuments(directory));

const percent = (fraction: number) => `${Number((100 * fraction).toPrecision(12))} %`;
const imageCounts = [...new Set(results.trials.map(({ images }) => images))];
showTable([
  { what: "study and profile", value: `${study.name}, ${study.profile}` },
  {
    what: "counts as",
    value: isExploratory(study) ? "exploratory: no test of the claims" : "test of the claims",
  },
  { what: "arms", value: mainArms(study).join(", ") },
  { what: "training seeds", value: study.seeds.length },
  { what: "bits", value: `${study.bits.weights} per weight, ${study.bits.activations} per activation` },
  { what: "weight codes stored as", value: study.campaign.encoding },
  { what: "fault types", value: study.campaign.faults.join(", ") },
  { what: "fault rates per stored bit", value: study.campaign.rates.map(percent).join(", ") },
  { what: "fault maps", value: study.campaign.maps },
  { what: "images", value: `${imageCounts.join(" or ")} ${study.campaign.split} images` },
  { what: "trials", value: results.trials.length },
]);

// %% [markdown]
// ## The networks
//
// Before any fault. **Sparsity** is the share of zeros among the quantized activations that the next layer's weights
// meet. **clip/sd** deserves a look before any comparison below: an offset by one step of the grid, and so every fault,
// is proportional to the clip of the layer's weights. Of two networks alike in all else, that with the smaller clip is hurt
// less by faults, however flat or sharp its minimum; whether the clip decides between these arms, notebook 07 asks.

// %%
showTable(networkTable(results));

// %% [markdown]
// ## Accuracy under faults
//
// Each stored bit of a weight is faulty with the probability on the horizontal axis. Which bits are faulty is drawn once
// per **fault map**: a higher rate keeps the faults of a lower one and adds to them, and every arm meets the same maps,
// so arms are compared under the very same faults.

// %%
await show(accuracyAgainstRate(results));

// %% [markdown]
// **How to read it.** One panel per fault type, one line per arm; colour says which network, a solid line conventional
// training and a dashed one SAQ. The leftmost point, at rate 0, is the accuracy without faults. A band is a 95 %
// interval of the mean: over seeds and maps where there are several of both, over maps alone where there is one seed.
// Bands that overlap do not mean that two arms do not differ: the arms share their maps, so their difference, which the
// claims table has, is known better than either line.
//
// Whether a stuck bit pulls weights up or down depends on how codes are laid out in memory, so compare the two panels
// of stuck-at faults only for the encoding named above.

// %% [markdown]
// ## The trade-off at a glance
//
// The same accuracies, each as the mean over all rates above 0, against what a sparse network is for (above: the share of
// activations that are zero) and against a possible other cause (below: the range of the weight grid). On the left what the
// networks do without faults.

// %%
await show(tradeOff(results));

// %% [markdown]
// ## How many faults can a network bear?
//
// The fault rate at which an arm has lost 1, 5 and 10 points of its own accuracy, on a line over the logarithm of the rate between
// those that were measured, with a bootstrap interval over seeds and maps. It is not the rate at which an arm falls below a given accuracy: an arm that starts
// lower falls below it sooner.

// %%
await showIfAny(toleratedRates(results), "tolerated rates");

// %% [markdown]
// ## Do sharper networks lose more?
//
// The paper's revision says that sharpness and fault tolerance go together. Each point is a network: how much accuracy faults
// cost it, against the sharpness of its minimum (how far the loss rises, on average, when its weights move as far as bit
// flips of a rate of 1 % would move them), its clip range and its accuracy without faults.

// %%
await showIfAny(associationFigure(results, sharpness), "measures of sharpness");

// %% [markdown]
// Most of this is between arms, which were made to differ; among the networks of one arm the association is weaker, and the radius
// of this measure is the size of the faults themselves ([notebook 06](06-sharpness.ipynb) has the numbers). It does not say that
// sparse networks are the sharp ones: that is C2 in the first version's words, which the table below judges.
//
// ## The claims, tested
//
// The effect is the difference in accuracy between two arms, averaged over all rates above 0, in percentage points;
// positive is in favour of the claim. A claim is *supported* if the whole 95 % interval is above zero, *contradicted* if
// it is below, else *inconclusive*. "Largest cell" is our counterpart of the paper's "up to": the fault type and rate
// with the largest difference, chosen on the other seeds and half of the maps and read on the rest, since the largest of many
// noisy numbers is too large.

// %%
showTable(claimsTable(results, sharpness));

// %% [markdown]
// ## Of what damage is that?
//
// A mean over rates hides where it comes from. Here each claim is parted by what the **standard** network has lost, whatever the
// others do: up to 5 points, 5 to 20, more than 20. *As drop*: each network's accuracy without faults is its own zero. These
// numbers are secondary: the cuts were chosen after the results had been seen.

// %%
await showIfAny(regimesTable(results), "regimes of damage");

// %% [markdown]
// C1 speaks of activation sparsity, and AS is one way to get it. The standard network less each network that is made sparse,
// whatever makes it so:

// %%
await showIfAny(penaltiesTable(results), "sparse networks");

// %% [markdown]
// ## Ten seeds, and what the verdicts hang on
//
// Version 2 of the study was planned when all of the above had been read: five more seeds for the arms of the claims, and
// comparisons N1 to N7 ([protocol](../docs/protocol.md#8-version-2-of-the-lenet-5-study)). Of the claims only the seeds 5 to 9 are
// new evidence; the comparisons are secondary and rest on five seeds. Where all networks have the same narrow range of weights
// (N1) C1 is not reversed any more ([what else came out](../docs/results.md#version-2)).

// %%
const later = publishedDirectory("lenet5-fashion", "version-2");
const second = await readResultsFrom(later);
await show(claimEffects(second));
showTable(seedsTable(second, sharpnessRows(second, readDocuments(later))));

// %% [markdown]
// ## Agreement and disagreement with the paper
//
// The same in words: for each claim the verdict, then every condition with its number, by one template, none left out.

// %%
showText(discussion(results, sharpness));

// %% [markdown]
// ## What this does not say
//
// - **One small network on one data set.** The paper's maxima may come from networks, data or rates that are not tested
//   here; a difference from them is no refutation.
// - **Where the abstracts are silent, we chose**: quantizer, penalty, fault rates, which layers are quantized. The
//   protocol marks each choice. The range of the quantizer sets the size of a fault; notebook 07 has what another one does.
// - **With few seeds** an interval is as good as the assumption that seeds differ about normally. With one it covers the luck of
//   the fault maps, not that of training: another seed may differ by more than the band is wide.
// - **Only stored weights fail.** Biases, clips, activations and the arithmetic are taken to be sound, and no memory
//   protection is modelled.
// - **A verdict is about accuracy, not its cause.** That SAQ helps would not show that flatness is why; see clip/sd
//   above for another reason.
//
// To repeat all of it, from training on: `npm run reproduce:full` (hours); `npm start` repeats the quick profile. To run this
// notebook again: `npm run notebooks`.
