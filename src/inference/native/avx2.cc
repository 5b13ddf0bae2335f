// No instruction for dot products of bytes in 32 bits: vpmaddubsw adds two products in 16 bits, where they saturate.
#include <immintrin.h>

#include "layer.h"

namespace flatenn {
namespace {

#include "vectors256.h"

/** Sums of four neighbouring products, if each pair of them fits in 16 bits. */
inline __m256i fours(__m256i u, __m256i w, int16_t factor) {
  return _mm256_madd_epi16(_mm256_maddubs_epi16(u, w), _mm256_set1_epi16(factor));
}

/** Narrow: no pair of products leaves 16 bits. Else the codes' top bit is taken apart: 2 x 127 x 128 fits. */
template <bool Narrow>
inline void dot(Sums& sums, Codes u, const Weights& w) {
  if (Narrow) {
    sums.low = _mm256_add_epi32(sums.low, fours(u, w.low, 1));
    sums.high = _mm256_add_epi32(sums.high, fours(u, w.high, 1));
    return;
  }
  const __m256i rest = _mm256_and_si256(u, _mm256_set1_epi8(127));
  const __m256i top = _mm256_and_si256(_mm256_srli_epi16(u, 7), _mm256_set1_epi8(1));
  sums.low = _mm256_add_epi32(sums.low, _mm256_add_epi32(fours(rest, w.low, 1), fours(top, w.low, 128)));
  sums.high = _mm256_add_epi32(sums.high, _mm256_add_epi32(fours(rest, w.high, 1), fours(top, w.high, 128)));
}

#include "kernels.h"

}  // namespace

void runAvx2(uint8_t* memory, uint32_t layers, uint32_t count) { run(memory, layers, count); }

}  // namespace flatenn
