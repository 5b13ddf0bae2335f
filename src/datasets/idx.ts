import { UserError } from "../base/errors.js";

/**
 * Reads an IDX file of unsigned bytes, the format of MNIST and its successors: two zero bytes, the element type (8),
 * the number of dimensions, each dimension as a big-endian 32-bit number, the elements row-major.
 *
 * @returns the dimensions, and a view of the elements within `bytes`
 * @throws UserError if the header is of another kind or the number of elements is not what it says
 */
export function readIdx(bytes: Uint8Array): { shape: number[]; data: Uint8Array } {
  const [zero0, zero1, type, dimensions] = bytes;
  if (
    zero0 !== 0 ||
    zero1 !== 0 ||
    type !== 8 ||
    dimensions === undefined ||
    bytes.length < 4 + 4 * dimensions
  ) {
    throw new UserError(
      `an IDX file of bytes must begin with 0, 0, 8 and its dimensions, got ${[...bytes.subarray(0, 4)].join(", ")}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, d) => view.getUint32(4 + 4 * d));
  // A plain array even where `bytes` is a Buffer, whose slice would share memory.
  const data = new Uint8Array(
    bytes.buffer,
    bytes.byteOffset + 4 + 4 * dimensions,
    bytes.length - 4 - 4 * dimensions,
  );
  const expected = shape.reduce((product, size) => product * size, 1);
  if (data.length !== expected) {
    throw new UserError(`an IDX file of shape [${shape}] must have ${expected} elements, got ${data.length}`);
  }
  return { shape, data };
}
