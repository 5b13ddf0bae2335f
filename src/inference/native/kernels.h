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
// Where a layer has at most 8 outputs and 2 x 2 pooling, half of a vector would be idle. There ("paired") a vector holds two
// neighbouring positions of 8 outputs each, whose windows together are one window that is a stride wider; a tile is the four
// pairs of two pooling windows:
//
//   weights of a step        outputs 0 to 7 of the left position | the same weights, a stride further, for the right one
//
// Weights lie as [block][plane][row of the window][step][16 outputs][4 inputs]. A weight is the odd number 2q - n. Where that
// fits in a byte there is one plane. With codes q of 8 bits it does not: then 2q - 255 = 2 (q - 128) + 1, the first plane
// holds q - 128, the second one 1 for each weight that there is, and the sums are doubled between the two.

constexpr int LANES = 16;

struct Tile {
  const uint8_t* input;
  /** Where the sums, codes or reals of its first position go, and the other branch of a residual sum there. */
  uint8_t* to;
  const uint8_t* beside;
  /** Positions that there are, with pooling windows; 0 behind the last tile. */
  uint32_t count;
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
  bool pooled, paired;
  /** Columns that there are; the last tile of a row may have more. */
  uint32_t columns;
  uint8_t* to;
  Steps toSteps;
  const uint8_t* beside;
  Steps besideSteps;

  size_t count() const { return static_cast<size_t>(images) * rows * tiles; }
};

/** Walks through the tiles of a group of images, and then on the spot. */
class Tiles {
 public:
  explicit Tiles(const Geometry& geometry) : g(geometry) {}

