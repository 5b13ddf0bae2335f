import { gatherLabels } from "../../datasets/images.js";
import { drawFaultMap } from "../../faults/map.js";
import { deploy } from "../../inference/deploy.js";
import { integerClassifier } from "../../inference/engine.js";
import { quantizedLayers } from "../../networks/bits.js";
import { type Checkpoint, networkHash } from "../../networks/checkpoints/checkpoint.js";
import { contentOf, modelOf } from "../study/content.js";

import type { Study } from "../study/study.js";
import type { SharpnessDocument, SharpnessHead } from "./documents.js";
import { sharpnessImages } from "./images.js";
import { part } from "./layers.js";
import type { SharpnessSubject } from "./measure-network.js";
import type { SharpnessSettings } from "./settings.js";
import { networkLoss } from "./tensor.js";
import { norm } from "./vector.js";

/** A trained network made ready to be measured; TensorFlow must be loaded. */
export interface OpenSubject {
  readonly head: SharpnessHead;
  readonly layers: SharpnessDocument["layers"];
  readonly subject: SharpnessSubject;
  dispose(): void;
}

export function openSubject(study: Study, checkpoint: Checkpoint, settings: SharpnessSettings): OpenSubject {
  const model = modelOf(study);
  const network = deploy(model, checkpoint);
  const { dataset, key, indices } = sharpnessImages(study, settings.images);
  const { encoding, ceiling } = study.campaign;
  // maps of their own, so that those of a study's campaign are looked at by nobody before
  const maps = `${study.name}-sharpness`;
  const tensors = networkLoss(network, dataset, indices);
  const classifier = integerClassifier(network, dataset, indices);
  const labels = gatherLabels(dataset, indices);
  const { arm, seed } = checkpoint.origin;
  return {
    head: {
      study: study.name,
      profile: study.profile,
      arm,
      seed,
      network: networkHash(checkpoint),
      model: model.name,
      bits: network.bits,
      encoding,
      images: { dataset: contentOf(study).dataset, split: "train", key, count: indices.length },
      maps,
      settings,
    },
    layers: tensors.layers.map((layer, l) => ({
      name: layer.name,
      weights: layer.to - layer.from,
      norm: norm(part(tensors.weights, layer)),
      clip: network.layers[l]!.clip,
    })),
    subject: {
      study: study.name,
      network,
      layers: tensors.layers,
      surface: tensors,
      product: tensors.product,
      codeLoss: (codes) => classifier.loss(codes, labels),
      encoding,
      map: (index) =>
        drawFaultMap({
          key: maps,
          index,
          layers: quantizedLayers(model, network.bits),
          bits: network.bits.weights,
          ceiling,
        }),
    },
    dispose() {
      tensors.dispose();
      classifier.dispose();
    },
  };
}
