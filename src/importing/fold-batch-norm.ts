import type { Array32 } from "../base/arrays.js";
import { UserError } from "../base/errors.js";
import { normsOf, requireCheckpoint } from "../inference/deploy.js";
import { type Checkpoint, networkHash } from "../networks/checkpoints/checkpoint.js";
import { type Model, type Node, readsOf, weightLayers } from "../networks/model.js";
import { NORM_PARTS, parameterName } from "../networks/parameters.js";
import { requireModel } from "../networks/schema.js";

/**
 * Moves every batch norm into the weight layer before it: weights and bias times its gain, plus its offset. The network computes
 * the same, but for rounding, and has no batch norm any more, so that it can be trained on. Quantized, it is another network:
 * one clip then serves channels of different gain.
 * @throws UserError for a batch norm that does not follow a weight layer which nothing else reads
 */
export function foldBatchNorm(
  model: Model,
  checkpoint: Checkpoint,
): { readonly model: Model; readonly checkpoint: Checkpoint } {
  requireModel(model);
  const layers = new Map(weightLayers(model).map((layer) => [layer.name, layer]));
  const parameters: Record<string, Array32> = { ...requireCheckpoint(checkpoint).parameters };
  const renamed = new Map<string, string>();
  for (const [norm, { gain, offset }] of Object.entries(normsOf(model, checkpoint))) {
    const { input } = model.nodes.find(({ name }) => name === norm)!;
    const layer = layers.get(input);
    if (!layer || model.nodes.filter((node) => readsOf(node).includes(input)).length > 1)
      throw new UserError(
        `batch norm ${norm} must follow a weight layer that nothing else reads, got ${input}; it cannot be folded`,
      );
    const scale = (name: string, moved: (o: number) => number) => {
      const { shape, data } = parameters[name]!;
      const folded = data.map((x, i) => x * gain[i % layer.outputs]! + moved(i % layer.outputs));
      parameters[name] = { shape, data: folded };
    };
    scale(`${input}.weight`, () => 0);
    scale(`${input}.bias`, (o) => offset[o]!);
    for (const part of NORM_PARTS) delete parameters[parameterName.norm(norm, part)];
    renamed.set(norm, input);
  }
  const nodes = model.nodes.flatMap((node): Node[] => {
    if (node.op === "batchNorm") return [];
    const from = (name: string) => renamed.get(name) ?? name;
    return [{ ...node, input: from(node.input), ...(node.op === "add" && { other: from(node.other) }) }];
  });
  const folded = { origin: checkpoint.origin, parameters };
  return {
    model: { ...model, nodes },
    checkpoint: { ...folded, origin: { ...folded.origin, settingsHash: networkHash(folded) } },
  };
}
