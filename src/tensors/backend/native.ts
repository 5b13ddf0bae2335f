import * as tf from "@tensorflow/tfjs-core";

/** Attribute of a TensorFlow operation, in the form that the addon takes. */
interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

interface NativeBackend {
  readonly binding: Readonly<Record<string, number>> & { readonly TF_Version: string };
  executeMultipleOutputs(op: string, attrs: OpAttribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

/** True where tensors live in native TensorFlow: `loadBackend` was called. */
export function hasTensorFlow(): boolean {
  return tf.getBackend() === "tensorflow";
}

/** The native backend; an error that says what to call where there is none. */
export function nativeBackend(): NativeBackend {
  if (!hasTensorFlow())
    throw new Error(
      "this operation runs in native TensorFlow: call `await loadBackend()` from flatenn first",
    );
  return tf.backend() as unknown as NativeBackend;
}

/** Builders of operation attributes. */
export const attribute = {
  float32: (name: string): OpAttribute => typed(name, "TF_ATTR_TYPE", nativeBackend().binding["TF_FLOAT"]),
  integer: (name: string, value: number): OpAttribute => typed(name, "TF_ATTR_INT", value),
  float: (name: string, value: number): OpAttribute => typed(name, "TF_ATTR_FLOAT", value),
  boolean: (name: string, value: boolean): OpAttribute => typed(name, "TF_ATTR_BOOL", value),
  string: (name: string, value: string): OpAttribute => typed(name, "TF_ATTR_STRING", value),
};

function typed(name: string, type: string, value: unknown): OpAttribute {
  return { name, type: nativeBackend().binding[type]!, value };
}

/** Runs one TensorFlow operation by its name in TensorFlow's registry. */
export function execute(op: string, attrs: OpAttribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[] {
  return nativeBackend().executeMultipleOutputs(op, attrs, inputs, outputs);
}

/** {@link execute} for an operation with one output. */
export function executeOne(op: string, attrs: OpAttribute[], inputs: tf.Tensor[]): tf.Tensor {
  return execute(op, attrs, inputs, 1)[0]!;
}
