import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/base/errors.js";
import {
  type Dtype,
  decodeSafetensors,
  encodeSafetensors,
  type SafeTensor,
  type TensorData,
} from "../../../src/base/files/safetensors.js";

const ARRAYS: Record<Dtype, (length: number) => TensorData> = {
  BOOL: (length) => new Uint8Array(length),
  U8: (length) => new Uint8Array(length),
  I8: (length) => new Int8Array(length),
  U16: (length) => new Uint16Array(length),
  I16: (length) => new Int16Array(length),
  U32: (length) => new Uint32Array(length),
  I32: (length) => new Int32Array(length),
  U64: (length) => new BigUint64Array(length),
  I64: (length) => new BigInt64Array(length),
  F32: (length) => new Float32Array(length),
  F64: (length) => new Float64Array(length),
};

const tensor: fc.Arbitrary<SafeTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(ARRAYS) as Dtype[])),
    shape: fc.array(fc.nat(4), { maxLength: 3 }),
    noise: fc.uint8Array({ minLength: 64 * 8, maxLength: 64 * 8 }),
  })
  .map(({ dtype, shape, noise }) => {
    const data = ARRAYS[dtype](shape.reduce((a, b) => a * b, 1));
    new Uint8Array(data.buffer).set(noise.subarray(0, data.byteLength));
    return { dtype, shape, data };
  });
const names = fc.string().filter((name) => name !== "__metadata__");
const files = fc.record({
  tensors: fc.dictionary(names, tensor, { maxKeys: 5, noNullPrototype: true }),
  metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 4, noNullPrototype: true }),
});

