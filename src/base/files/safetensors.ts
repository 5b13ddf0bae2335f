/**
 * The safetensors format: 8 bytes of header length (little-endian), a JSON header, the tensors' bytes
 * (docs/formats.md). Reading it executes nothing, and Python's `safetensors` reads what is written here.
 */

import { UserError } from "../errors.js";
import { parseJson } from "../json.js";
import { shown } from "../options.js";
import { foreignFile } from "./safetensors-foreign.js";

/** The typed array of each supported element type. */
const ARRAYS = {
  BOOL: Uint8Array,
  U8: Uint8Array,
  I8: Int8Array,
  U16: Uint16Array,
  I16: Int16Array,
  U32: Uint32Array,
  I32: Int32Array,
  U64: BigUint64Array,
  I64: BigInt64Array,
  F32: Float32Array,
  F64: Float64Array,
} as const;

/** Element types by the format's names. F16 and BF16 have no typed array and are refused. */
export type Dtype = keyof typeof ARRAYS;

/** A tensor's elements, row-major. */
export type TensorData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export interface SafeTensor {
  dtype: Dtype;
  shape: number[];
  data: TensorData;
}

/** What a safetensors file holds. */
export interface SafeTensors {
  tensors: Record<string, SafeTensor>;
  metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
/** The largest header that the format's reference implementation reads. */
const LONGEST_HEADER = 100_000_000;
const METADATA = "__metadata__";

/**
 * The bytes of a safetensors file. The same tensors and metadata in the same order give the same bytes.
 *
 * Tensors lie one after another in the order given, with no gap, as the format demands; the first starts at a multiple
 * of 8 bytes. To keep the others aligned too, give types of 8 bytes first, then 4, then 2, then 1.
 *
 * @throws UserError for data of another type or size than dtype and shape say, and for a tensor named `__metadata__`
 */
export function encodeSafetensors(
  tensors: Record<string, SafeTensor>,
  metadata: Record<string, string>,
): Uint8Array {
  requireLittleEndian();
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) {
    for (const [name, value] of Object.entries(metadata)) {
      if (typeof value !== "string") {
        throw new UserError(
          `metadata ${name} must be a string, got ${typeof value}; use String or JSON.stringify`,
        );
      }
    }
    entries.push([METADATA, metadata]);
  }
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    if (name === METADATA)
      throw new UserError(`a tensor cannot be named ${METADATA}: the format reserves the name`);
    const array = arrayOf(dtype, name);
    if (!(data instanceof array)) {
      throw new UserError(
        `data of tensor ${name} must be a ${array.name} for dtype ${dtype}, got ${typeName(data)}`,
      );
    }
    const length = elements(shape, name);
    if (data.length !== length) {
      throw new UserError(
        `data of tensor ${name} must have ${length} elements for shape [${shape}], got ${data.length}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    entries.push([name, { dtype, shape: [...shape], data_offsets: [begin, end] }]);
  }
  // fromEntries and not assignment, so that a name like __proto__ is a name like any other.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  if (headerLength > LONGEST_HEADER) {
    throw new UserError(
      `the header must be at most ${LONGEST_HEADER} bytes, got ${headerLength}; shorten the metadata`,
    );
  }
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, LENGTH_BYTES);
  bytes.fill(0x20, LENGTH_BYTES + json.length, LENGTH_BYTES + headerLength);
  let offset = LENGTH_BYTES + headerLength;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Reads the bytes of a safetensors file. The tensors are copies, so they neither keep `bytes` alive nor change with it.
 *
 * @throws UserError for anything that is not exactly such a file: truncated, with bytes left over, with tensors that
 *   overlap, leave a gap, or have another size than their shape says. Put the file's name before the message.
 */
export function decodeSafetensors(bytes: Uint8Array): SafeTensors {
  requireLittleEndian();
  const { header, dataStart } = readHeader(bytes);
  const found: { name: string; tensor: SafeTensor; begin: number; end: number }[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) {
      metadata = readMetadata(value);
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, value);
    const array = arrayOf(dtype, name);
    const size = elements(shape, name) * array.BYTES_PER_ELEMENT;
    if (end - begin !== size) {
      throw corrupt(
        `tensor ${name} of shape [${shape}] and dtype ${dtype} needs ${size} bytes, has ${end - begin}`,
      );
    }
    if (dataStart + end > bytes.length) {
      throw corrupt(
        `tensor ${name} ends at byte ${dataStart + end}, but there are ${bytes.length} bytes; the file is truncated`,
      );
    }
    // Not slice, which on a Buffer makes a view of the same memory.
    const copy = new Uint8Array(size);
    copy.set(bytes.subarray(dataStart + begin, dataStart + end));
    found.push({ name, tensor: { dtype, shape, data: new array(copy.buffer) }, begin, end });
  }
  requireNoGaps(found, bytes.length - dataStart);
  return { tensors: Object.fromEntries(found.map(({ name, tensor }) => [name, tensor])), metadata };
}

function readHeader(bytes: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    throw noHeader(bytes, `it has ${bytes.length} bytes, but the header's length alone needs 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > LONGEST_HEADER)
    throw noHeader(bytes, `its header length is ${length}, above the format's ${LONGEST_HEADER}`);
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    throw noHeader(
      bytes,
      `its header ends at byte ${dataStart}, but there are ${bytes.length} bytes; the file is truncated`,
    );
  }
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    header = parseJson(text.decode(bytes.subarray(LENGTH_BYTES, dataStart)));
  } catch (error) {
    throw noHeader(bytes, `its header is not JSON (${(error as Error).message})`);
  }
  if (!isObject(header)) throw corrupt("its header is not a JSON object");
  return { header, dataStart };
}

function readMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || Object.values(value).some((entry) => typeof entry !== "string")) {
    throw corrupt(`${METADATA} must map names to strings`);
  }
  return value as Record<string, string>;
}

function readEntry(
  name: string,
  value: unknown,
): { dtype: Dtype; shape: number[]; begin: number; end: number } {
  if (!isObject(value)) throw corrupt(`the header's entry ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (!Array.isArray(shape)) throw corrupt(`tensor ${name} has no shape`);
  if (
    !Array.isArray(offsets) ||
    offsets.length !== 2 ||
    !offsets.every((o) => Number.isSafeInteger(o) && o >= 0)
  ) {
    throw corrupt(`data_offsets of tensor ${name} must be two integers from 0, got ${shown(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw corrupt(`tensor ${name} begins at ${begin}, after its end ${end}`);
  return { dtype: dtype as Dtype, shape: shape as number[], begin, end };
}

function requireNoGaps(
  found: readonly { name: string; begin: number; end: number }[],
  dataBytes: number,
): void {
  const inOrder = [...found].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const tensor of inOrder) {
    if (tensor.begin !== end) {
      const what = tensor.begin < end ? "overlaps the tensor before it" : "leaves a gap before it";
      throw corrupt(`tensor ${tensor.name} ${what}: it begins at ${tensor.begin}, expected ${end}`);
    }
    end = tensor.end;
  }
  if (end !== dataBytes) throw corrupt(`its tensors need ${end} bytes, but ${dataBytes} follow the header`);
}

function arrayOf(dtype: Dtype, name: string): (typeof ARRAYS)[Dtype] {
  if (typeof dtype !== "string" || !Object.hasOwn(ARRAYS, dtype)) {
    const half = ["F16", "BF16"].includes(dtype) ? "; save it as F32 (in PyTorch: tensor.float())" : "";
    throw new UserError(
      `dtype of tensor ${name} must be one of ${Object.keys(ARRAYS).join(", ")}, got ${shown(dtype)}${half}`,
    );
  }
  return ARRAYS[dtype];
}

function elements(shape: readonly number[], name: string): number {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!(Number.isSafeInteger(size) && size >= 0 && Number.isSafeInteger(count))) {
      throw new UserError(`shape of tensor ${name} must be integers from 0, got ${shown(shape)}`);
    }
  }
  return count;
}

/** The format is little-endian, and so are typed arrays on every machine that the other parts run on. */
function requireLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new UserError("safetensors files can be read and written on little-endian machines only");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}

/** Of bytes without a readable header: what they look like instead, unless they begin as a safetensors file does. */
function noHeader(bytes: Uint8Array, what: string): UserError {
  const isCut = bytes[LENGTH_BYTES] === 0x7b && bytes.subarray(4, LENGTH_BYTES).every((byte) => byte === 0);
  return corrupt((isCut ? undefined : foreignFile(bytes)) ?? what);
}

function corrupt(what: string): UserError {
  return new UserError(`not a valid safetensors file: ${what}`);
}