  Tile next() {
    if (image == g.images) return Tile{g.input, g.to, g.beside, 0};
    const uint32_t perTile = g.paired ? 2 : g.pooled ? 1 : 4;
    const uint32_t first = column * perTile;
    const uint32_t left = g.columns > first ? g.columns - first : 0;
    const Tile tile{
        g.input + image * g.inputImage + row * g.rowStep + column * g.tileStep,
        g.to + image * g.toSteps.image + row * g.toSteps.row + first * g.toSteps.column,
        g.beside + image * g.besideSteps.image + row * g.besideSteps.row + first * g.besideSteps.column,
        left < perTile ? left : perTile,
    };
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
inline void dotTiles(const Window& window, const Tile* tiles, const int8_t* weights, const Geometry& geometry,
                     int32_t* out) {
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
      if (geometry.pooled) {
        const Sums one = larger(sums[4 * t][b], sums[4 * t + 1][b]);
        const Sums two = larger(sums[4 * t + 2][b], sums[4 * t + 3][b]);
        storeSums(out + (b * T + t) * LANES, geometry.paired ? largerOfPairs(one, two) : larger(one, two));
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
  bool paired;
};

/** S scale + offset; scales at `table`, offsets behind them. */
inline Reals affine(Sums sums, const float* table) {
  return plus(times(toReals(sums), loadReals(table)), loadReals(table + LANES));
}

/** floor(v clamped + 0.5). Beyond the bounds the code is decided whatever the rounding: they keep it within integers. */
inline Sums halfUp(Reals v) {
  return truncate(plus(clamp(v, splatReal(0), splatReal(1 << 20)), splatReal(0.5f)));
}

/** Where four vectors go, null for nowhere, and what is added to them. */
struct Four {
  uint8_t* to[4];
  const uint8_t* beside[4];
  /** Where the second half of a paired vector goes. */
  uint8_t* second[4];
};

/** Stores four vectors of codes that a function gives from a vector's sums. */
template <typename CodesOf>
inline void storeFour(const Finishing& f, const int32_t* sums, const Four& four, uint32_t count, CodesOf codesOf) {
  Sums codes[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) codes[i] = codesOf(loadSums(sums + i * LANES), i);
  if (f.paired) storePairs(four.to, four.second, codes, f.maxCode, count);
  else storeCodes(four.to, codes, f.maxCode, count);
}

/** Stores words of the outputs that exist. */
inline void storeWords(const Four& four, const int32_t* words, uint32_t count) {
  for (int i = 0; i < 4; i++)
    if (four.to[i]) std::memcpy(four.to[i], words + i * LANES, 4 * count);
}

/** Finishes four vectors of one block of outputs; `four` tells of its first 16. */
inline void finishFour(const Finishing& f, uint32_t block, const int32_t* sums, Four four) {
  const uint8_t* const table = f.table + block * f.tableBlock;
  const float* const floats = reinterpret_cast<const float*>(table);
  const uint32_t left = f.outputs - block * LANES;
  const uint32_t count = left < LANES ? left : LANES;
  for (int i = 0; i < 4; i++) {
    if (four.to[i]) four.to[i] += block * f.toBlock;
    four.beside[i] += block * f.besideBlock;
  }
  switch (f.kind) {
    case Finish::none:
      return storeWords(four, sums, count);
    case Finish::scale:
      return storeFour(f, sums, four, count, [&](Sums s, int) { return nearest(affine(s, floats)); });
    case Finish::scale64: {
      const double* const doubles = reinterpret_cast<const double*>(table);
      return storeFour(f, sums, four, count, [&](Sums s, int) { return nearest64(s, doubles, doubles + LANES); });
    }
    case Finish::count: {
      const int32_t* const thresholds = reinterpret_cast<const int32_t*>(table);
      return storeFour(f, sums, four, count, [&](Sums s, int) {
        Sums reached = zero();
        for (uint32_t j = 0; j < f.maxCode; j++) reached = countReached(reached, s, loadSums(thresholds + j * LANES));
        return reached;
      });
    }
    case Finish::reals: {
      alignas(64) float reals[4 * LANES];
      for (int i = 0; i < 4; i++) storeReals(reals + i * LANES, affine(loadSums(sums + i * LANES), floats));
      int32_t words[4 * LANES];
      std::memcpy(words, reals, sizeof words);
      return storeWords(four, words, count);
    }
    case Finish::addCodes:
      return storeFour(f, sums, four, count, [&](Sums s, int i) {
        return halfUp(plus(affine(s, floats), times(codesToReals(four.beside[i]), splatReal(f.otherScale))));
      });
    case Finish::addReals:
      return storeFour(f, sums, four, count, [&](Sums s, int i) {
        return halfUp(plus(affine(s, floats), loadReals(reinterpret_cast<const float*>(four.beside[i]))));
      });
  }
}

/** The four positions of a tile. */
inline Four positionsOf(const Tile& tile, const Geometry& g) {
  Four four;
  for (uint32_t i = 0; i < 4; i++) {
    four.to[i] = i < tile.count ? tile.to + i * g.toSteps.column : nullptr;
    four.beside[i] = i < tile.count ? tile.beside + i * g.besideSteps.column : tile.beside;
  }
  return four;
}

/** Up to four tiles, of which pooling leaves one vector each. */
inline Four pooledOf(const Tile* tiles, int count, const Geometry& g) {
  Four four;
  for (int i = 0; i < 4; i++) {
    const Tile& tile = tiles[i < count ? i : 0];
    four.to[i] = i < count && tile.count > 0 ? tile.to : nullptr;
    four.second[i] = i < count && tile.count > 1 ? tile.to + g.toSteps.column : nullptr;
    four.beside[i] = tile.beside;
  }
  return four;
}

/** All tiles with B blocks of outputs, T tiles in registers at a time, G times before their sums are finished. */
template <int G, int T, int B, bool Narrow>
void blocksOf(const Geometry& geometry, const Window& window, const Finishing& finishing, const int8_t* weights,
              uint32_t firstBlock) {
  static_assert(B == 1 || G == 1, "the sums of a block lie behind each other");
  constexpr int TILES = G * T;
  static_assert(TILES <= 4, "finishFour");
  Tiles walk(geometry);
  alignas(64) int32_t sums[B * TILES * 4 * LANES + 3 * LANES] = {};
  const int vectors = geometry.pooled ? T : 4 * T;
  Tile tiles[TILES];
  for (size_t done = 0; done < geometry.count(); done += TILES) {
    for (int t = 0; t < TILES; t++) tiles[t] = walk.next();
    for (int g = 0; g < G; g++)
      dotTiles<T, B, Narrow>(window, tiles + g * T, weights + firstBlock * window.block, geometry,
                             sums + g * vectors * LANES);
    for (int b = 0; b < B; b++) {
      if (geometry.pooled) {
        finishFour(finishing, firstBlock + b, sums + b * T * LANES, pooledOf(tiles, TILES, geometry));
      } else {
        for (int t = 0; t < TILES; t++)
          finishFour(finishing, firstBlock + b, sums + (b * T + t) * 4 * LANES, positionsOf(tiles[t], geometry));
      }
    }
  }
}

/** All tiles and all blocks of outputs: the more blocks at a time, the fewer tiles. */
template <bool Narrow>
void allBlocks(const Geometry& geometry, const Window& window, const Finishing& finishing, const int8_t* weights,
               uint32_t blocks) {
  uint32_t b = 0;
  if constexpr (ACCUMULATORS >= 24) {
    for (; b + 4 <= blocks; b += 4) blocksOf<1, 1, 4, Narrow>(geometry, window, finishing, weights, b);
    for (; b + 2 <= blocks; b += 2) blocksOf<1, 3, 2, Narrow>(geometry, window, finishing, weights, b);
    for (; b < blocks; b++) blocksOf<1, 4, 1, Narrow>(geometry, window, finishing, weights, b);
  } else {
    for (; b < blocks; b++) blocksOf<4, 1, 1, Narrow>(geometry, window, finishing, weights, b);
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
      uint8_t* const to = codes.to + image * codes.toSteps.image + y * codes.toSteps.row + x * codes.toSteps.column;
      for (uint32_t b = 0; b < layer[Field::blocks]; b++) {
        const auto at = [&](uint32_t i, uint32_t j) {
          const uint8_t* const from = sums + (y * size + i) * sumsRow + (x * size + j) * position;
          return loadSums(reinterpret_cast<const int32_t*>(from) + b * LANES);
        };
        Sums most = at(0, 0);
        for (uint32_t i = 0; i < size; i++)
          for (uint32_t j = 0; j < size; j++) most = larger(most, at(i, j));
        alignas(64) int32_t words[4 * LANES] = {};
        storeSums(words, most);
        const uint8_t* const beside = codes.beside;
        finishFour(finishing, b, words, {{to}, {beside, beside, beside, beside}, {}});
      }
    }
}

// Skipping ("skip"): a step whose four codes are 0 at a position adds nothing to its sums. For each row of outputs, the other
// steps of the input rows under it are listed column by column, so that those of one window follow each other in the list.
// The weights are those of the dense kernel. A position has its own list, so a vector of weights serves one position only,
// and from memory; in return nothing is done for zeros.

/** A step that is not 0: its codes, and where its weights lie in a block for a window that begins in column 0. */
struct Entry {
  uint8_t codes[4];
  uint32_t weights;
};

/** Lists the steps of the rows from `row` on; `begins[x]` is the first entry of column x. */
inline void listSteps(const Words& layer, const uint8_t* row, uint32_t* begins, Entry* entries) {
  const uint32_t columns = layer[Field::inputColumns], channels = layer[Field::inputChannels];
  const uint32_t height = layer[Field::kernelRows], rowWeights = layer[Field::steps] * 4 * LANES;
  uint32_t n = 0;
  for (uint32_t x = 0; x < columns; x++) {
    begins[x] = n;
    for (uint32_t k = 0; k < height; k++) {
      const uint8_t* const from = row + k * layer[Field::kernelRowStep] + x * channels;
      const uint32_t weights = k * rowWeights + x * channels * LANES;
      for (uint32_t c = 0; c < channels; c += 4) {
        uint32_t codes;
        std::memcpy(&codes, from + c, 4);
        // Stored in any case, and kept if there is something to it: no branch to be guessed.
        std::memcpy(entries[n].codes, &codes, 4);
        entries[n].weights = weights + c * LANES;
        n += codes != 0;
      }
    }
  }
  begins[columns] = n;
}

/** Sums of B blocks at one position over entries; U at a time, each with sums of its own, so that none waits for another. */
template <int B, int U, bool Narrow>
inline void sumEntries(const Entry* entry, const Entry* end, const int8_t* weights, size_t block, int32_t* out,
                       size_t outBlock) {
  Sums sums[U][B];
#pragma GCC unroll 4
  for (int u = 0; u < U; u++)
#pragma GCC unroll 4
    for (int b = 0; b < B; b++) sums[u][b] = zero();
  const auto add = [&](const Entry& e, Sums (&to)[B]) {
    const Codes codes = splat(e.codes);
#pragma GCC unroll 4
    for (int b = 0; b < B; b++) dot<Narrow>(to[b], codes, loadWeights(weights + e.weights + b * block));
  };
  for (; end - entry >= U; entry += U)
#pragma GCC unroll 4
    for (int u = 0; u < U; u++) add(entry[u], sums[u]);
  for (; entry < end; entry++) add(*entry, sums[0]);
#pragma GCC unroll 4
  for (int b = 0; b < B; b++) {
    Sums all = sums[0][b];
#pragma GCC unroll 4
    for (int u = 1; u < U; u++) all = sum(all, sums[u][b]);
    storeSums(out + b * outBlock, all);
  }
}

/** All rows of all images, a row's list at a time; four positions are finished together. */
template <bool Narrow>
void skipZeros(const Words& layer, uint8_t* memory, const Geometry& g, const Finishing& finishing,
               const int8_t* weights) {
  const uint32_t blocks = layer[Field::blocks], kernelColumns = layer[Field::kernelColumns];
  const uint32_t stride = layer[Field::stride], channels = layer[Field::inputChannels];
  const size_t block = layer[Field::block];
  uint32_t* const begins = reinterpret_cast<uint32_t*>(memory + layer[Field::lists]);
  Entry* const entries = reinterpret_cast<Entry*>(begins + layer[Field::inputColumns] + 1);
  alignas(64) int32_t sums[4 * 4 * LANES] = {};
  for (uint32_t image = 0; image < g.images; image++)
    for (uint32_t row = 0; row < g.rows; row++) {
      listSteps(layer, g.input + image * g.inputImage + row * g.rowStep, begins, entries);
      for (uint32_t first = 0; first < g.columns; first += 4) {
        const uint32_t left = g.columns - first;
        const Tile tile{nullptr,
                        g.to + image * g.toSteps.image + row * g.toSteps.row + first * g.toSteps.column,
                        g.beside + image * g.besideSteps.image + row * g.besideSteps.row + first * g.besideSteps.column,
                        left < 4 ? left : 4};
        for (uint32_t b = 0; b < blocks;) {
          const uint32_t together = blocks - b >= 4 ? 4 : blocks - b >= 2 ? 2 : 1;
          for (uint32_t i = 0; i < tile.count; i++) {
            const uint32_t x = (first + i) * stride;
            const Entry* const from = entries + begins[x];
            const Entry* const end = entries + begins[x + kernelColumns];
            // The list's offsets count from column 0, the window begins in column x.
            const int8_t* const at = weights + b * block - static_cast<size_t>(x) * channels * LANES;
            int32_t* const out = sums + i * LANES;
            if (together == 4) sumEntries<4, 1, Narrow>(from, end, at, block, out, 4 * LANES);
            else if (together == 2) sumEntries<2, 2, Narrow>(from, end, at, block, out, 4 * LANES);
            else sumEntries<1, 4, Narrow>(from, end, at, block, out, 4 * LANES);
          }
          for (uint32_t own = 0; own < together; own++)
            finishFour(finishing, b + own, sums + own * 4 * LANES, positionsOf(tile, g));
          b += together;
        }
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
  f.paired = layer[Field::paired] != 0;
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
  codes.paired = layer[Field::paired] != 0;
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
  if (layer.method() == Method::skip) {
    if (layer[Field::narrow]) return skipZeros<true>(layer, memory, codes, finishing, weights);
    return skipZeros<false>(layer, memory, codes, finishing, weights);
  }
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
