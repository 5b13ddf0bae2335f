import { multiplyAdd8 } from "./dense";
import { field, splatField } from "./field";
import { Field } from "./fields";
import { nearest } from "./finish";

/**
 * A first layer in one go: 8-bit pixels, stride 1, 2 x 2 max pooling, codes. Vectorised over positions, since an image
 * has too few channels to fill a vector.
 *
 * Pixels do not fit in 7 bits, but twice an unsigned weight code does, so the operands change places: with p' = p - 128, which
 * fits in a signed byte, sum (2q - n) p = sum (2q) p' + 256 sum q - n sum p. The last term is the same in every trial
 * and was computed once; the second is a constant of the output. All of it is modulo 2^16, in which the result less a
 * constant is known to fit (pixels.ts beside this folder), so wrapping on the way does no harm.
 */
export function pixels8(layer: usize, pairs: usize, windowSums: usize, output: usize): void {
  const rows = field(layer, Field.outputRows);
  const columns = field(layer, Field.outputColumns);
  const pairsRow = field(layer, Field.pairsRow);
  const windowRow = field(layer, Field.windowSumsRow);
  const outputRow = field(layer, Field.outputRow);
  const outputColumn = field(layer, Field.outputColumn);
  for (let y: usize = 0; y < rows; y++) {
    let x: usize = 0;
    // Eight pooled positions at a time; the last eight may overlap the ones before.
    while (true) {
      const from = pairs + 2 * y * pairsRow + 4 * x;
      const window = windowSums + 2 * y * windowRow + 4 * x;
      sixteenColumns(layer, from, window, output + y * outputRow + x * outputColumn);
      if (x + 8 >= columns) break;
      x = min(x + 8, columns - 8);
    }
  }
}

/** Two rows of 16 positions, two outputs at a time: 8 sums, which stay in registers. */
function sixteenColumns(layer: usize, pairs: usize, windowSums: usize, to: usize): void {
  const pairsRow = field(layer, Field.pairsRow);
  const plane = field(layer, Field.pairsPlane);
  const channels = field(layer, Field.inputChannels);
  const tapRows = field(layer, Field.tapRows);
  const tapsPerRow = field(layer, Field.tapsPerRow);
  const outputs = field(layer, Field.outputs);
  const windowsBelow = windowSums + field(layer, Field.windowSumsRow);
  const w0 = v128.load(windowSums);
  const w1 = v128.load(windowSums, 16);
  const w2 = v128.load(windowsBelow);
  const w3 = v128.load(windowsBelow, 16);
  const limit = i8x16.splat(<i8>field(layer, Field.maxCode));
  const magic = splatField(layer, Field.magic);
  const step = field(layer, Field.outputColumn);
  let w = field(layer, Field.pixelWeights);
  let table = field(layer, Field.pixelTable);
  for (let o: usize = 0; o < outputs; o += 2, table += 24) {
    const constant0 = v128.load16_splat(table);
    const constant1 = v128.load16_splat(table, 12);
    let a0 = i16x8.add(w0, constant0);
    let a1 = i16x8.add(w1, constant0);
    let a2 = i16x8.add(w2, constant0);
    let a3 = i16x8.add(w3, constant0);
    let b0 = i16x8.add(w0, constant1);
    let b1 = i16x8.add(w1, constant1);
    let b2 = i16x8.add(w2, constant1);
    let b3 = i16x8.add(w3, constant1);
    for (let c: usize = 0; c < channels; c++) {
      let row = pairs + c * plane;
      for (let k: usize = 0; k < tapRows; k++) {
        let p = row;
        let below = row + pairsRow;
        let left = tapsPerRow;
        do {
          const wa = v128.load(w);
          const wb = v128.load(w, 16);
          let u = v128.load(p);
          a0 = multiplyAdd8(a0, u, wa);
          b0 = multiplyAdd8(b0, u, wb);
          u = v128.load(p, 16);
          a1 = multiplyAdd8(a1, u, wa);
          b1 = multiplyAdd8(b1, u, wb);
          u = v128.load(below);
          a2 = multiplyAdd8(a2, u, wa);
          b2 = multiplyAdd8(b2, u, wb);
          u = v128.load(below, 16);
          a3 = multiplyAdd8(a3, u, wa);
          b3 = multiplyAdd8(b3, u, wb);
          w += 32;
          p += 4;
          below += 4;
        } while (--left);
        row += pairsRow;
      }
    }
    const first = pooledCodes(a0, a1, a2, a3, table, magic);
    const second = pooledCodes(b0, b1, b2, b3, table + 12, magic);
    storePairs(to + o, step, i8x16.min_u(i8x16.narrow_i16x8_u(first, second), limit));
  }
}

/** Codes, not yet clamped, of one output at 8 pooled positions. Table: constant (16 bits), scale, offset. */
function pooledCodes(s0: v128, s1: v128, s2: v128, s3: v128, table: usize, magic: v128): v128 {
  const scale = v128.load32_splat(table, 4);
  const offset = v128.load32_splat(table, 8);
  return i16x8.narrow_i32x4_s(
    codesOfNeighbours(i16x8.max_s(s0, s2), scale, offset, magic),
    codesOfNeighbours(i16x8.max_s(s1, s3), scale, offset, magic),
  );
}

/** The larger of two neighbouring 16-bit sums, as a code: 4 of them. */
function codesOfNeighbours(sums: v128, scale: v128, offset: v128, magic: v128): v128 {
  const larger = i16x8.max_s(sums, i32x4.shr_u(sums, 16));
  const whole = i32x4.shr_s(i32x4.shl(larger, 16), 16);
  return nearest(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(whole), scale), offset), magic);
}

/** Stores the codes of two outputs, one in each half, at 8 positions, channels last. */
function storePairs(to: usize, step: usize, codes: v128): void {
  const mixed = i8x16.shuffle(codes, codes, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store16_lane(to, mixed, 0);
  v128.store16_lane(to + step, mixed, 1);
  v128.store16_lane(to + 2 * step, mixed, 2);
  v128.store16_lane(to + 3 * step, mixed, 3);
  v128.store16_lane(to + 4 * step, mixed, 4);
  v128.store16_lane(to + 5 * step, mixed, 5);
  v128.store16_lane(to + 6 * step, mixed, 6);
  v128.store16_lane(to + 7 * step, mixed, 7);
}
