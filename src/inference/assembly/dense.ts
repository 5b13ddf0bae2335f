import { field } from "./field";
import { Field } from "./fields";

/**
 * int32 sums of one image, 4 positions x 8 outputs at a time, all products. Codes are bytes, channels last, so one
 * kernel row is one run of consecutive bytes. Weights lie as [block][kernel row][step][8 outputs][inputs of a step].
 */

/** 16-bit weights, steps of 2 inputs. Products of 9-bit weights and 8-bit codes in 32-bit sums: always exact. */
export function dense16(layer: usize, input: usize): void {
  const blocks = field(layer, Field.blocks);
  const rows = field(layer, Field.rows);
  const tiles = field(layer, Field.tiles);
  const rowStep = field(layer, Field.rowStep);
  const tileStep = field(layer, Field.tileStep);
  const pixel1 = field(layer, Field.pixel1);
  const pixel2 = field(layer, Field.pixel2);
  const pixel3 = field(layer, Field.pixel3);
  const kernelRows = field(layer, Field.kernelRows);
  const kernelRowStep = field(layer, Field.kernelRowStep);
  const steps = field(layer, Field.steps);
  const block = field(layer, Field.block);
  const weights = field(layer, Field.weights);
  for (let b: usize = 0; b < blocks; b++) {
    for (let y: usize = 0; y < rows; y++) {
      let to = sumsAt(layer, y, b);
      for (let t: usize = 0; t < tiles; t++) {
        let w = weights + b * block;
        let row = input + y * rowStep + t * tileStep;
        let s00 = i32x4.splat(0);
        let s01 = i32x4.splat(0);
        let s10 = i32x4.splat(0);
        let s11 = i32x4.splat(0);
        let s20 = i32x4.splat(0);
        let s21 = i32x4.splat(0);
        let s30 = i32x4.splat(0);
        let s31 = i32x4.splat(0);
        for (let k: usize = 0; k < kernelRows; k++) {
          let p0 = row;
          let p1 = row + pixel1;
          let p2 = row + pixel2;
          let p3 = row + pixel3;
          let left = steps;
          do {
            const w0 = v128.load(w);
            const w1 = v128.load(w, 16);
            const u0 = pair16(p0);
            s00 = multiplyAdd16(s00, w0, u0);
            s01 = multiplyAdd16(s01, w1, u0);
            const u1 = pair16(p1);
            s10 = multiplyAdd16(s10, w0, u1);
            s11 = multiplyAdd16(s11, w1, u1);
            const u2 = pair16(p2);
            s20 = multiplyAdd16(s20, w0, u2);
            s21 = multiplyAdd16(s21, w1, u2);
            const u3 = pair16(p3);
            s30 = multiplyAdd16(s30, w0, u3);
            s31 = multiplyAdd16(s31, w1, u3);
            w += 32;
            p0 += 2;
            p1 += 2;
            p2 += 2;
            p3 += 2;
          } while (--left);
          row += kernelRowStep;
        }
        to = storeTile(layer, to, true, s00, s01, s10, s11, s20, s21, s30, s31);
      }
    }
  }
}

/** Two neighbouring codes, as 16-bit numbers, four times. */
function pair16(at: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load16_splat(at));
}

function multiplyAdd16(sum: v128, w: v128, u: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(w, u));
}

/**
 * 8-bit weights, steps of 4 inputs, relaxed SIMD. A dot product adds two products in 16 bits; a sum of many inputs is
 * made in passes, each short enough for 16 bits, which add up in 32 bits.
 * @param weights of this pass
 * @param isFirst whether the pass stores its sums, or adds them to those that are there
 */
