// The kernels, the same for every set of instructions. Included inside a namespace of its own, behind the vectors.
//
// Codes are bytes, channels last, so that one row of a window is one run of consecutive bytes, taken in steps of four. A
// vector holds the sums of 16 outputs at one position. A step splats four codes of a position, multiplies them with the four
// weights of each output, and adds the four products to that output's sum:
//
//   codes of position p      u0 u1 u2 u3 | u0 u1 u2 u3 | ... | u0 u1 u2 u3      unsigned, 16 times the same
//   weights of a block       w0 w1 w2 w3 | w0 w1 w2 w3 | ... | w0 w1 w2 w3      signed, output 0 | 1 | ... | 15
//   sums of position p       s           | s           | ... | s                int32
//
// A tile is four positions: side by side, or a 2 x 2 window of max pooling, or the same place of four images. Tiles of all
// images of a group lie behind each other, and the kernel takes T of them and B blocks of outputs at a time, so that each
// vector of weights serves 4 T positions and each splat B blocks, all sums in registers.
//
// Weights lie as [block][plane][row of the window][step][16 outputs][4 inputs]. A weight is the odd number 2q - n. Where that
// fits in a byte there is one plane. With codes q of 8 bits it does not: then 2q - 255 = 2 (q - 128) + 1, the first plane
// holds q - 128, the second one 1 for each weight that there is, and the sums are doubled between the two.

constexpr int LANES = 16;

struct Tile {
  const uint8_t* input;
  /** Where the sums, codes or reals of its positions go; null for none. */
  uint8_t* to[4];
  /** The other branch of a residual sum. */
  const uint8_t* beside[4];
};

/** Steps of an array over images, rows and columns. */
struct Steps {
  size_t image, row, column;
};

/** What of a layer's description the tiles are made from. */
struct Geometry {
  const uint8_t* input;
  size_t inputImage, rowStep, tileStep, pixel[4];
  uint32_t images, rows, tiles;
  bool pooled;
  /** Columns that there are; the last tile of a row may have more. */
  uint32_t columns;
  uint8_t* to;
  Steps toSteps;
  const uint8_t* beside;
  Steps besideSteps;

  size_t count() const { return static_cast<size_t>(images) * rows * tiles; }
};

/** Walks through the tiles of a group of images. */
class Tiles {
 public:
  explicit Tiles(const Geometry& geometry) : g(geometry) {}

  Tile next() {
    Tile tile{};
    tile.input = g.input + image * g.inputImage + row * g.rowStep + column * g.tileStep;
    const uint32_t perTile = g.pooled ? 1 : 4;
    const uint32_t first = column * perTile;
    uint8_t* const to = g.to + image * g.toSteps.image + row * g.toSteps.row;
    const uint8_t* const beside = g.beside + image * g.besideSteps.image + row * g.besideSteps.row;
    for (uint32_t i = 0; i < perTile && first + i < g.columns; i++) {
      tile.to[i] = to + (first + i) * g.toSteps.column;
      tile.beside[i] = beside + (first + i) * g.besideSteps.column;
    }
    if (++column == g.tiles) {
      column = 0;
      if (++row == g.rows) {
        row = 0;
        image++;
      }
    }
    return tile;
  }

 private:
  const Geometry& g;
  size_t image = 0, row = 0;
  uint32_t column = 0;
};

/** The run of weights and codes behind one sum. */
struct Window {
  uint32_t planes, rows, steps;
  size_t rowStep, pixel[4];
  /** Bytes of a block of weights. */
  size_t block;
};

