/** What files are that are taken for safetensors files: by their first bytes, each with what to do. */

interface Foreign {
  readonly is: (bytes: Uint8Array, text: string) => boolean;
  readonly what: string;
  readonly todo: string;
}

const begins =
  (...signature: readonly number[]) =>
  (bytes: Uint8Array) =>
    signature.every((byte, i) => bytes[i] === byte);
const ascii =
  (signature: string, at = 0) =>
  (bytes: Uint8Array) =>
    signature === latin(bytes.subarray(at, at + signature.length));
const zip = (entry: RegExp) => (bytes: Uint8Array, text: string) => ascii("PK")(bytes) && entry.test(text);
const page = /^\s*(<!doctype|<html|<\?xml|<head)/i;
const json = /^\s*[{[]/;

const TORCH =
  'write it anew in Python: from safetensors.torch import save_file; net = torch.load("FILE", map_location="cpu"); ' +
  'save_file(net if isinstance(net, dict) else net.state_dict(), "net.safetensors")';
const KERAS =
  "write it anew in Python: from safetensors.numpy import save_file; save_file({v.path: v.numpy() for v in model.weights}, " +
  '"net.safetensors")';
const NUMPY =
  'write it anew in Python: from safetensors.numpy import save_file; save_file(dict(numpy.load("FILE")), "net.safetensors")';

/** The first that fits counts. */
const FOREIGN: readonly Foreign[] = [
  {
    is: ascii("version https://git-lfs.github.com/spec/"),
    what: "a Git LFS pointer, which stands for a file that was not fetched",
    todo: "run git lfs pull in its repository, or download the file itself",
  },
  {
    is: (_, text) => page.test(text),
    what: "a web page, not the file that the page offers",
    todo: "download the file itself, by the address of its download button",
  },
  {
    is: (_, text) => json.test(text) && text.includes('"weight_map"'),
    what: "the index of a network that is cut into several files (shards)",
    todo:
      "its weight_map names them; put them together in Python: from safetensors.torch import load_file, save_file; " +
      'save_file({k: v for f in FILES for k, v in load_file(f).items()}, "net.safetensors")',
  },
  {
    is: (_, text) => json.test(text),
    what: "a JSON text",
    todo: "give the file of the weights, which ends in .safetensors",
  },
  { is: zip(/data\.pkl/), what: "a zip archive as torch.save writes (.pt, .pth)", todo: TORCH },
  { is: zip(/\.weights\.h5|config\.json/), what: "a zip archive as Keras writes (.keras)", todo: KERAS },
  { is: zip(/\.npy/), what: "a zip archive as numpy.savez writes (.npz)", todo: NUMPY },
  {
    is: ascii("PK"),
    what: "a zip archive, as torch.save (.pt), Keras (.keras) and numpy.savez (.npz) write",
    todo: `from PyTorch, ${TORCH}; from Keras and NumPy use safetensors.numpy.save_file`,
  },
  { is: begins(0x89, 0x48, 0x44, 0x46), what: "an HDF5 file as Keras writes (.h5)", todo: KERAS },
  {
    is: begins(0x93, 0x4e, 0x55, 0x4d),
    what: "a single array as numpy.save writes (.npy)",
    todo: 'write all arrays into one file in Python: safetensors.numpy.save_file({"fc.weight": numpy.load("FILE")}, "net.safetensors")',
  },
  {
    is: (bytes) => bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5,
    what: "a Python pickle, as old versions of torch.save write",
    todo: TORCH,
  },
  {
    is: ascii("TFL3", 4),
    what: "a TensorFlow Lite file",
    todo: `from the Keras model that it came from, ${KERAS}`,
  },
  {
    is: ascii("GGUF"),
    what: "a GGUF file",
    todo: "its weights are quantized already; get the float network as safetensors",
  },
  {
    is: begins(0x1f, 0x8b),
    what: "a gzip file",
    todo: "unpack it first",
  },
  {
    is: (bytes, text) =>
      bytes[0] === 0x08 && bytes[1]! < 32 && (bytes[2] === 0x12 || /onnx|pytorch/i.test(text)),
    what: "an ONNX file",
    todo:
      "write its weights anew in Python: from safetensors.numpy import save_file; save_file({t.name: " +
      'onnx.numpy_helper.to_array(t) for t in onnx.load("FILE").graph.initializer}, "net.safetensors")',
  },
];

/** Bytes that are looked at, at the beginning and, for the list of a zip archive, at the end. */
const LOOKED_AT = 4096;

/** What bytes that are no safetensors file look like, and what to do; undefined where that cannot be told. */
export function foreignFile(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "the file is empty; download or save it anew";
  const text = latin(bytes.subarray(0, LOOKED_AT)) + latin(bytes.subarray(-LOOKED_AT));
  const found = FOREIGN.find(({ is }) => is(bytes, text));
  return found && `it looks like ${found.what}; ${found.todo}`;
}

function latin(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes).replace(/^ï»¿/, "");
}
