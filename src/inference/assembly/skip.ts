import { multiplyAdd8 } from "./dense";
import { field } from "./field";
import { Field } from "./fields";

/**
 * A conv that visits non-zero codes only, 32 outputs at a time.
 *
 * For each row of outputs, the non-zero codes of the input rows under it are listed column by column. The window of one
 * output is then a contiguous part of the list, and since weights lie in the order of the list, the weights of an entry
 * are found from its place alone.
 */
export function skip(layer: usize, input: usize): void {
  const rows = field(layer, Field.outputRows);
  const columns = field(layer, Field.outputColumns);
  const rowStep = field(layer, Field.rowStep);
  const blocks = field(layer, Field.skipBlocks);
  const stride = field(layer, Field.stride);
  const kernelColumns = field(layer, Field.kernelColumns);
  const perColumn = field(layer, Field.kernelHeight) * field(layer, Field.inputChannels);
  const lists = field(layer, Field.lists);
  const position = field(layer, Field.sumsPosition);
  const pairsPerFlush = field(layer, Field.pairsPerFlush);
  for (let y: usize = 0; y < rows; y++) {
    listRow(layer, input + y * rowStep);
    const sums = field(layer, Field.sums) + y * field(layer, Field.sumsRow);
    for (let b: usize = 0; b < blocks; b++) {
      // Place 0 of the list is the left end of the row; the window's first column has the first weights.
      let weights = field(layer, Field.skipWeights) + b * kernelColumns * perColumn * 32;
      let to = sums + b * 128;
      for (let x: usize = 0; x < columns; x++) {
        const from = load<u32>(lists + ((x * stride) << 2));
        const end = load<u32>(lists + ((x * stride + kernelColumns) << 2));
        sumWindow(layer, from, end, weights, to, pairsPerFlush);
        weights -= stride * perColumn * 32;
        to += position;
      }
    }
  }
}

/** Bytes of the list of beginnings, one word per column, in front of the codes and the places. */
function codesAt(layer: usize): usize {
  return field(layer, Field.lists) + ((field(layer, Field.inputColumns) + 1) << 2);
}

/** Two bytes each, behind all the codes that there can be. */
function placesAt(layer: usize): usize {
  const most =
    field(layer, Field.inputColumns) * field(layer, Field.kernelHeight) * field(layer, Field.inputChannels);
  return codesAt(layer) + most + 16;
}

/** Lists the non-zero codes of the rows from `row` on: where each column begins, the codes, their places. */
function listRow(layer: usize, row: usize): void {
  const columns = field(layer, Field.inputColumns);
  const height = field(layer, Field.kernelHeight);
  const channels = field(layer, Field.inputChannels);
  const rowBytes = field(layer, Field.kernelRowStep);
  const table = field(layer, Field.bitTable);
  const codes = codesAt(layer);
  const places = placesAt(layer);
  let begin = field(layer, Field.lists);
  let n: usize = 0;
  let place: u32 = 0;
  for (let x: usize = 0; x < columns; x++, begin += 4) {
    store<u32>(begin, <u32>n);
    for (let k: usize = 0; k < height; k++) {
      let p = row + k * rowBytes + x * channels;
      for (const end = p + channels; p < end; p += 8, place += 8) {
        // The non-zero ones of 8 codes move to the front, all at once.
        const u = v128.load64_zero(p);
        const mask = <usize>(i8x16.bitmask(i8x16.ne(u, i8x16.splat(0))) & 255);
        const which = v128.load64_zero(table + (mask << 3));
        v128.store64_lane(codes + n, i8x16.swizzle(u, which), 0);
        v128.store(places + (n << 1), i16x8.add(i16x8.extend_low_i8x16_u(which), i16x8.splat(<i16>place)));
        n += <usize>popcnt<u32>(<u32>mask);
      }
    }
  }
  store<u32>(begin, <u32>n);
}

/** int32 sums of 32 outputs over the entries from `from` to `end`, two at a time. */
function sumWindow(
  layer: usize,
  from: usize,
  end: usize,
  weights: usize,
  to: usize,
  pairsPerFlush: usize,
): void {
  let code = codesAt(layer) + from;
  let place = placesAt(layer) + (from << 1);
  let pairs = (end - from) >> 1;
  const isOdd = (end - from) & 1;
  let isFirst = true;
  do {
    let a0 = i16x8.splat(0);
    let a1 = i16x8.splat(0);
    let a2 = i16x8.splat(0);
    let a3 = i16x8.splat(0);
    let left = min(pairs, pairsPerFlush);
    pairs -= left;
    for (; left > 0; left--) {
      const w0 = weights + ((<usize>load<u16>(place)) << 5);
      const w1 = weights + ((<usize>load<u16>(place, 2)) << 5);
      const u = v128.load16_splat(code);
      let x = v128.load(w0);
      let y = v128.load(w1);
      a0 = addPair(a0, lowPairs(x, y), u);
      a1 = addPair(a1, highPairs(x, y), u);
      x = v128.load(w0, 16);
      y = v128.load(w1, 16);
      a2 = addPair(a2, lowPairs(x, y), u);
      a3 = addPair(a3, highPairs(x, y), u);
      place += 4;
      code += 2;
    }
    // The flush limit leaves room for this one.
    if (isOdd && pairs === 0) {
      const w0 = weights + ((<usize>load<u16>(place)) << 5);
      const u = i16x8.splat(<i16>load<u8>(code));
      let x = v128.load(w0);
      a0 = addPair(a0, lowPairs(x, x), u);
      a1 = addPair(a1, highPairs(x, x), u);
      x = v128.load(w0, 16);
      a2 = addPair(a2, lowPairs(x, x), u);
      a3 = addPair(a3, highPairs(x, x), u);
    }
    storeEight(to, isFirst, a0);
    storeEight(to + 32, isFirst, a1);
    storeEight(to + 64, isFirst, a2);
    storeEight(to + 96, isFirst, a3);
    isFirst = false;
  } while (pairs > 0);
}

/** Weights of two inputs in turn, for outputs 0..7 of 16. */
function lowPairs(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** The same for outputs 8..15. */
function highPairs(x: v128, y: v128): v128 {
  return i8x16.shuffle(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Adds the products of 8 pairs of weights with a pair of codes. */
function addPair(sum: v128, w: v128, u: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return multiplyAdd8(sum, w, u);
  const even = i16x8.mul(i16x8.shr_s(i16x8.shl(w, 8), 8), v128.and(u, i16x8.splat(255)));
  const odd = i16x8.mul(i16x8.shr_s(w, 8), i16x8.shr_u(u, 8));
  return i16x8.add(sum, i16x8.add(even, odd));
}

function storeEight(to: usize, isFirst: boolean, sums: v128): void {
  let low = i32x4.extend_low_i16x8_s(sums);
  let high = i32x4.extend_high_i16x8_s(sums);
  if (!isFirst) {
    low = i32x4.add(low, v128.load(to));
    high = i32x4.add(high, v128.load(to, 16));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}
