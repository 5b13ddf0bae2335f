import { type Array32, scalar } from "../../base/arrays.js";
import { dictionary } from "../../base/dictionary.js";
import { UserError } from "../../base/errors.js";
import { type OptionKeys, requireOptions } from "../../base/options.js";
import { settingsHash } from "../../base/settings-hash.js";
import { gatherImages, type ImageDataset, requireImagesOf } from "../../datasets/images.js";
import { deploy, requireCheckpoint } from "../../inference/deploy.js";
import { floatEvaluator } from "../../inference/float.js";
import { compile } from "../../inference/program.js";
import { type Bits, quantizedLayers, requireBitsOf } from "../../networks/bits.js";
import type { Checkpoint } from "../../networks/checkpoints/checkpoint.js";
import { activationNodes, type Model } from "../../networks/model.js";
import { requireModel } from "../../networks/schema.js";
import { type ClipRule, chooseClip, type Grid } from "../../quantization/clips.js";

export interface PostTrainingOptions {
  readonly bits: Bits;
  /** Default: least squares. */
  readonly weightClips?: ClipRule;
  /** Default: least squares. */
  readonly activationClips?: ClipRule;
}

const OPTIONS: OptionKeys<PostTrainingOptions> = { bits: true, weightClips: true, activationClips: true };
const LEAST_SQUARES: ClipRule = { rule: "least-squares" };

/**
 * Quantizes a float network as it is, without training: weights stay, and clips are chosen from the weights and from the
 * activations of a float forward pass over calibration images. Biases and batch norm are not quantized
 * (docs/protocol.md section 2). Needs no TensorFlow.
 * @param images for calibration: some hundred of those that the network was trained on
 * @returns a quantized checkpoint, arm `"post-training"`
 * @throws UserError for a layer that is 0 throughout, or a model that is no integer program, saying which node
 */
export function quantizePostTraining(
  model: Model,
  checkpoint: Checkpoint,
  images: ImageDataset,
  options: PostTrainingOptions,
): Checkpoint {
  requireModel(model);
  requireImagesOf(model, images);
  const given = requireOptions("quantizePostTraining", options, OPTIONS);
  const { weightClips = LEAST_SQUARES, activationClips = LEAST_SQUARES } = given;
  const bits = requireBitsOf(given.bits);
  if (requireCheckpoint(checkpoint).origin.bits)
    throw new UserError(`checkpoint must be of a float network, got arm ${checkpoint.origin.arm}`);
  if (images.count === 0) throw new UserError("images must hold at least one calibration image, got none");
  const clips = dictionary<Array32>();
  const choose = (name: string, values: Float32Array, grid: Grid, width: number, rule: ClipRule) => {
    try {
      clips[name] = scalar(chooseClip(values, grid, width, rule));
    } catch (error) {
      throw new UserError(`${name}: ${(error as Error).message}`, { cause: error });
    }
  };
  const activations = activationsOf(model, checkpoint, images);
  for (const { name, bits: width } of quantizedLayers(model, bits))
    choose(
      `${name}.weight_clip`,
      checkpoint.parameters[`${name}.weight`]!.data,
      "weights",
      width,
      weightClips,
    );
  for (const [name, values] of Object.entries(activations))
    choose(`${name}.clip`, values, "activations", bits.activations, activationClips);
  const settings = { start: checkpoint.origin.settingsHash, bits, weightClips, activationClips };
  const quantized: Checkpoint = {
    origin: {
      ...checkpoint.origin,
      arm: "post-training",
      bits,
      settingsHash: settingsHash({ ...settings, clips: Object.values(clips).map(({ data }) => data[0]) }),
    },
    parameters: { ...checkpoint.parameters, ...clips },
  };
  compile(deploy(model, quantized)); // refuses now what could not be evaluated later
  return quantized;
}

/** All values of each activation node over the images. */
function activationsOf(
  model: Model,
  checkpoint: Checkpoint,
  images: ImageDataset,
): Record<string, Float32Array> {
  const evaluate = floatEvaluator(model, checkpoint);
  const names = activationNodes(model);
  const found = dictionary<Float32Array>();
  for (let i = 0; i < images.count; i++) {
    const values = evaluate(gatherImages(images, [i]));
    for (const name of names) {
      const own = values.get(name)!;
      found[name] ??= new Float32Array(images.count * own.length);
      found[name].set(own, i * own.length);
    }
  }
  return found;
}
