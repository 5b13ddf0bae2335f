import { field, floatField, splatField } from "./field";
import { Field, Finish } from "./fields";

/**
 * From the int32 sums of one image to codes. Outputs are taken 8 at a time; where their number is no multiple of 8,
 * the surplus codes are 0 and fall on memory that is either written next or has to be 0.
 */
export function finish(layer: usize, output: usize, other: usize): void {
  const kind = <i32>field(layer, Field.finish);
  const rows = field(layer, Field.outputRows);
  const columns = field(layer, Field.outputColumns);
  const position = field(layer, Field.sumsPosition);
  const outputRow = field(layer, Field.outputRow);
  const outputColumn = field(layer, Field.outputColumn);
  const otherRow = field(layer, Field.otherRow);
  const otherColumn = field(layer, Field.otherColumn);
  const blocks = field(layer, Field.blocks);
  const table = field(layer, Field.table);
  const maxCode = field(layer, Field.maxCode);
  const limit = i8x16.splat(<i8>maxCode);
  const magic = splatField(layer, Field.magic);
  const otherScale = floatField(layer, Field.otherScale);
  const pooledApart = field(layer, Field.pool) > 1;
  if (pooledApart) maxPool(layer);
  const sums = field(layer, pooledApart ? Field.poolSums : Field.sums);
  const sumsRow = field(layer, pooledApart ? Field.poolSumsRow : Field.sumsRow);
  for (let y: usize = 0; y < rows; y++) {
    for (let x: usize = 0; x < columns; x++) {
      const from = sums + y * sumsRow + x * position;
      const to = output + y * outputRow + x * outputColumn;
      const beside = other + y * otherRow + x * otherColumn;
      if (kind === Finish.scale) scaleCodes(from, to, blocks, table, limit, magic);
      else if (kind === Finish.scale64) scaleCodes64(from, to, blocks, table, limit);
      else if (kind === Finish.count) countCodes(from, to, blocks, table, maxCode, limit);
      else if (kind === Finish.reals) reals(from, to, blocks, table);
      else if (kind === Finish.addCodes) addCodes(from, to, blocks, table, limit, magic, beside, otherScale);
      else addReals(from, to, blocks, table, limit, magic, beside);
    }
  }
}

/**
 * The nearest integer, ties to even, of float32 numbers below 2^22: adding `magic`, 1.5 * 2^23, leaves it in the low bits,
 * and subtracting magic's bits lays it bare.
 */
export function nearest(x: v128, magic: v128): v128 {
  return i32x4.sub(f32x4.add(x, magic), magic);
}

/** S scale + offset for 4 outputs; scale at `table`, offset 32 bytes behind. */
function affine(sums: v128, table: usize): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sums), v128.load(table)), v128.load(table, 32));
}

/** Stores 8 integers, clamped to 0..limit, as bytes. */
function storeCodes(to: usize, low: v128, high: v128, limit: v128): void {
  const narrow = i16x8.narrow_i32x4_s(low, high);
  v128.store64_lane(to, i8x16.min_u(i8x16.narrow_i16x8_u(narrow, narrow), limit), 0);
}

function scaleCodes(from: usize, to: usize, blocks: usize, table: usize, limit: v128, magic: v128): void {
  for (let b: usize = 0; b < blocks; b++, from += 32, to += 8, table += 64)
    storeCodes(
      to,
      nearest(affine(v128.load(from), table), magic),
      nearest(affine(v128.load(from, 16), table + 16), magic),
      limit,
    );
}

/** S scale + offset of the two low sums in float64, with the nearest integer in its low bits; offset 64 bytes behind. */
function nearest64(sums: v128, table: usize): v128 {
  const product = f64x2.mul(f64x2.convert_low_i32x4_s(sums), v128.load(table));
  return f64x2.add(f64x2.add(product, v128.load(table, 64)), f64x2.splat(6755399441055744)); // 1.5 * 2^52
}

/** The nearest integers of 4 outputs, ties to even. */
function nearestOf4(sums: v128, table: usize): v128 {
  const high = v128.shuffle<i32>(sums, sums, 2, 3, 2, 3);
  return v128.shuffle<i32>(nearest64(sums, table), nearest64(high, table + 16), 0, 2, 4, 6);
}

