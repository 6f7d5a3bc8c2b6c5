// Eight 16-bit lanes at a time, in GCC's and Clang's portable form; internal.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Before a function with a loop over pixels that the compiler makes vectors of: a second version of
// it is made for processors with wider ones, and the loader chooses. Integers only, so that all
// give the same. The sanitizers are not up yet when the loader asks.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LIVEPHOTO_WIDE_TOO __attribute__((target_clones("avx2", "default")))
#else
#define LIVEPHOTO_WIDE_TOO
#endif

namespace livephoto::select {

typedef std::int16_t Lanes __attribute__((vector_size(16)));
typedef std::uint16_t UnsignedLanes __attribute__((vector_size(16)));
typedef std::int32_t Sums __attribute__((vector_size(16)));

template <typename Vector, typename T>
inline Vector load(const T* from) {
  Vector vector;
  std::memcpy(&vector, from, sizeof vector);
  return vector;
}

inline UnsignedLanes all(unsigned value) {
  return UnsignedLanes{} + static_cast<std::uint16_t>(value);
}

// Products in 32 bits, added in pairs: there is no portable form that compilers make pmaddwd of.
inline Sums multiply_add(Lanes a, Lanes b) {
#if defined(__SSE2__)
  return reinterpret_cast<Sums>(
      _mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  Sums sums{};
  for (int i = 0; i < 4; ++i) sums[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return sums;
#endif
}

inline std::int32_t total(Sums sums) { return sums[0] + sums[1] + sums[2] + sums[3]; }

}  // namespace livephoto::select
