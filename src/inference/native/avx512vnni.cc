// 16 outputs in one register of 512 bits; vpdpbusd adds four products of a code and a weight to each.
#include <immintrin.h>

#include "layer.h"

namespace flatenn {
namespace {

struct Sums {
  __m512i v;
};
struct Reals {
  __m512 v;
};
using Codes = __m512i;
using Weights = __m512i;

/** Outputs x positions of a tile are held in so many registers. */
constexpr int ACCUMULATORS = 24;

inline Sums zero() { return {_mm512_setzero_si512()}; }
inline Weights loadWeights(const int8_t* at) { return _mm512_loadu_si512(at); }
inline Codes splat(const uint8_t* at) {
  int32_t four;
  std::memcpy(&four, at, 4);
  return _mm512_set1_epi32(four);
}
template <bool Narrow>
inline void dot(Sums& sums, Codes u, Weights w) {
  sums.v = _mm512_dpbusd_epi32(sums.v, u, w);
}
inline Sums sum(Sums a, Sums b) { return {_mm512_add_epi32(a.v, b.v)}; }
inline Sums twice(Sums a) { return {_mm512_add_epi32(a.v, a.v)}; }
inline Sums larger(Sums a, Sums b) { return {_mm512_max_epi32(a.v, b.v)}; }
/** Of two vectors of pairs, the larger of each pair: eight of one, then eight of the other. */
inline Sums largerOfPairs(Sums a, Sums b) {
  return {_mm512_max_epi32(_mm512_shuffle_i64x2(a.v, b.v, 0x44), _mm512_shuffle_i64x2(a.v, b.v, 0xee))};
}
inline Sums loadSums(const int32_t* at) { return {_mm512_loadu_si512(at)}; }
inline void storeSums(int32_t* at, Sums a) { _mm512_storeu_si512(at, a.v); }
/** a, plus one where the sum has reached its threshold. */
inline Sums countReached(Sums a, Sums sums, Sums thresholds) {
  return {_mm512_mask_add_epi32(a.v, _mm512_cmpge_epi32_mask(sums.v, thresholds.v), a.v, _mm512_set1_epi32(1))};
}

inline Reals loadReals(const float* at) { return {_mm512_loadu_ps(at)}; }
inline void storeReals(float* at, Reals a) { _mm512_storeu_ps(at, a.v); }
inline Reals splatReal(float a) { return {_mm512_set1_ps(a)}; }
inline Reals toReals(Sums a) { return {_mm512_cvtepi32_ps(a.v)}; }
/** 16 codes as numbers. */
inline Reals codesToReals(const uint8_t* at) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))))};
}
inline Reals times(Reals a, Reals b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Reals plus(Reals a, Reals b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Reals clamp(Reals a, Reals low, Reals high) { return {_mm512_min_ps(_mm512_max_ps(a.v, low.v), high.v)}; }
/** The nearest integers, ties to even. */
inline Sums nearest(Reals a) { return {_mm512_cvtps_epi32(a.v)}; }
/** Without what stands behind the point. */
inline Sums truncate(Reals a) { return {_mm512_cvttps_epi32(a.v)}; }
/** The nearest integers of sum * scale + offset in float64. */
inline Sums nearest64(Sums a, const double* scale, const double* offset) {
  const auto half = [&](__m256i sums, int from) {
    const __m512d product = _mm512_mul_pd(_mm512_cvtepi32_pd(sums), _mm512_loadu_pd(scale + from));
    return _mm512_cvtpd_epi32(_mm512_add_pd(product, _mm512_loadu_pd(offset + from)));
  };
  const __m512i low = _mm512_castsi256_si512(half(_mm512_castsi512_si256(a.v), 0));
  return {_mm512_inserti64x4(low, half(_mm512_extracti64x4_epi64(a.v, 1), 8), 1)};
}

/** Clamps four times 16 integers to 0..limit: 16 bytes each, one behind the other. */
inline __m512i toBytes(const Sums (&codes)[4], uint32_t limit) {
  const __m512i mixed = _mm512_packus_epi16(_mm512_packs_epi32(codes[0].v, codes[1].v),
                                            _mm512_packs_epi32(codes[2].v, codes[3].v));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, _mm512_min_epu8(mixed, _mm512_set1_epi8(static_cast<char>(limit))));
}

/** Stores `count` codes of each of four vectors, but of those that go nowhere. */
inline void storeCodes(uint8_t* const (&to)[4], const Sums (&codes)[4], uint32_t limit, uint32_t count) {
  const __m512i bytes = toBytes(codes, limit);
  const __mmask16 mask = static_cast<__mmask16>((1u << count) - 1);
  if (to[0]) _mm_mask_storeu_epi8(to[0], mask, _mm512_castsi512_si128(bytes));
  if (to[1]) _mm_mask_storeu_epi8(to[1], mask, _mm512_extracti32x4_epi32(bytes, 1));
  if (to[2]) _mm_mask_storeu_epi8(to[2], mask, _mm512_extracti32x4_epi32(bytes, 2));
  if (to[3]) _mm_mask_storeu_epi8(to[3], mask, _mm512_extracti32x4_epi32(bytes, 3));
}

/** The same for pairs of 8 outputs, whose second halves go elsewhere. */
inline void storePairs(uint8_t* const (&to)[4], uint8_t* const (&second)[4], const Sums (&codes)[4], uint32_t limit,
                       uint32_t count) {
  const __m512i bytes = toBytes(codes, limit);
  const __mmask16 mask = static_cast<__mmask16>((1u << count) - 1);
  const auto store = [&](uint8_t* left, uint8_t* right, __m128i pair) {
    if (left) _mm_mask_storeu_epi8(left, mask, pair);
    if (right) _mm_mask_storeu_epi8(right, mask, _mm_srli_si128(pair, 8));
  };
  store(to[0], second[0], _mm512_castsi512_si128(bytes));
  store(to[1], second[1], _mm512_extracti32x4_epi32(bytes, 1));
  store(to[2], second[2], _mm512_extracti32x4_epi32(bytes, 2));
  store(to[3], second[3], _mm512_extracti32x4_epi32(bytes, 3));
}

#include "kernels.h"

}  // namespace

void runAvx512Vnni(uint8_t* memory, uint32_t layers, uint32_t count) { run(memory, layers, count); }

}  // namespace flatenn
