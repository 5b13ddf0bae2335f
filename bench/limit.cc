// The most products of bytes in 32-bit sums that one core makes: independent sums in registers, and nothing to load.
// Prints them a second, the width of a vector in bits, and the clock, as JSON. Its argument is the set of instructions.
#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>

constexpr int SUMS = 12;
constexpr long ROUNDS = 5000000;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/** Multiplications that wait for each other: three cycles each on every x86-64 of these sets. */
double gigahertz() {
  unsigned long x = 3;
  const double from = now();
  for (long i = 0; i < 10 * ROUNDS; i++) asm volatile("imul %0, %0" : "+r"(x));
  return 3e-9 * 10 * ROUNDS / (now() - from);
}

#define MEASURE(NAME, TARGET, VECTOR, ZERO, STEP)                       \
  __attribute__((target(TARGET))) double NAME() {                       \
    VECTOR sums[SUMS], u = ZERO, w = ZERO;                              \
    _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) sums[i] = ZERO; \
    const double from = now();                                          \
    for (long round = 0; round < ROUNDS; round++) {                     \
      _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) { STEP; } \
    }                                                                   \
    const double seconds = now() - from;                                \
    _Pragma("GCC unroll 12") for (int i = 0; i < SUMS; i++) asm volatile("" ::"x"(sums[i])); \
    return sizeof(VECTOR) * SUMS * ROUNDS / seconds;                    \
  }

MEASURE(avx512vnni, "avx512f,avx512vnni", __m512i, _mm512_setzero_si512(),
        asm volatile("vpdpbusd %1, %2, %0" : "+v"(sums[i]) : "v"(w), "v"(u)))
MEASURE(avxvnni, "avx2,avxvnni", __m256i, _mm256_setzero_si256(),
        asm volatile("%{vex%} vpdpbusd %1, %2, %0" : "+x"(sums[i]) : "x"(w), "x"(u)))
MEASURE(avx2, "avx2", __m256i, _mm256_setzero_si256(),
        __m256i t;
        asm volatile("vpmaddubsw %1, %2, %0" : "=x"(t) : "x"(w), "x"(u));
        asm volatile("vpmaddwd %1, %0, %0" : "+x"(t) : "x"(u));
        asm volatile("vpaddd %1, %0, %0" : "+x"(sums[i]) : "x"(t)))

int main(int, char** arguments) {
  const char* const set = arguments[1];
  const bool is512 = std::strcmp(set, "avx512vnni") == 0;
  const auto measure = is512 ? avx512vnni : std::strcmp(set, "avxvnni") == 0 ? avxvnni : avx2;
  double products = 0, clock = 0;
  for (int i = 0; i < 5; i++) {
    products = std::max(products, measure());
    clock = std::max(clock, gigahertz());
  }
  std::printf("{\"products\": %.4g, \"bits\": %d, \"gigahertz\": %.3f}\n", products, is512 ? 512 : 256, clock);
}
