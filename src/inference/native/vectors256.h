// 16 outputs in two registers of 256 bits: what AVX2 and AVX-VNNI have in common. Included inside a namespace of its own.

struct Sums {
  __m256i low, high;
};
struct Reals {
  __m256 low, high;
};
using Codes = __m256i;
struct Weights {
  __m256i low, high;
};

/** Outputs x positions of a tile are held in so many pairs of registers. */
constexpr int ACCUMULATORS = 6;

inline __m256i load256(const void* at) { return _mm256_loadu_si256(static_cast<const __m256i*>(at)); }

inline Sums zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
inline Weights loadWeights(const int8_t* at) { return {load256(at), load256(at + 32)}; }
inline Codes splat(const uint8_t* at) {
  int32_t four;
  std::memcpy(&four, at, 4);
  return _mm256_set1_epi32(four);
}
inline Sums sum(Sums a, Sums b) { return {_mm256_add_epi32(a.low, b.low), _mm256_add_epi32(a.high, b.high)}; }
inline Sums twice(Sums a) { return {_mm256_add_epi32(a.low, a.low), _mm256_add_epi32(a.high, a.high)}; }
inline Sums larger(Sums a, Sums b) { return {_mm256_max_epi32(a.low, b.low), _mm256_max_epi32(a.high, b.high)}; }
/** Of two vectors of pairs, the larger of each pair: eight of one, then eight of the other. */
inline Sums largerOfPairs(Sums a, Sums b) { return {_mm256_max_epi32(a.low, a.high), _mm256_max_epi32(b.low, b.high)}; }
inline Sums loadSums(const int32_t* at) { return {load256(at), load256(at + 8)}; }
inline void storeSums(int32_t* at, Sums a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), a.low);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at + 8), a.high);
}
/** a, plus one where the sum has reached its threshold: comparisons give -1. */
inline Sums countReached(Sums a, Sums sums, Sums thresholds) {
  const auto half = [](__m256i a, __m256i s, __m256i t) {
    return _mm256_add_epi32(_mm256_add_epi32(a, _mm256_set1_epi32(1)), _mm256_cmpgt_epi32(t, s));
  };
  return {half(a.low, sums.low, thresholds.low), half(a.high, sums.high, thresholds.high)};
}

inline Reals loadReals(const float* at) { return {_mm256_loadu_ps(at), _mm256_loadu_ps(at + 8)}; }
inline void storeReals(float* at, Reals a) {
  _mm256_storeu_ps(at, a.low);
  _mm256_storeu_ps(at + 8, a.high);
}
inline Reals splatReal(float a) { return {_mm256_set1_ps(a), _mm256_set1_ps(a)}; }
inline Reals toReals(Sums a) { return {_mm256_cvtepi32_ps(a.low), _mm256_cvtepi32_ps(a.high)}; }
/** 16 codes as numbers. */
inline Reals codesToReals(const uint8_t* at) {
  const __m128i codes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return toReals({_mm256_cvtepu8_epi32(codes), _mm256_cvtepu8_epi32(_mm_srli_si128(codes, 8))});
}
inline Reals times(Reals a, Reals b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
inline Reals plus(Reals a, Reals b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline Reals clamp(Reals a, Reals low, Reals high) {
  return {_mm256_min_ps(_mm256_max_ps(a.low, low.low), high.low),
          _mm256_min_ps(_mm256_max_ps(a.high, low.high), high.high)};
}
/** The nearest integers, ties to even. */
inline Sums nearest(Reals a) { return {_mm256_cvtps_epi32(a.low), _mm256_cvtps_epi32(a.high)}; }
/** Without what stands behind the point. */
inline Sums truncate(Reals a) { return {_mm256_cvttps_epi32(a.low), _mm256_cvttps_epi32(a.high)}; }
/** The nearest integers of sum * scale + offset in float64. */
inline Sums nearest64(Sums a, const double* scale, const double* offset) {
  const auto quarter = [&](__m128i sums, int from) {
    const __m256d product = _mm256_mul_pd(_mm256_cvtepi32_pd(sums), _mm256_loadu_pd(scale + from));
    return _mm256_cvtpd_epi32(_mm256_add_pd(product, _mm256_loadu_pd(offset + from)));
  };
  const auto half = [&](__m256i sums, int from) {
    return _mm256_set_m128i(quarter(_mm256_extracti128_si256(sums, 1), from + 4),
                            quarter(_mm256_castsi256_si128(sums), from));
  };
  return {half(a.low, 0), half(a.high, 8)};
}

/** Clamps 16 integers to 0..limit. */
inline __m128i toBytes(Sums codes, uint32_t limit) {
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(codes.low, codes.high), 0xd8);
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return _mm_min_epu8(bytes, _mm_set1_epi8(static_cast<char>(limit)));
}

/** Stores the first bytes of 16. */
inline void storeBytes(uint8_t* to, __m128i bytes, uint32_t count) {
  if (count == 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  uint64_t rest = static_cast<uint64_t>(_mm_cvtsi128_si64(bytes));
  if (count & 8) {
    std::memcpy(to, &rest, 8);
    to += 8;
    rest = static_cast<uint64_t>(_mm_extract_epi64(bytes, 1));
  }
  for (uint32_t size = 4; size > 0; size /= 2) {
    if (!(count & size)) continue;
    std::memcpy(to, &rest, size);
    to += size;
    rest >>= 8 * size;
  }
}

/** Stores `count` codes of each of four vectors, but of those that go nowhere. */
inline void storeCodes(uint8_t* const (&to)[4], const Sums (&codes)[4], uint32_t limit, uint32_t count) {
  for (int i = 0; i < 4; i++)
    if (to[i]) storeBytes(to[i], toBytes(codes[i], limit), count);
}

/** The same for pairs of 8 outputs, whose second halves go elsewhere. */
inline void storePairs(uint8_t* const (&to)[4], uint8_t* const (&second)[4], const Sums (&codes)[4], uint32_t limit,
                       uint32_t count) {
  for (int i = 0; i < 4; i++) {
    const __m128i pair = toBytes(codes[i], limit);
    if (to[i]) storeBytes(to[i], pair, count);
    if (second[i]) storeBytes(second[i], _mm_srli_si128(pair, 8), count);
  }
}
