// AVX2 for weights of four bits (what such an arithmetic says is listed in
// simd_digits.h). VPMADDUBSW does not saturate: eight pairs of products of a
// byte and a digit fit 16 bits, and VPMADDWD multiplies them by their step.
#ifndef EDGECC_KERNELS_AVX2_DIGIT_VECTORS_H
#define EDGECC_KERNELS_AVX2_DIGIT_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_AVX2_VECTORS_H
#include "avx2_vectors.h"
#endif

#if defined(__AVX2__)

namespace edgecc {
namespace kernels {
namespace {

/// Digits plus 8 in bytes of four neighbouring inputs of eight channels. Cells
/// are inputs plus 128.
struct DigitsAvx2 : S8Avx2 {
  using Cell = std::uint8_t;
  static constexpr int kRows = 8, kDigitStep = 4, kMostPairs = 4, kBlocks = 4;
  static constexpr int kVectors = 1, kBlock = 32, kOffset = 128;
  static constexpr int kDigitOffset = 8;
  using Digits = Vec;
  using Sums = Vec;

  static constexpr Cell toCell(int x) { return static_cast<Cell>(x + 128); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    _mm256_storeu_si256(
        reinterpret_cast<__m256i *>(to),
        _mm256_xor_si256(
            _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)),
            _mm256_set1_epi8(-128)));
  }
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    return _mm256_set1_epi32(loadWord(from));
  }
  static EDGECC_SIMD_INLINE Vec loadDigits(const std::int8_t *from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
  }
  static EDGECC_SIMD_INLINE Vec digit(Vec x) {
    return _mm256_sub_epi8(_mm256_and_si256(x, _mm256_set1_epi8(15)),
                           _mm256_set1_epi8(8));
  }
  static EDGECC_SIMD_INLINE Vec lower(Vec digits) { return digit(digits); }
  static EDGECC_SIMD_INLINE Vec upper(Vec digits) {
    return digit(_mm256_srli_epi16(digits, 4));
  }
  static EDGECC_SIMD_INLINE Sums noSums() { return _mm256_setzero_si256(); }
  static EDGECC_SIMD_INLINE Sums addProducts(Sums sums, Vec cells, Vec digits) {
    return _mm256_add_epi16(sums, _mm256_maddubs_epi16(cells, digits));
  }
  static EDGECC_SIMD_INLINE void addScaled(Vec (&totals)[1], Sums sums,
                                           const std::int8_t *steps) {
    const Vec step = widen(steps);
    const Vec pairs =
        _mm256_blend_epi16(step, _mm256_slli_epi32(step, 16), 0xAA);
    totals[0] = add(totals[0], _mm256_madd_epi16(sums, pairs));
  }
};

/// Unpacks weights of S8Avx2. Products of bytes are the lower ones of 16 bits;
/// two neighbours have one step.
struct UnpackAvx2 {
  static constexpr int kDigitOffset = 8;
  using Steps = __m128i;

  static EDGECC_SIMD_INLINE Steps expand(const std::int8_t *steps) {
    return _mm_cvtepi8_epi16(
        _mm_loadl_epi64(reinterpret_cast<const __m128i *>(steps)));
  }
  static EDGECC_SIMD_INLINE void multiply(std::int8_t *to, __m128i digits,
                                          Steps steps) {
    const __m128i low = _mm_set1_epi16(255);
    digits = _mm_sub_epi8(_mm_and_si128(digits, _mm_set1_epi8(15)),
                          _mm_set1_epi8(8));
    const __m128i even = _mm_mullo_epi16(digits, steps),
                  odd = _mm_mullo_epi16(_mm_andnot_si128(low, digits), steps);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to),
                     _mm_or_si128(_mm_and_si128(even, low), odd));
  }
  static EDGECC_SIMD_INLINE __m128i load(const std::int8_t *from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
  }
  static EDGECC_SIMD_INLINE void unpackLower(const std::int8_t *digits,
                                             Steps steps, std::int8_t *to) {
    multiply(to, load(digits), steps);
  }
  static EDGECC_SIMD_INLINE void unpackUpper(const std::int8_t *digits,
                                             Steps steps, std::int8_t *to) {
    multiply(to, _mm_srli_epi16(load(digits), 4), steps);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX2__

#endif // EDGECC_KERNELS_AVX2_DIGIT_VECTORS_H
