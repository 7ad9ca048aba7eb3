// AVX-512 with VNNI for integer recurrent layers (what such an arithmetic says
// is listed in simd_states.h). VPDPBUSD multiplies bytes: a state is 256 times
// its upper byte, which gets 128 to have no sign, and its lower byte. Biases
// have -256 * 128 * sum(weights) in them.
#ifndef EDGECC_KERNELS_AVX512_STATE_VECTORS_H
#define EDGECC_KERNELS_AVX512_STATE_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_AVX512_VECTORS_H
#include "avx512_vectors.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_FIXED_H
#include "recurrent_fixed.h"
#endif

#if defined(__AVX512VNNI__) && defined(__AVX512BW__) && defined(__AVX512VL__)

namespace edgecc {
namespace kernels {
namespace {

struct StateVnni : S8Vnni {
  static constexpr int kRows = 16, kStep = 4, kChunk = 4, kBlocks = 8;
  static constexpr int kTogether = 8, kTileBlocks = 2, kRowBlocks = 8;

  using Cell = std::uint8_t;
  static constexpr bool kSplits = true, kColumnsFirst = false;
  static constexpr int kSplit = 16, kOffset = -32768;
  using Inputs = const Cell *;
  struct Sums {
    Vec low, high;
  };
  /// Lower and upper bytes of kSplit states.
  static EDGECC_SIMD_INLINE void split(const std::int16_t *from, Cell *low,
                                       Cell *high) {
    const __m256i x =
        _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(low),
                     _mm256_maskz_cvtepi16_epi8(kAll16, x));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(high),
                     _mm_xor_si128(_mm256_maskz_cvtepi16_epi8(
                                       kAll16, _mm256_srli_epi16(x, 8)),
                                   _mm_set1_epi8(-128)));
  }
  template <int Room> static EDGECC_SIMD_INLINE Inputs loadInputs(Inputs from) {
    return from;
  }
  template <int At, int Room> static EDGECC_SIMD_INLINE Sums factor(Inputs x) {
    return {broadcast(x + At * kStep), broadcast(x + Room + At * kStep)};
  }
  static EDGECC_SIMD_INLINE Sums start(const std::int32_t *bias) {
    return {load(bias), _mm512_setzero_si512()};
  }
  template <int At>
  static EDGECC_SIMD_INLINE Sums dotStep(Sums sums, Sums x,
                                         const std::int8_t *weights) {
    const Vec w = loadWeights(weights);
    return {dot(sums.low, x.low, w), dot(sums.high, x.high, w)};
  }
  template <class Finish>
  static EDGECC_SIMD_INLINE void finishSums(Sums sums, const Finish &finish) {
    finish(0, add(sums.low, left<8>(sums.high)));
  }

  static EDGECC_SIMD_INLINE void store(std::int32_t *to, Vec x) {
    _mm512_storeu_si512(to, x);
  }
  static EDGECC_SIMD_INLINE Vec loadStates(const std::int16_t *from) {
    return _mm512_maskz_cvtepi16_epi32(
        kAll16, _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));
  }
  static EDGECC_SIMD_INLINE void storeNarrow(std::int16_t *to, Vec x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to),
                        _mm512_maskz_cvtsepi32_epi16(kAll16, x));
  }
  static EDGECC_SIMD_INLINE void storeNarrow(std::int8_t *to, Vec x) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to),
                     _mm512_maskz_cvtsepi32_epi8(kAll16, x));
  }

  static EDGECC_SIMD_INLINE Vec subtract(Vec a, Vec b) {
    return _mm512_sub_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec bitAnd(Vec a, Vec b) {
    return _mm512_and_si512(a, b);
  }
  static EDGECC_SIMD_INLINE Vec bitXor(Vec a, Vec b) {
    return _mm512_xor_si512(a, b);
  }
  static EDGECC_SIMD_INLINE Vec abs(Vec a) {
    return _mm512_maskz_abs_epi32(kAll16, a);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec left(Vec a) {
    return _mm512_maskz_slli_epi32(kAll16, a, By);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec right(Vec a) {
    return _mm512_maskz_srai_epi32(kAll16, a, By);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec unsignedRight(Vec a) {
    return _mm512_maskz_srli_epi32(kAll16, a, By);
  }
  static EDGECC_SIMD_INLINE Vec multiplySmall(Vec a, Vec b) {
    return _mm512_madd_epi16(a, b);
  }
  /// Of a table that fits six registers: 192 entries. Each word looks up `at`
  /// in its lower half and the next entry in its upper half.
  static EDGECC_SIMD_INLINE Vec lookUp(const std::uint16_t *table, Vec at) {
    const Vec pair = add(add(at, left<16>(at)), set(1 << 16));
    const auto find = [&](int first) {
      return _mm512_permutex2var_epi16(_mm512_loadu_si512(table + first), pair,
                                       _mm512_loadu_si512(table + first + 32));
    };
    const Vec low = _mm512_mask_blend_epi16(
        _mm512_test_epi16_mask(pair, _mm512_set1_epi16(64)), find(0), find(64));
    return _mm512_mask_blend_epi16(
        _mm512_test_epi16_mask(pair, _mm512_set1_epi16(128)), low, find(128));
  }

  struct Shift {
    __m128i by;
    Vec half;
    EDGECC_SIMD_INLINE explicit Shift(int shift)
        : by(_mm_cvtsi32_si128(shift)),
          half(_mm512_set1_epi64(std::int64_t{1} << (shift - 1))) {}
  };
  template <bool Limits>
  static EDGECC_SIMD_INLINE Vec scaleBy(Vec a, Vec m, Vec odd,
                                        const Shift &shift) {
    const auto rounded = [&](Vec x, Vec factor) {
      const Vec q = _mm512_maskz_sra_epi64(
          kAll8,
          _mm512_add_epi64(_mm512_maskz_mul_epi32(kAll8, x, factor),
                           shift.half),
          shift.by);
      if constexpr (!Limits)
        return q;
      return _mm512_maskz_max_epi64(
          kAll8,
          _mm512_maskz_min_epi64(kAll8, q, _mm512_set1_epi64(kMaxArgument)),
          _mm512_set1_epi64(-kMaxArgument));
    };
    const Vec even = rounded(a, m),
              others = rounded(_mm512_maskz_srli_epi64(kAll8, a, 32), odd);
    return _mm512_mask_shuffle_epi32(even, 0xAAAA, others,
                                     static_cast<_MM_PERM_ENUM>(0xA0));
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX512VNNI__

#endif // EDGECC_KERNELS_AVX512_STATE_VECTORS_H