/** Sums of T tiles and B blocks of outputs, or with pooling the largest of each tile: [block][vector][16 outputs]. */
template <int T, int B, bool Narrow>
inline void dotTiles(const Window& window, const Tile (&tiles)[T], const int8_t* weights, bool pooled, int32_t* out) {
  Sums sums[4 * T][B];
#pragma GCC unroll 24
  for (int p = 0; p < 4 * T; p++)
#pragma GCC unroll 4
    for (int b = 0; b < B; b++) sums[p][b] = zero();
  const size_t pixel1 = window.pixel[1], pixel2 = window.pixel[2], pixel3 = window.pixel[3];
  const size_t block = window.block;
  for (uint32_t plane = 0; plane < window.planes; plane++) {
    if (plane > 0)
#pragma GCC unroll 24
      for (int p = 0; p < 4 * T; p++)
#pragma GCC unroll 4
        for (int b = 0; b < B; b++) sums[p][b] = twice(sums[p][b]);
    const uint8_t* at[T];
#pragma GCC unroll 6
    for (int t = 0; t < T; t++) at[t] = tiles[t].input;
    for (uint32_t row = 0; row < window.rows; row++) {
      for (uint32_t left = window.steps; left > 0; left--) {
        Weights w[B];
#pragma GCC unroll 4
        for (int b = 0; b < B; b++) w[b] = loadWeights(weights + b * block);
        weights += 4 * LANES;
#pragma GCC unroll 6
        for (int t = 0; t < T; t++) {
          const uint8_t* const from[4] = {at[t], at[t] + pixel1, at[t] + pixel2, at[t] + pixel3};
#pragma GCC unroll 4
          for (int i = 0; i < 4; i++) {
            const Codes u = splat(from[i]);
#pragma GCC unroll 4
            for (int b = 0; b < B; b++) dot<Narrow>(sums[4 * t + i][b], u, w[b]);
          }
          at[t] += 4;
        }
      }
#pragma GCC unroll 6
      for (int t = 0; t < T; t++) at[t] += window.rowStep - 4 * window.steps;
    }
  }
#pragma GCC unroll 4
  for (int b = 0; b < B; b++)
#pragma GCC unroll 6
    for (int t = 0; t < T; t++) {
      if (pooled) {
        const Sums one = larger(sums[4 * t][b], sums[4 * t + 1][b]);
        const Sums two = larger(sums[4 * t + 2][b], sums[4 * t + 3][b]);
        storeSums(out + (b * T + t) * LANES, larger(one, two));
      } else {
#pragma GCC unroll 4
        for (int i = 0; i < 4; i++) storeSums(out + ((b * T + t) * 4 + i) * LANES, sums[4 * t + i][b]);
      }
    }
}

/** What becomes of sums. */
struct Finishing {
  Finish kind;
  uint32_t maxCode;
  float otherScale;
  const uint8_t* table;
  /** Bytes of a block of 16 outputs in the table, in what is written, and in what is added. */
  size_t tableBlock, toBlock, besideBlock;
  uint32_t outputs;
};

/** S scale + offset; scales at `table`, offsets behind them. */
inline Reals affine(Sums sums, const float* table) {
  return plus(times(toReals(sums), loadReals(table)), loadReals(table + LANES));
}

/** floor(v clamped + 0.5). Beyond the bounds the code is decided whatever the rounding: they keep it within integers. */
inline Sums halfUp(Reals v) {
  return truncate(plus(clamp(v, splatReal(0), splatReal(1 << 20)), splatReal(0.5f)));
}

/** Codes, not yet clamped, of 16 outputs. */
inline Sums codesOf(const Finishing& f, Sums sums, const uint8_t* table, const uint8_t* beside) {
  const float* const floats = reinterpret_cast<const float*>(table);
  switch (f.kind) {
    case Finish::scale:
      return nearest(affine(sums, floats));
    case Finish::scale64: {
      const double* const doubles = reinterpret_cast<const double*>(table);
      return nearest64(sums, doubles, doubles + LANES);
    }
    case Finish::count: {
      const int32_t* const thresholds = reinterpret_cast<const int32_t*>(table);
      Sums reached = zero();
      for (uint32_t j = 0; j < f.maxCode; j++)
        reached = countReached(reached, sums, loadSums(thresholds + j * LANES));
      return reached;
    }
    case Finish::addCodes:
      return halfUp(plus(affine(sums, floats), times(codesToReals(beside), splatReal(f.otherScale))));
    case Finish::addReals:
      return halfUp(plus(affine(sums, floats), loadReals(reinterpret_cast<const float*>(beside))));
    case Finish::none:
    case Finish::reals:
      break;
  }
  return sums;
}

/** 16 words, of which only so many exist. */
inline void storeWords(uint8_t* to, const int32_t* words, uint32_t count) { std::memcpy(to, words, 4 * count); }