const rawBytes = (data: TensorData) => [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
const headerLength = (bytes: Uint8Array) => Number(new DataView(bytes.buffer).getBigUint64(0, true));

/** A file with this header, written without any check, and so many bytes of data. */
function withHeader(header: unknown, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (begin: unknown, end: unknown, shape: unknown = [4], dtype: unknown = "U8") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe("encodeSafetensors", () => {
  it("writes the bytes that the format lays down", () => {
    const bytes = encodeSafetensors(
      { w: { dtype: "F32", shape: [1], data: Float32Array.of(1.5) } },
      { a: "b" },
    );
    const json = '{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(json.length).toBe(79);
    expect([...bytes]).toEqual([80, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(`${json} `), 0, 0, 0xc0, 0x3f]);
  });

  it("keeps the order given, and gives the same bytes for the same input", () => {
    const a: SafeTensor = { dtype: "U8", shape: [1], data: Uint8Array.of(1) };
    const b: SafeTensor = { dtype: "U8", shape: [1], data: Uint8Array.of(2) };
    const bytes = encodeSafetensors({ b, a }, { z: "1", y: "2" });
    expect(Object.keys(decodeSafetensors(bytes).tensors)).toEqual(["b", "a"]);
    expect(Object.keys(decodeSafetensors(bytes).metadata)).toEqual(["z", "y"]);
    expect([...bytes.subarray(-2)]).toEqual([2, 1]);
    expect(encodeSafetensors({ b, a }, { z: "1", y: "2" })).toEqual(bytes);
    expect(encodeSafetensors({ a, b }, { z: "1", y: "2" })).not.toEqual(bytes);
  });

  it("starts the data at a multiple of 8 bytes", () => {
    for (let length = 0; length < 16; length++) {
      expect(headerLength(encodeSafetensors({}, { name: "x".repeat(length) })) % 8).toBe(0);
    }
  });

  it("writes only the part of a buffer that a view shows", () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const { tensors } = decodeSafetensors(encodeSafetensors({ w: { dtype: "F32", shape: [2], data } }, {}));
    expect([...tensors["w"]!.data]).toEqual([2, 3]);
  });

  it("refuses data that is not what dtype and shape say", () => {
    const encode =
      (tensor: unknown, name = "w") =>
      () =>
        encodeSafetensors({ [name]: tensor as SafeTensor }, {});
    const data = Float32Array.of(1, 2);
    expect(encode({ dtype: "F64", shape: [2], data })).toThrow(
      "data of tensor w must be a Float64Array for dtype F64, got Float32Array",
    );
    expect(encode({ dtype: "F32", shape: [3], data })).toThrow("must have 3 elements for shape [3], got 2");
    expect(encode({ dtype: "F32", shape: [], data })).toThrow("must have 1 elements for shape [], got 2");
    expect(encode({ dtype: "F32", shape: [-2], data })).toThrow(
      "shape of tensor w must be integers from 0, got [-2]",
    );
    expect(encode({ dtype: "F16", shape: [2], data })).toThrow("dtype of tensor w must be one of BOOL, U8,");
    expect(encode({ dtype: "F32", shape: [2], data }, "__metadata__")).toThrow(
      "cannot be named __metadata__",
    );
    expect(() => encodeSafetensors({}, { epoch: 3 as unknown as string })).toThrow(
      "metadata epoch must be a string, got number",
    );
  });
});

describe("decodeSafetensors", () => {
  it("returns what was encoded, to the bit, whatever the names, types and shapes", () => {
    fc.assert(
      fc.property(files, ({ tensors, metadata }) => {
        const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
        expect(decoded.metadata).toEqual(metadata);
        expect(Object.keys(decoded.tensors)).toEqual(Object.keys(tensors));
        for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
          const read = decoded.tensors[name]!;
          expect([read.dtype, read.shape, read.data.constructor]).toEqual([dtype, shape, data.constructor]);
          expect(rawBytes(read.data)).toEqual(rawBytes(data));
        }
      }),
    );
  });

  it("reads a file that Python's safetensors wrote", () => {
    // save({"u": np.array([0.5, -2.0]), "codes": np.array([[1, 2, 3]], np.uint8),
    //       "w": np.array([1.5], np.float32)}, {"who": "python"})
    const bytes = Buffer.from(
      "0AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJ3aG8iOiJweXRob24ifSwidSI6eyJkdHlwZSI6IkY2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwidyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0cyI6WzE2LDIwXX0sImNvZGVzIjp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzEsM10sImRhdGFfb2Zmc2V0cyI6WzIwLDIzXX19ICAgICAgAAAAAAAA4D8AAAAAAAAAwAAAwD8BAgM=",
      "base64",
    );
    expect(decodeSafetensors(bytes)).toEqual({
      tensors: {
        u: { dtype: "F64", shape: [2], data: Float64Array.of(0.5, -2) },
        w: { dtype: "F32", shape: [1], data: Float32Array.of(1.5) },
        codes: { dtype: "U8", shape: [1, 3], data: Uint8Array.of(1, 2, 3) },
      },
      metadata: { who: "python" },
    });
  });

  it("keeps names that mean something to JavaScript", () => {
    const data = Uint8Array.of(1);
    const tensors = JSON.parse('{"__proto__": null, "constructor": null}');
    for (const name of Object.keys(tensors)) {
      Object.defineProperty(tensors, name, { value: { dtype: "U8", shape: [1], data }, enumerable: true });
    }
    expect(Object.keys(decodeSafetensors(encodeSafetensors(tensors, {})).tensors)).toEqual([
      "__proto__",
      "constructor",
    ]);
  });

  it("reads bytes at any offset of a buffer, and returns copies", () => {
    const bytes = encodeSafetensors({ w: { dtype: "F64", shape: [1], data: Float64Array.of(7) } }, {});
    for (let offset = 0; offset < 8; offset++) {
      const larger = Buffer.alloc(bytes.length + 8);
      larger.set(bytes, offset);
      const { tensors } = decodeSafetensors(larger.subarray(offset, offset + bytes.length));
      larger.fill(0);
      expect([...tensors["w"]!.data]).toEqual([7]);
    }
  });

  it("reads a file without tensors", () => {
    expect(decodeSafetensors(encodeSafetensors({}, {}))).toEqual({ tensors: {}, metadata: {} });
  });

  it("refuses every truncation, and bytes left over", () => {
    const tensors: Record<string, SafeTensor> = {
      a: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) },
      b: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
    };
    const bytes = encodeSafetensors(tensors, { k: "v" });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.slice(0, length))).toThrow(UserError);
    }
    expect(() => decodeSafetensors(bytes.slice(0, 5))).toThrow(
      "it has 5 bytes, but the header's length alone needs 8",
    );
    expect(() => decodeSafetensors(bytes.slice(0, 20))).toThrow(
      "but there are 20 bytes; the file is truncated",
    );
    expect(() => decodeSafetensors(bytes.slice(0, -1))).toThrow("tensor b ends at byte");
    expect(() => decodeSafetensors(Uint8Array.of(...bytes, 0))).toThrow(
      "its tensors need 11 bytes, but 12 follow the header",
    );
  });

  it("refuses a header that is too long, or not a JSON object", () => {
    const long = withHeader("{}", 0);
    new DataView(long.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(() => decodeSafetensors(long)).toThrow(
      "its header length is 9223372036854775808, above the format's",
    );
    expect(() => decodeSafetensors(withHeader("{", 0))).toThrow("its header is not JSON");
    expect(() => decodeSafetensors(withHeader('{"\xff', 0).fill(0xff, 9, 10))).toThrow(
      "its header is not JSON",
    );
    for (const header of ["[]", "null", "1"]) {
      expect(() => decodeSafetensors(withHeader(header, 0))).toThrow("its header is not a JSON object");
    }
  });

  it("refuses tensors that overlap, leave a gap, lie outside or have another size than their shape", () => {
    const refused = (header: unknown, dataBytes: number, reason: string) => {
      expect(() => decodeSafetensors(withHeader(header, dataBytes))).toThrow(UserError);
      expect(() => decodeSafetensors(withHeader(header, dataBytes))).toThrow(reason);
    };
    refused(
      { a: entry(0, 4), b: entry(2, 6) },
      6,
      "tensor b overlaps the tensor before it: it begins at 2, expected 4",
    );
    refused({ a: entry(0, 4), b: entry(0, 4) }, 4, "overlaps");
    refused(
      { a: entry(0, 4), b: entry(5, 9) },
      9,
      "tensor b leaves a gap before it: it begins at 5, expected 4",
    );
    refused({ a: entry(1, 5) }, 5, "leaves a gap");
    refused({ a: entry(0, 4) }, 3, "the file is truncated");
    refused({ a: entry(0, 5) }, 5, "tensor a of shape [4] and dtype U8 needs 4 bytes, has 5");
    refused({ a: entry(0, 4, [2], "F32") }, 4, "needs 8 bytes, has 4");
    refused({ a: entry(4, 0) }, 4, "tensor a begins at 4, after its end 0");
    refused({ a: entry(-4, 0) }, 4, "data_offsets of tensor a must be two integers from 0, got [-4,0]");
    refused({ a: entry(0, 4.5) }, 4, "two integers from 0");
    refused({ a: entry("0", "4") }, 4, "two integers from 0");
    refused({ a: entry(0, 4, "4") }, 4, "tensor a has no shape");
    refused({ a: entry(0, 4, [2 ** 40, 2 ** 40]) }, 4, "shape of tensor a must be integers from 0");
    refused({ a: entry(0, 4, [-2, -2]) }, 4, "shape of tensor a must be integers from 0");
    refused({ a: entry(0, 4, [4], "F8") }, 4, 'got "F8"');
    refused({ a: entry(0, 4, [4], 8) }, 4, "dtype of tensor a must be one of");
    refused({ a: 1 }, 0, "the header's entry a is not an object");
    refused({ __metadata__: { k: 1 } }, 0, "__metadata__ must map names to strings");
    refused({ __metadata__: "k" }, 0, "__metadata__ must map names to strings");
  });

  it("tells an altered file by a UserError, or reads it, but never fails otherwise", () => {
    const bytes = encodeSafetensors(
      { w: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } },
      { k: "v" },
    );
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (position, value) => {
        const altered = bytes.slice();
        altered[position] = value;
        try {
          decodeSafetensors(altered);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
