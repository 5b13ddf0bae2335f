import { setImmediate } from "node:timers/promises";
import { stream } from "../../base/random/stream.js";
import { gatherLabels } from "../../datasets/images.js";
import { drawFaultMap } from "../../faults/map.js";
import { codesOf, deploy } from "../../inference/deploy.js";
import { integerClassifier } from "../../inference/engine.js";
import { quantizedLayers } from "../../networks/bits.js";
import type { SharpnessDocument } from "../sharpness/documents.js";
import { faultRises } from "../sharpness/fault-rises.js";
import { sharpnessImages } from "../sharpness/images.js";
import { type Measure, partsOf } from "../sharpness/measure-network.js";
import { modelOf } from "../study/content.js";
import { aboutStudy } from "../study/definition.js";
import type { Study } from "../study/study.js";
import type { CheckedSharpness } from "./check-sharpness.js";
import type { Findings } from "./findings.js";
import { hasTensorFlow } from "./recompute-training.js";
import { sampleOf } from "./sample.js";

/** Relative difference that floating-point sums of another processor may have; and of losses near 0, in nats. */
const [RELATIVE, ABSOLUTE] = [2e-3, 1e-4];

/**
 * Recomputes of documents what is cheap: with the engine the loss and one rise under faults, drawn at random; with TensorFlow, where
 * it is and all is asked for, the averages around networks that the study judges. What is not recomputed is named.
 * @param all every document, instead of one drawn at random
 */
export async function recomputeSharpness(
  study: Study,
  documents: CheckedSharpness["documents"],
  { all, sampleSeed, signal }: { all: boolean; sampleSeed: number; signal: AbortSignal | undefined },
): Promise<Findings> {
  if (documents.length === 0) return { problems: [], notChecked: [] };
  const chosen = all ? documents : sampleOf(documents, { share: 1e-9, least: 1, seed: sampleSeed });
  const problems: string[] = [];
  for (const { document, network } of chosen) {
    problems.push(...engineProblems(study, document, network.checkpoint, sampleSeed));
    await setImmediate();
    signal?.throwIfAborted();
  }
  const { sharpness: judged } = aboutStudy(study).judgement;
  const arms = new Set(
    [...(judged?.sharper ?? []), ...(judged?.flatter ?? [])].flatMap(({ first, second }) => [first, second]),
  );
  const deciding = documents.filter(({ document: { arm } }) => arms.has(arm));
  const withTensors = all && deciding.length > 0 && (await hasTensorFlow());
  if (withTensors) {
    const { openSubject } = await import("../sharpness/subject.js");
    for (const { document, network } of deciding) {
      const { subject, dispose } = openSubject(study, network.checkpoint, document.settings);
      try {
        const average = partsOf(subject, document.settings).find(({ name }) => name === "average")!;
        for (const again of average.find().measures) problems.push(...compare(document, again));
      } finally {
        dispose();
      }
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  const of = all ? `${documents.length} documents` : `1 of ${documents.length} documents`;
  return {
    problems,
    notChecked: [
      `sharpness: of ${of} the loss and one rise under faults were recomputed` +
        (withTensors
          ? `, of ${deciding.length} the averages, one of which the claim on sharpness is judged by`
          : "") +
        "; measured again by `flatenn sharpness` alone are " +
        (withTensors ? "" : "averages, ") +
        "steps and ascents, eigenvalues, traces, predictions, and the other rises",
    ],
  };
}

/** Holds loss and one rise under faults of a document against the integer engine. */
function engineProblems(
  study: Study,
  document: SharpnessDocument,
  checkpoint: Parameters<typeof deploy>[1],
  sampleSeed: number,
): string[] {
  const { settings, arm, seed, maps, encoding } = document;
  const model = modelOf(study);
  const network = deploy(model, checkpoint);
  const { dataset, indices } = sharpnessImages(study, settings.images);
  const classifier = integerClassifier(network, dataset, indices);
  const labels = gatherLabels(dataset, indices);
  try {
    const loss = (codes: ReturnType<typeof codesOf>) => classifier.loss(codes, labels);
    const drawn = stream("verify", sampleSeed, arm, seed).integer(document.faultRises.length);
    const rise = document.faultRises[drawn]!;
    const all = {
      key: maps,
      layers: quantizedLayers(model, network.bits),
      bits: network.bits.weights,
      ceiling: study.campaign.ceiling,
    };
    const [again] = faultRises(
      network,
      loss,
      Array.from({ length: settings.maps }, (_, index) => drawFaultMap({ ...all, index })),
      {
        cells: [{ fault: rise.fault, layer: rise.layer, rates: [rise.rate] }],
        encoding,
      },
    );
    const id = `${rise.fault} at ${rise.rate} in ${rise.layer || "all layers"}`;
    return [
      ...compare(document, { id: "loss", value: loss(codesOf(network)), standardError: null }),
      ...difference(document, `the rise under ${id}`, rise.value, again!.value),
      ...difference(
        document,
        `the standard error of the rise under ${id}`,
        rise.standardError,
        again!.standardError,
      ),
    ];
  } finally {
    classifier.dispose();
  }
}

function compare(
  document: SharpnessDocument,
  again: Pick<Measure, "id" | "value" | "standardError">,
): string[] {
  const stored = document.measures.find(({ id }) => id === again.id);
  return [
    ...difference(document, again.id, stored?.value, again.value),
    ...difference(document, `the standard error of ${again.id}`, stored?.standardError, again.standardError),
  ];
}

function difference(
  { arm, seed }: SharpnessDocument,
  what: string,
  stored: number | null | undefined,
  again: number | null,
): string[] {
  if (stored === again) return [];
  if (
    typeof stored === "number" &&
    again !== null &&
    Math.abs(stored - again) <= RELATIVE * Math.abs(again) + ABSOLUTE
  )
    return [];
  return [`sharpness/${arm}-seed${seed}.json has ${what} ${stored}, recomputed ${again}`];
}
