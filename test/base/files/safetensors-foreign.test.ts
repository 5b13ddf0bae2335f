import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/base/errors.js";
import { decodeSafetensors, encodeSafetensors } from "../../../src/base/files/safetensors.js";

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

/** The beginning of a zip archive whose first entry has this name. */
const zip = (entry: string) =>
  bytes("PK\x03\x04", [20, 0, 0, 8, 0, 0, 0, 0, 0, 0], new Array(12).fill(0), [entry.length, 0, 0, 0], entry);

const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n";
const INDEX = JSON.stringify({
  metadata: { total_size: 8 },
  weight_map: { "fc.weight": "a-00001-of-2.safetensors" },
});

describe("a file that is no safetensors file is told by what it looks like, with what to do", () => {
  test.each([
    ["a Git LFS pointer", bytes(LFS), /run git lfs pull/],
    ["a web page", bytes("\n<!DOCTYPE html>\n<html><head></head></html>"), /download the file itself/],
    ["a web page", bytes("<html lang=en>", "x".repeat(50)), /download the file itself/],
    ["a web page", bytes([0xef, 0xbb, 0xbf], "<html>long enough</html>"), /download the file itself/],
    ["the index of a network that is cut into several files (shards)", bytes(INDEX), /load_file, save_file/],
    ["a JSON text", bytes('{"architectures": ["ResNet"]}'), /ends in \.safetensors/],
    ["a zip archive as torch.save writes", zip("archive/data.pkl"), /torch\.load\(.*save_file/],
    ["a zip archive as Keras writes", zip("model.weights.h5"), /model\.weights/],
    ["a zip archive as numpy.savez writes", zip("fc.weight.npy"), /numpy\.load/],
    ["a zip archive, as torch.save (.pt), Keras", zip("something"), /torch\.load/],
    ["an HDF5 file", bytes([0x89], "HDF\r\n\x1a\n", new Array(40).fill(0)), /model\.weights/],
    ["a single array as numpy.save writes", bytes([0x93], "NUMPY\x01\x00v\x00{'descr'"), /numpy\.load/],
    ["a Python pickle", bytes([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]), /torch\.load/],
    ["a TensorFlow Lite file", bytes([28, 0, 0, 0], "TFL3", new Array(8).fill(0)), /Keras/],
    ["a GGUF file", bytes("GGUF", [3, 0, 0, 0, 9, 0, 0, 0]), /float network/],
    ["an ONNX file", bytes([8, 8, 0x12, 7], "pytorch", [0x1a, 5], "2.1.0"), /onnx\.load/],
    ["a gzip file", gzipSync("x".repeat(100)), /unpack it first/],
  ])("%s", (what, content, todo) => {
    const decode = () => decodeSafetensors(content);
    expect(decode).toThrow(UserError);
    expect(decode).toThrow(`not a valid safetensors file: it looks like ${what}`);
    expect(decode).toThrow(todo);
  });

  test("an archive is told by its list of entries at the end, too", () => {
    const long = Buffer.concat([zip("version"), Buffer.alloc(100_000), bytes("archive/data.pkl")]);
    expect(() => decodeSafetensors(long)).toThrow(/as torch\.save writes/);
  });

  test("an empty file is told as such", () => {
    expect(() => decodeSafetensors(new Uint8Array(0))).toThrow("the file is empty; download or save it anew");
  });
});

describe("a file that begins as a safetensors file", () => {
  test("is read, or said to be truncated, and never taken for another", () => {
    const tensors = { "data.pkl": { dtype: "F32" as const, shape: [3], data: Float32Array.of(1, 2, 3) } };
    // Headers of every length, so that their first bytes take the values of all the signatures.
    for (let length = 0; length < 0x9400; length += 97) {
      const whole = encodeSafetensors(tensors, { weight_map: "<html>".padEnd(length, "x") });
      expect(decodeSafetensors(whole).tensors["data.pkl"]!.shape).toEqual([3]);
      expect(() => decodeSafetensors(whole.subarray(0, 40))).toThrow("the file is truncated");
      expect(() => decodeSafetensors(whole.subarray(0, -1))).toThrow("the file is truncated");
    }
  });
});
