// vpdpbusd on registers of 256 bits.
#include <immintrin.h>

#include "layer.h"

namespace flatenn {
namespace {

#include "vectors256.h"

template <bool Narrow>
inline void dot(Sums& sums, Codes u, const Weights& w) {
  sums.low = _mm256_dpbusd_avx_epi32(sums.low, u, w.low);
  sums.high = _mm256_dpbusd_avx_epi32(sums.high, u, w.high);
}

#include "kernels.h"

}  // namespace

void runAvxVnni(uint8_t* memory, uint32_t layers, uint32_t count) { run(memory, layers, count); }

}  // namespace flatenn