function scaleCodes64(from: usize, to: usize, blocks: usize, table: usize, limit: v128): void {
  for (let b: usize = 0; b < blocks; b++, from += 32, to += 8, table += 128)
    storeCodes(to, nearestOf4(v128.load(from), table), nearestOf4(v128.load(from, 16), table + 32), limit);
}

/** Thresholds lie as [block][level][8 outputs]. */
function countCodes(from: usize, to: usize, blocks: usize, table: usize, maxCode: usize, limit: v128): void {
  for (let b: usize = 0; b < blocks; b++, from += 32, to += 8) {
    const s0 = v128.load(from);
    const s1 = v128.load(from, 16);
    let c0 = i32x4.splat(0);
    let c1 = i32x4.splat(0);
    for (let j: usize = 0; j < maxCode; j++, table += 32) {
      c0 = i32x4.sub(c0, i32x4.ge_s(s0, v128.load(table)));
      c1 = i32x4.sub(c1, i32x4.ge_s(s1, v128.load(table, 16)));
    }
    storeCodes(to, c0, c1, limit);
  }
}

function reals(from: usize, to: usize, blocks: usize, table: usize): void {
  for (let b: usize = 0; b < blocks; b++, from += 32, to += 32, table += 64) {
    v128.store(to, affine(v128.load(from), table));
    v128.store(to, affine(v128.load(from, 16), table + 16), 16);
  }
}

/** floor(clamp(v, 0, maxCode) + 0.5), where the clamp above is left to `storeCodes`. */
function halfUp(v: v128, magic: v128): v128 {
  // Below 0 and above 2^20 the code is decided whatever the rounding; pmin and pmax keep the integers within range.
  const within = f32x4.pmin(f32x4.splat(1048576), f32x4.pmax(f32x4.splat(0), v));
  return nearest(f32x4.floor(f32x4.add(within, f32x4.splat(0.5))), magic);
}

function addCodes(
  from: usize,
  to: usize,
  blocks: usize,
  table: usize,
  limit: v128,
  magic: v128,
  beside: usize,
  scale: f32,
): void {
  const scales = f32x4.splat(scale);
  for (let b: usize = 0; b < blocks; b++, from += 32, to += 8, table += 64, beside += 8) {
    const u = i16x8.extend_low_i8x16_u(v128.load64_zero(beside));
    const r0 = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(u)), scales);
    const r1 = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(u)), scales);
    storeCodes(
      to,
      halfUp(f32x4.add(affine(v128.load(from), table), r0), magic),
      halfUp(f32x4.add(affine(v128.load(from, 16), table + 16), r1), magic),
      limit,
    );
  }
}

function addReals(
  from: usize,
  to: usize,
  blocks: usize,
  table: usize,
  limit: v128,
  magic: v128,
  beside: usize,
): void {
  for (let b: usize = 0; b < blocks; b++, from += 32, to += 8, table += 64, beside += 32)
    storeCodes(
      to,
      halfUp(f32x4.add(affine(v128.load(from), table), v128.load(beside)), magic),
      halfUp(f32x4.add(affine(v128.load(from, 16), table + 16), v128.load(beside, 16)), magic),
      limit,
    );
}

/** Maximum over windows of any size. */
function maxPool(layer: usize): void {
  const size = field(layer, Field.pool);
  const rows = field(layer, Field.outputRows);
  const columns = field(layer, Field.outputColumns);
  const sums = field(layer, Field.sums);
  const sumsRow = field(layer, Field.sumsRow);
  const position = field(layer, Field.sumsPosition);
  const to = field(layer, Field.poolSums);
  const toRow = field(layer, Field.poolSumsRow);
  for (let y: usize = 0; y < rows; y++)
    for (let x: usize = 0; x < columns; x++)
      for (let o: usize = 0; o < position; o += 16) {
        let most = i32x4.splat(i32.MIN_VALUE);
        for (let i: usize = 0; i < size; i++)
          for (let j: usize = 0; j < size; j++)
            most = i32x4.max_s(
              most,
              v128.load(sums + (y * size + i) * sumsRow + (x * size + j) * position + o),
            );
        v128.store(to + y * toRow + x * position + o, most);
      }
}
