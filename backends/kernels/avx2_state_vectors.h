// AVX2 for integer recurrent layers (what such an arithmetic says is listed in
// simd_states.h): VPMADDWD of states and weights that are widened when they are
// loaded.
#ifndef EDGECC_KERNELS_AVX2_STATE_VECTORS_H
#define EDGECC_KERNELS_AVX2_STATE_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_AVX2_VECTORS_H
#include "avx2_vectors.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_FIXED_H
#include "recurrent_fixed.h"
#endif

#if defined(__AVX2__)

namespace edgecc {
namespace kernels {
namespace {

struct StateAvx2 : S8Avx2 {
  static constexpr int kRows = 8, kStep = 2, kChunk = 4, kBlocks = 8;
  static constexpr int kTogether = 4, kTileBlocks = 2, kRowBlocks = 8;

  using Cell = std::int16_t;
  static constexpr bool kSplits = false, kColumnsFirst = false;
  static constexpr int kOffset = 0;
  using Inputs = const Cell *;
  using Sums = Vec;
  template <int Room> static EDGECC_SIMD_INLINE Inputs loadInputs(Inputs from) {
    return from;
  }
  template <int At, int Room> static EDGECC_SIMD_INLINE Vec factor(Inputs x) {
    return broadcast(x + At * kStep);
  }
  static EDGECC_SIMD_INLINE Sums start(const std::int32_t *bias) {
    return load(bias);
  }
  template <int At>
  static EDGECC_SIMD_INLINE Sums dotStep(Sums sums, Vec x,
                                         const std::int8_t *weights) {
    return dot(sums, x, loadWeights(weights));
  }
  template <class Finish>
  static EDGECC_SIMD_INLINE void finishSums(Sums sums, const Finish &finish) {
    finish(0, sums);
  }

  static EDGECC_SIMD_INLINE void store(std::int32_t *to, Vec x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), x);
  }
  static EDGECC_SIMD_INLINE Vec loadStates(const std::int16_t *from) {
    return _mm256_cvtepi16_epi32(
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
  }
  static EDGECC_SIMD_INLINE __m128i toHalves(Vec x) {
    return _mm_packs_epi32(_mm256_castsi256_si128(x),
                           _mm256_extracti128_si256(x, 1));
  }
  static EDGECC_SIMD_INLINE void storeNarrow(std::int16_t *to, Vec x) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), toHalves(x));
  }
  static EDGECC_SIMD_INLINE void storeNarrow(std::int8_t *to, Vec x) {
    const __m128i halves = toHalves(x);
    _mm_storel_epi64(reinterpret_cast<__m128i *>(to),
                     _mm_packs_epi16(halves, halves));
  }

  static EDGECC_SIMD_INLINE Vec subtract(Vec a, Vec b) {
    return _mm256_sub_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec bitAnd(Vec a, Vec b) {
    return _mm256_and_si256(a, b);
  }
  static EDGECC_SIMD_INLINE Vec bitXor(Vec a, Vec b) {
    return _mm256_xor_si256(a, b);
  }
  static EDGECC_SIMD_INLINE Vec abs(Vec a) { return _mm256_abs_epi32(a); }
  template <int By> static EDGECC_SIMD_INLINE Vec left(Vec a) {
    return _mm256_slli_epi32(a, By);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec right(Vec a) {
    return _mm256_srai_epi32(a, By);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec unsignedRight(Vec a) {
    return _mm256_srli_epi32(a, By);
  }
  static EDGECC_SIMD_INLINE Vec multiplySmall(Vec a, Vec b) {
    return _mm256_madd_epi16(a, b);
  }
  static EDGECC_SIMD_INLINE Vec lookUp(const std::uint16_t *table, Vec at) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int *>(table), at, 2);
  }

  /// With 2^63 on top nothing is negative, and bits can be shifted in from
  /// above as zeros.
  struct Shift {
    __m128i by;
    Vec half, less, least, most;
    EDGECC_SIMD_INLINE explicit Shift(int shift)
        : by(_mm_cvtsi32_si128(shift)),
          half(_mm256_set1_epi64x(static_cast<std::int64_t>(
              (std::uint64_t{1} << 63) + (std::uint64_t{1} << (shift - 1))))),
          less(_mm256_set1_epi32(
              static_cast<std::int32_t>(std::uint64_t{1} << (63 - shift)))),
          least(_mm256_set1_epi64x((std::int64_t{1} << (63 - shift)) -
                                   kMaxArgument)),
          most(_mm256_set1_epi64x((std::int64_t{1} << (63 - shift)) +
                                  kMaxArgument)) {}
  };
  template <bool Limits>
  static EDGECC_SIMD_INLINE Vec scaleBy(Vec a, Vec m, Vec odd,
                                        const Shift &shift) {
    const auto scaled = [&](Vec x, Vec factor) {
      const Vec q = _mm256_srl_epi64(
          _mm256_add_epi64(_mm256_mul_epi32(x, factor), shift.half), shift.by);
      if constexpr (!Limits)
        return q;
      const Vec most =
          _mm256_blendv_epi8(q, shift.most, _mm256_cmpgt_epi64(q, shift.most));
      return _mm256_blendv_epi8(most, shift.least,
                                _mm256_cmpgt_epi64(shift.least, most));
    };
    const Vec even = scaled(a, m),
              others = scaled(_mm256_srli_epi64(a, 32), odd);
    return _mm256_sub_epi32(
        _mm256_blend_epi32(even, _mm256_slli_epi64(others, 32), 0xAA),
        shift.less);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX2__

#endif // EDGECC_KERNELS_AVX2_STATE_VECTORS_H
