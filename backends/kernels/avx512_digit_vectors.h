// AVX-512 with VNNI for weights of four bits (what such an arithmetic says is
// listed in simd_digits.h). Digits are multiplied as upper halves of bytes,
// thus sixteen times as large.
#ifndef EDGECC_KERNELS_AVX512_DIGIT_VECTORS_H
#define EDGECC_KERNELS_AVX512_DIGIT_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_AVX512_VECTORS_H
#include "avx512_vectors.h"
#endif

#if defined(__AVX512VNNI__) && defined(__AVX512BW__) && defined(__AVX512VL__)

namespace edgecc {
namespace kernels {
namespace {

/// Digits of four neighbouring inputs of sixteen channels.
struct DigitsVnni : S8Vnni {
  static constexpr int kRows = 16, kDigitStep = 4, kMostPairs = 8, kBlocks = 8;
  static constexpr int kVectors = 1, kOffset = 128, kDigitOffset = 0;
  using Digits = Vec;
  using Sums = Vec;

  static EDGECC_SIMD_INLINE Vec loadDigits(const std::int8_t *from) {
    return _mm512_loadu_si512(from);
  }
  static EDGECC_SIMD_INLINE Vec upper(Vec digits) {
    return _mm512_and_si512(digits, _mm512_set1_epi8(-16));
  }
  static EDGECC_SIMD_INLINE Vec lower(Vec digits) {
    return upper(_mm512_slli_epi16(digits, 4));
  }
  static EDGECC_SIMD_INLINE Sums noSums() { return _mm512_setzero_si512(); }
  static EDGECC_SIMD_INLINE Sums addProducts(Sums sums, Vec cells, Vec digits) {
    return dot(sums, cells, digits);
  }
  static EDGECC_SIMD_INLINE void addScaled(Vec (&totals)[1], Sums sums,
                                           const std::int8_t *steps) {
    totals[0] =
        add(totals[0],
            multiply(_mm512_maskz_srai_epi32(kAll16, sums, 4), widen(steps)));
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX512VNNI__

#endif // EDGECC_KERNELS_AVX512_DIGIT_VECTORS_H
