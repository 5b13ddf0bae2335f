/**
 * What a kernel is told about a layer: one 32-bit word each, in this order. Read by AssemblyScript, by TypeScript and by
 * C++ (native/layer.h), so that they cannot disagree: nothing but enums may stand here. Addresses and steps are in bytes.
 *
 * A tile is 4 positions x 8 outputs. `pixel1..3` lead from the first position of a tile to the other three: side by
 * side, or the four places of a 2 x 2 pooling window, or the same place of four images.
 */
export enum Field {
  /** Which kernel makes the sums (Method) and what becomes of them (Finish). */
  method,
  finish,
  images,
  input,
  inputImage,
  weights,
  /** Bytes of the weights of one block of 8 outputs. */
  block,
  blocks,
  rows,
  rowStep,
  tiles,
  tileStep,
  pixel1,
  pixel2,
  pixel3,
  /** The kernel's rows in one pass; each is a run of consecutive bytes, taken in `steps`. */
  kernelRows,
  kernelRowStep,
  steps,
  /** A sum is made in rowPasses x runPasses passes: over kernel rows, and over parts of a run. */
  rowPasses,
  runPasses,
  passRowStep,
  passRunStep,
  /** Bytes of a pass's weights, all blocks. */
  passWeights,
  /** Whether the maximum of a tile's four positions is kept, and not all four. */
  pooled,
  /** int32 sums [row][position][outputs, padded to 8]. */
  sums,
  sumsRow,
  sumsPosition,
  /** Max pooling apart from the tiles: window size, 1 for none, and where its result goes. */
  pool,
  poolSums,
  poolSumsRow,
  /** Shape of the codes. */
  outputRows,
  outputColumns,
  output,
  outputImage,
  outputRow,
  outputColumn,
  /** 2^bits - 1 of the codes. */
  maxCode,
  /** The bits of the float32 1.5 * 2^23, see `nearest`: read from memory, as V8 builds vector constants anew at each use. */
  magic,
  /** Float32 scale and offset, or thresholds, by block of 8 outputs. */
  table,
  /** The other branch of a residual sum: codes (u8) or reals (f32), and the codes' scale (f32 bits). */
  other,
  otherImage,
  otherRow,
  otherColumn,
  otherScale,
  /**
   * Of the kernel for pixels: neighbouring pixels in pairs of bytes [image][channel][row][position], window sums in
   * 16 bits [image][row][position], weights [two outputs][tap][output], three words for each output.
   */
  pairs,
  pairsImage,
  pairsPlane,
  pairsRow,
  windowSums,
  windowSumsImage,
  windowSumsRow,
  pixelWeights,
  pixelTable,
  inputChannels,
  tapRows,
  tapsPerRow,
  outputs,
  /**
   * Of the zero-skipping kernel: weights [block of 32 outputs][kernel column][kernel row][input][32 outputs], scratch
   * memory for the lists of non-zero codes, a table of the set bits of every byte, and the kernel's geometry.
   */
  skipWeights,
  skipBlocks,
  lists,
  bitTable,
  kernelColumns,
  kernelHeight,
  stride,
  inputColumns,
  pairsPerFlush,
  /**
   * Of the native kernels (native/kernels.h): planes of weights, and whether no two products of a weight and a code leave 16
   * bits together. They too read `outputs`, and to skip zeros `lists`, `kernelColumns`, `inputChannels`, `stride` and
   * `inputColumns`.
   */
  planes,
  narrow,
  /** Whether a vector holds two neighbouring positions. */
  paired,
  count,
}

export enum Method {
  /** 16-bit products in 32-bit sums: any bits. */
  dense16,
  /** 8-bit products in 16-bit sums, relaxed SIMD: weights and activations of at most 7 bits. */
  dense8,
  /** The same for 8-bit pixels, vectorised over positions, with 2 x 2 pooling and codes in one. */
  pixels8,
  /** Visits non-zero codes only; natively, steps of four codes that are not all 0. */
  skip,
  /** 8-bit products, four at a time, in 32-bit sums: any bits. Native only. */
  dense32,
}

export enum Finish {
  /** The sums are the result. */
  none,
  /** Codes by a float32 multiplication that was checked to reproduce every threshold. */
  scale,
  /** The same in float64. */
  scale64,
  /** Codes by counting thresholds. */
  count,
  /** Float32 S scale + offset. */
  reals,
  /** Codes of a residual sum with codes. */
  addCodes,
  /** Codes of a residual sum with reals. */
  addReals,
}