/** Finishes up to four vectors of one block of outputs. */
inline void finishFour(const Finishing& f, uint32_t block, const int32_t* sums, int vectors, uint8_t* const* to,
                       const uint8_t* const* beside) {
  const uint8_t* const table = f.table + block * f.tableBlock;
  const uint32_t left = f.outputs - block * LANES;
  const uint32_t count = left < LANES ? left : LANES;
  uint8_t* places[4] = {};
  for (int i = 0; i < vectors; i++) places[i] = to[i] ? to[i] + block * f.toBlock : nullptr;
  if (f.kind == Finish::none || f.kind == Finish::reals) {
    for (int i = 0; i < vectors; i++) {
      if (!places[i]) continue;
      alignas(64) float reals[LANES];
      if (f.kind == Finish::none) {
        storeWords(places[i], sums + i * LANES, count);
      } else {
        storeReals(reals, affine(loadSums(sums + i * LANES), reinterpret_cast<const float*>(table)));
        std::memcpy(places[i], reals, 4 * count);
      }
    }
    return;
  }
  Sums codes[4] = {zero(), zero(), zero(), zero()};
  for (int i = 0; i < vectors; i++)
    if (places[i]) codes[i] = codesOf(f, loadSums(sums + i * LANES), table, beside[i] + block * f.besideBlock);
  storeCodes(places, codes, f.maxCode, count);
}

/** All tiles with B blocks of outputs, T tiles at a time. */
template <int T, int B, bool Narrow>
void blocksOf(const Geometry& geometry, const Window& window, const Finishing& finishing, const int8_t* weights,
              uint32_t firstBlock) {
  Tiles walk(geometry);
  alignas(64) int32_t sums[B * T * 4 * LANES];
  const int vectors = geometry.pooled ? T : 4 * T;
  Tile tiles[T];
  uint8_t* to[4 * T];
  const uint8_t* beside[4 * T];
  for (size_t left = geometry.count(); left > 0;) {
    for (int t = 0; t < T; t++) {
      // Behind the last one its sums are made again, and go nowhere.
      if (left > 0) {
        tiles[t] = walk.next();
        left--;
      } else {
        std::memset(tiles[t].to, 0, sizeof tiles[t].to);
        tiles[t].input = tiles[t - 1].input;
      }
      if (geometry.pooled) {
        to[t] = tiles[t].to[0];
        beside[t] = tiles[t].beside[0];
      } else {
        std::memcpy(to + 4 * t, tiles[t].to, sizeof tiles[t].to);
        std::memcpy(beside + 4 * t, tiles[t].beside, sizeof tiles[t].beside);
      }
    }
    dotTiles<T, B, Narrow>(window, tiles, weights + firstBlock * window.block, geometry.pooled, sums);
    for (int b = 0; b < B; b++)
      for (int v = 0; v < vectors; v += 4)
        finishFour(finishing, firstBlock + b, sums + (b * vectors + v) * LANES,
                   vectors - v < 4 ? vectors - v : 4, to + v, beside + v);
  }
}

/** All tiles and all blocks of outputs: the more blocks at a time, the fewer tiles. */
template <bool Narrow>
void allBlocks(const Geometry& geometry, const Window& window, const Finishing& finishing, const int8_t* weights,
               uint32_t blocks) {
  uint32_t b = 0;
  if constexpr (ACCUMULATORS >= 24) {
    for (; b + 4 <= blocks; b += 4) blocksOf<1, 4, Narrow>(geometry, window, finishing, weights, b);
    for (; b + 2 <= blocks; b += 2) blocksOf<3, 2, Narrow>(geometry, window, finishing, weights, b);
    for (; b < blocks; b++) blocksOf<4, 1, Narrow>(geometry, window, finishing, weights, b);
  } else {
    for (; b < blocks; b++) blocksOf<1, 1, Narrow>(geometry, window, finishing, weights, b);
  }
}

/** Max pooling of the sums of one image, by windows that are no tiles, and what becomes of it. */
inline void poolAndFinish(const Words& layer, uint8_t* memory, const Geometry& codes, uint32_t image,
                          const Finishing& finishing) {
  const uint32_t size = layer[Field::pool];
  const size_t sumsRow = layer[Field::sumsRow], position = layer[Field::sumsPosition];
  const uint8_t* const sums = memory + layer[Field::sums];
  for (uint32_t y = 0; y < layer[Field::outputRows]; y++)
    for (uint32_t x = 0; x < layer[Field::outputColumns]; x++) {
      uint8_t* to = codes.to + image * codes.toSteps.image + y * codes.toSteps.row + x * codes.toSteps.column;
      const uint8_t* const beside = codes.beside;
      for (uint32_t b = 0; b < layer[Field::blocks]; b++) {
        const auto at = [&](uint32_t i, uint32_t j) {
          const uint8_t* const from = sums + (y * size + i) * sumsRow + (x * size + j) * position;
          return loadSums(reinterpret_cast<const int32_t*>(from) + b * LANES);
        };
        Sums most = at(0, 0);
        for (uint32_t i = 0; i < size; i++)
          for (uint32_t j = 0; j < size; j++) most = larger(most, at(i, j));
        alignas(64) int32_t words[LANES];
        storeSums(words, most);
        finishFour(finishing, b, words, 1, &to, &beside);
      }
    }
}

