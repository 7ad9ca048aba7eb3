// Layers and products of int16 in vectors of AVX-512 with VNNI, whose VPDPWSSD
// adds up pairs; see avx2_int16_vectors.h.
#ifndef EDGECC_KERNELS_AVX512_INT16_VECTORS_H
#define EDGECC_KERNELS_AVX512_INT16_VECTORS_H

#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_AVX512_VECTORS_H
#include "avx512_vectors.h"
#endif

#if defined(__AVX512VNNI__) && defined(__AVX512BW__) && defined(__AVX512VL__)

namespace edgecc {
namespace kernels {
namespace {

/// Products of int16 by int16.
struct Int16Vnni : S8Vnni {
  using Source = std::int16_t;
  using Cell = std::int16_t;
  using Weight = std::int16_t;
  static constexpr bool kConverts = false, kCopiesBlocks = true;
  static constexpr int kStep = 2, kBlock = 32, kLeast = 2;

  static constexpr Cell toCell(int x) { return static_cast<Cell>(x); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    _mm512_storeu_si512(to, _mm512_loadu_si512(from));
  }
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    return _mm512_set1_epi32(loadWord(from));
  }
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return _mm512_loadu_si512(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec cells, Vec weights) {
#if defined(__clang__)
    return _mm512_dpwssd_epi32(sum, cells, weights);
#else
    // GCC 12 copies the sums around the intrinsic.
    __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(cells), "v"(weights));
    return sum;
#endif
  }

  template <int Shift> static EDGECC_SIMD_INLINE Vec scaleSums(Vec sum, Vec m) {
    return cut<Shift>(multiply64(sum, m),
                      multiply64(oddLanes(sum), oddLanes(m)));
  }
  template <int Shift>
  static EDGECC_SIMD_INLINE Vec scaleDigits(Vec high, Vec low, Vec m) {
    const Vec odd = oddLanes(m);
    return cut<Shift>(join64(multiply64(high, m), multiply64(low, m)),
                      join64(multiply64(oddLanes(high), odd),
                             multiply64(oddLanes(low), odd)));
  }
  static EDGECC_SIMD_INLINE void storeHalves16(std::int16_t *to, Vec q) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to),
                        _mm512_maskz_cvtsepi32_epi16(kAll16, q));
  }
  static EDGECC_SIMD_INLINE void storeSome16(std::int16_t *to, Vec q,
                                             int count) {
    _mm256_mask_storeu_epi16(to, static_cast<__mmask16>((1 << count) - 1),
                             _mm512_maskz_cvtsepi32_epi16(kAll16, q));
  }

private:
  static EDGECC_SIMD_INLINE Vec multiply64(Vec a, Vec b) {
    return _mm512_maskz_mul_epi32(kAll8, a, b);
  }
  static EDGECC_SIMD_INLINE Vec join64(Vec high, Vec low) {
    return _mm512_add_epi64(_mm512_maskz_slli_epi64(kAll8, high, 8), low);
  }
  template <int Shift> static EDGECC_SIMD_INLINE Vec cut(Vec even, Vec odd) {
    static_assert(Shift >= 32, "the upper halves are left");
    const Vec half = _mm512_set1_epi64(std::int64_t{1} << (Shift - 1));
    const Vec upper = _mm512_mask_blend_epi32(
        0xAAAA,
        _mm512_maskz_srli_epi64(kAll8, _mm512_add_epi64(even, half), 32),
        _mm512_add_epi64(odd, half));
    return _mm512_maskz_srai_epi32(kAll16, upper, Shift - 32);
  }
};

/// Weights of int8.
struct Int16x8Vnni : Int16Vnni {
  using Weight = std::int8_t;
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return _mm512_maskz_cvtepi8_epi16(
        0xFFFFFFFF,
        _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX512VNNI__

#endif // EDGECC_KERNELS_AVX512_INT16_VECTORS_H
