// Layers and products of int16 in vectors of AVX2. Beside what simd_tiles.h
// lists, the arithmetics of int16 have
//   scaleSums<S>    (sum * m + 2^(S - 1)) >> S in 64 bits, for S >= 32
//   scaleDigits<S>  the same of 256 * high + low
//   storeHalves16   kLanes words as int16, saturated; storeSome16 some of them
#ifndef EDGECC_KERNELS_AVX2_INT16_VECTORS_H
#define EDGECC_KERNELS_AVX2_INT16_VECTORS_H

#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_AVX_S16_VECTORS_H
#include "avx_s16_vectors.h"
#endif

#if defined(__AVX2__)

namespace edgecc {
namespace kernels {
namespace {

/// Products of int16 by int16.
struct Int16Avx2 : S16Avx2 {
  /// Pairs of inputs are loaded.
  static constexpr int kLeast = 2;
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    storeHalves(to, loadHalves(from));
  }

  template <int Shift> static EDGECC_SIMD_INLINE Vec scaleSums(Vec sum, Vec m) {
    return cut<Shift>(_mm256_mul_epi32(sum, m),
                      _mm256_mul_epi32(oddLanes(sum), oddLanes(m)));
  }
  template <int Shift>
  static EDGECC_SIMD_INLINE Vec scaleDigits(Vec high, Vec low, Vec m) {
    const Vec odd = oddLanes(m);
    return cut<Shift>(
        join64(_mm256_mul_epi32(high, m), _mm256_mul_epi32(low, m)),
        join64(_mm256_mul_epi32(oddLanes(high), odd),
               _mm256_mul_epi32(oddLanes(low), odd)));
  }
  static EDGECC_SIMD_INLINE void storeHalves16(std::int16_t *to, Vec q) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to),
                     _mm_packs_epi32(_mm256_castsi256_si128(q),
                                     _mm256_extracti128_si256(q, 1)));
  }
  static EDGECC_SIMD_INLINE void storeSome16(std::int16_t *to, Vec q,
                                             int count) {
    std::int16_t all[kLanes];
    storeHalves16(all, q);
    std::memcpy(to, all, static_cast<std::size_t>(count) * sizeof(*to));
  }

private:
  static EDGECC_SIMD_INLINE Vec join64(Vec high, Vec low) {
    return _mm256_add_epi64(_mm256_slli_epi64(high, 8), low);
  }
  template <int Shift> static EDGECC_SIMD_INLINE Vec cut(Vec even, Vec odd) {
    static_assert(Shift >= 32, "the upper halves are left");
    const Vec half = _mm256_set1_epi64x(std::int64_t{1} << (Shift - 1));
    const Vec upper =
        _mm256_blend_epi32(_mm256_srli_epi64(_mm256_add_epi64(even, half), 32),
                           _mm256_add_epi64(odd, half), 0xAA);
    return _mm256_srai_epi32(upper, Shift - 32);
  }
};

/// Weights of int8.
struct Int16x8Avx2 : Int16Avx2 {
  using Weight = std::int8_t;
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return loadSource(from);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX2__

#endif // EDGECC_KERNELS_AVX2_INT16_VECTORS_H
