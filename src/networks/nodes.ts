/**
 * A network as plain data: a list of named nodes in order of evaluation. Training interprets it with tensors,
 * inference reads the same list, so that there is one description and no second one to disagree with it.
 */

/** A 2-D convolution, channels last. `same` pads with zeros as TensorFlow does; `valid` does not pad. */
export interface ConvNode {
  readonly op: "conv";
  readonly name: string;
  readonly input: string;
  readonly filters: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: "same" | "valid";
}

/** A fully connected layer on a flat input. */
export interface LinearNode {
  readonly op: "linear";
  readonly name: string;
  readonly input: string;
  readonly units: number;
}

/** Max pooling over size x size windows, stride = size, no padding. */
export interface MaxPoolNode {
  readonly op: "maxPool";
  readonly name: string;
  readonly input: string;
  readonly size: number;
}

/** ReLU and activation quantizer in one: the quantizer clamps at 0 (docs/protocol.md section 2). */
export interface ActivationNode {
  readonly op: "activation";
  readonly name: string;
  readonly input: string;
}

/** [height, width, channels] to one vector, in that (row-major) order. */
export interface FlattenNode {
  readonly op: "flatten";
  readonly name: string;
  readonly input: string;
}

/** Batch norm after training: y = gain x + offset, per channel, with gain = gamma / sqrt(variance + epsilon). */
export interface BatchNormNode {
  readonly op: "batchNorm";
  readonly name: string;
  readonly input: string;
  /** Default: 1e-5, as in PyTorch; Keras has 1e-3. */
  readonly epsilon?: number;
}

/** The sum of two equal shapes: a residual connection. */
export interface AddNode {
  readonly op: "add";
  readonly name: string;
  readonly input: string;
  readonly other: string;
}

/** The mean over height and width: [height, width, channels] to [channels]. */
export interface GlobalAveragePoolNode {
  readonly op: "globalAveragePool";
  readonly name: string;
  readonly input: string;
}

export type Node =
  | ConvNode
  | LinearNode
  | MaxPoolNode
  | ActivationNode
  | FlattenNode
  | BatchNormNode
  | AddNode
  | GlobalAveragePoolNode;

export interface Model {
  readonly name: string;
  /** Shape of one input image: [height, width, channels]. The name `"input"` refers to it. */
  readonly input: readonly [height: number, width: number, channels: number];
  readonly classes: number;
  /** The last node gives the logits. */
  readonly nodes: readonly Node[];
}