inline Finishing finishingOf(const Words& layer, const uint8_t* memory) {
  Finishing f{};
  f.kind = layer.finish();
  f.maxCode = layer[Field::maxCode];
  const uint32_t scale = layer[Field::otherScale];
  std::memcpy(&f.otherScale, &scale, sizeof scale);
  f.table = memory + layer[Field::table];
  f.tableBlock = f.kind == Finish::count     ? f.maxCode * LANES * sizeof(int32_t)
                 : f.kind == Finish::scale64 ? 2 * LANES * sizeof(double)
                                             : 2 * LANES * sizeof(float);
  f.toBlock = f.kind == Finish::none || f.kind == Finish::reals ? LANES * 4 : LANES;
  f.besideBlock = f.kind == Finish::addReals ? LANES * sizeof(float) : LANES;
  f.outputs = layer[Field::outputs];
  return f;
}

inline void runLayer(const Words& layer, uint8_t* memory) {
  const size_t pixel[4] = {0, layer[Field::pixel1], layer[Field::pixel2], layer[Field::pixel3]};
  Window window{};
  window.planes = layer[Field::planes];
  window.rows = layer[Field::kernelRows];
  window.steps = layer[Field::steps];
  window.rowStep = layer[Field::kernelRowStep];
  window.block = layer[Field::block];
  std::memcpy(window.pixel, pixel, sizeof pixel);

  Geometry codes{};
  codes.input = memory + layer[Field::input];
  codes.inputImage = layer[Field::inputImage];
  codes.rowStep = layer[Field::rowStep];
  codes.tileStep = layer[Field::tileStep];
  codes.images = layer[Field::images];
  codes.rows = layer[Field::rows];
  codes.tiles = layer[Field::tiles];
  codes.pooled = layer[Field::pooled] != 0;
  codes.columns = layer[Field::outputColumns];
  codes.to = memory + layer[Field::output];
  codes.toSteps = {layer[Field::outputImage], layer[Field::outputRow], layer[Field::outputColumn]};
  codes.beside = memory + layer[Field::other];
  codes.besideSteps = {layer[Field::otherImage], layer[Field::otherRow], layer[Field::otherColumn]};

  const Finishing finishing = finishingOf(layer, memory);
  const int8_t* const weights = reinterpret_cast<const int8_t*>(memory + layer[Field::weights]);
  const auto dense = [&](const Geometry& geometry, const Finishing& f) {
    if (layer[Field::narrow]) allBlocks<true>(geometry, window, f, weights, layer[Field::blocks]);
    else allBlocks<false>(geometry, window, f, weights, layer[Field::blocks]);
  };
  const bool pooledApart = layer[Field::pool] > 1;
  if (finishing.kind != Finish::none && !pooledApart) return dense(codes, finishing);

  // Sums [row][position][outputs], of one image at a time.
  Geometry sums = codes;
  sums.images = 1;
  sums.columns = codes.tiles * (codes.pooled ? 1 : 4);
  sums.to = memory + layer[Field::sums];
  sums.toSteps = {0, layer[Field::sumsRow], layer[Field::sumsPosition]};
  Finishing none = finishing;
  none.kind = Finish::none;
  none.toBlock = LANES * sizeof(int32_t);
  for (uint32_t image = 0; image < codes.images; image++) {
    sums.input = codes.input + image * codes.inputImage;
    dense(sums, none);
    if (pooledApart) poolAndFinish(layer, memory, codes, image, finishing);
  }
}

inline void run(uint8_t* memory, uint32_t layers, uint32_t count) {
  const uint32_t* words = reinterpret_cast<const uint32_t*>(memory + layers);
  for (uint32_t i = 0; i < count; i++, words += static_cast<int>(Field::count)) runLayer(Words{words}, memory);
}
