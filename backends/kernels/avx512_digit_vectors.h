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

/// Unpacks weights of S8Vnni. Products of bytes are the lower ones of 16 bits;
/// four neighbours have one step.
struct UnpackVnni {
  static constexpr int kDigitOffset = 8;
  using Steps = __m512i;

  static EDGECC_SIMD_INLINE Steps expand(const std::int8_t *steps) {
    const __m512i words = S8Vnni::widen(steps);
    return _mm512_mask_blend_epi16(0xAAAAAAAA, words,
                                   _mm512_maskz_slli_epi32(kAll16, words, 16));
  }
  static EDGECC_SIMD_INLINE void multiply(std::int8_t *to, __m512i digits,
                                          Steps steps) {
    const __m512i low = _mm512_set1_epi16(255);
    digits = _mm512_sub_epi8(_mm512_and_si512(digits, _mm512_set1_epi8(15)),
                             _mm512_set1_epi8(8));
    const __m512i even = _mm512_mullo_epi16(digits, steps),
                  upper = _mm512_and_si512(digits, _mm512_set1_epi16(-256)),
                  odd = _mm512_mullo_epi16(upper, steps);
    _mm512_storeu_si512(to, _mm512_or_si512(_mm512_and_si512(even, low), odd));
  }
  static EDGECC_SIMD_INLINE void unpackLower(const std::int8_t *digits,
                                             Steps steps, std::int8_t *to) {
    multiply(to, _mm512_loadu_si512(digits), steps);
  }
  static EDGECC_SIMD_INLINE void unpackUpper(const std::int8_t *digits,
                                             Steps steps, std::int8_t *to) {
    multiply(to, _mm512_srli_epi16(_mm512_loadu_si512(digits), 4), steps);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX512VNNI__

#endif // EDGECC_KERNELS_AVX512_DIGIT_VECTORS_H