export function dense8(layer: usize, input: usize, weights: usize, isFirst: boolean): void {
  const blocks = field(layer, Field.blocks);
  const rows = field(layer, Field.rows);
  const tiles = field(layer, Field.tiles);
  const rowStep = field(layer, Field.rowStep);
  const tileStep = field(layer, Field.tileStep);
  const pixel1 = field(layer, Field.pixel1);
  const pixel2 = field(layer, Field.pixel2);
  const pixel3 = field(layer, Field.pixel3);
  const kernelRows = field(layer, Field.kernelRows);
  const kernelRowStep = field(layer, Field.kernelRowStep);
  const twoSteps = field(layer, Field.steps) >> 1;
  const block = field(layer, Field.block);
  for (let b: usize = 0; b < blocks; b++) {
    for (let y: usize = 0; y < rows; y++) {
      let to = sumsAt(layer, y, b);
      for (let t: usize = 0; t < tiles; t++) {
        let w = weights + b * block;
        let row = input + y * rowStep + t * tileStep;
        let a00 = i16x8.splat(0);
        let a01 = i16x8.splat(0);
        let a10 = i16x8.splat(0);
        let a11 = i16x8.splat(0);
        let a20 = i16x8.splat(0);
        let a21 = i16x8.splat(0);
        let a30 = i16x8.splat(0);
        let a31 = i16x8.splat(0);
        for (let k: usize = 0; k < kernelRows; k++) {
          let p0 = row;
          let p1 = row + pixel1;
          let p2 = row + pixel2;
          let p3 = row + pixel3;
          let left = twoSteps;
          // Two steps at a time, with all that a tile needs in registers: 8 sums, 2 weights, 1 input.
          do {
            let w0 = v128.load(w);
            let w1 = v128.load(w, 16);
            let u = v128.load32_splat(p0);
            a00 = multiplyAdd8(a00, w0, u);
            a01 = multiplyAdd8(a01, w1, u);
            u = v128.load32_splat(p1);
            a10 = multiplyAdd8(a10, w0, u);
            a11 = multiplyAdd8(a11, w1, u);
            u = v128.load32_splat(p2);
            a20 = multiplyAdd8(a20, w0, u);
            a21 = multiplyAdd8(a21, w1, u);
            u = v128.load32_splat(p3);
            a30 = multiplyAdd8(a30, w0, u);
            a31 = multiplyAdd8(a31, w1, u);
            w0 = v128.load(w, 32);
            w1 = v128.load(w, 48);
            u = v128.load32_splat(p0, 4);
            a00 = multiplyAdd8(a00, w0, u);
            a01 = multiplyAdd8(a01, w1, u);
            u = v128.load32_splat(p1, 4);
            a10 = multiplyAdd8(a10, w0, u);
            a11 = multiplyAdd8(a11, w1, u);
            u = v128.load32_splat(p2, 4);
            a20 = multiplyAdd8(a20, w0, u);
            a21 = multiplyAdd8(a21, w1, u);
            u = v128.load32_splat(p3, 4);
            a30 = multiplyAdd8(a30, w0, u);
            a31 = multiplyAdd8(a31, w1, u);
            w += 64;
            p0 += 8;
            p1 += 8;
            p2 += 8;
            p3 += 8;
          } while (--left);
          row += kernelRowStep;
        }
        to = storeTile(
          layer,
          to,
          isFirst,
          i32x4.extadd_pairwise_i16x8_s(a00),
          i32x4.extadd_pairwise_i16x8_s(a01),
          i32x4.extadd_pairwise_i16x8_s(a10),
          i32x4.extadd_pairwise_i16x8_s(a11),
          i32x4.extadd_pairwise_i16x8_s(a20),
          i32x4.extadd_pairwise_i16x8_s(a21),
          i32x4.extadd_pairwise_i16x8_s(a30),
          i32x4.extadd_pairwise_i16x8_s(a31),
        );
      }
    }
  }
}

/** Signed bytes times 7-bit bytes, neighbours added: exact in 16 bits, as 2 * 127 * 127 < 2^15. */
export function multiplyAdd8(sum: v128, w: v128, u: v128): v128 {
  return i16x8.add(sum, i16x8.relaxed_dot_i8x16_i7x16_s(w, u));
}

function sumsAt(layer: usize, row: usize, block: usize): usize {
  return field(layer, Field.sums) + row * field(layer, Field.sumsRow) + block * 32;
}

/** Stores the sums of a tile, or the maximum of its positions, and returns where the next tile goes. */
function storeTile(
  layer: usize,
  to: usize,
  isFirst: boolean,
  s00: v128,
  s01: v128,
  s10: v128,
  s11: v128,
  s20: v128,
  s21: v128,
  s30: v128,
  s31: v128,
): usize {
  const position = field(layer, Field.sumsPosition);
  if (field(layer, Field.pooled)) {
    v128.store(to, i32x4.max_s(i32x4.max_s(s00, s10), i32x4.max_s(s20, s30)));
    v128.store(to, i32x4.max_s(i32x4.max_s(s01, s11), i32x4.max_s(s21, s31)), 16);
    return to + position;
  }
  store(to, isFirst, s00, s01);
  store(to + position, isFirst, s10, s11);
  store(to + 2 * position, isFirst, s20, s21);
  store(to + 3 * position, isFirst, s30, s31);
  return to + 4 * position;
}

function store(to: usize, isFirst: boolean, low: v128, high: v128): void {
  if (isFirst) {
    v128.store(to, low);
    v128.store(to, high, 16);
  } else {
    v128.store(to, i32x4.add(low, v128.load(to)));
    v128.store(to, i32x4.add(high, v128.load(to, 16)), 16);
  }
}
