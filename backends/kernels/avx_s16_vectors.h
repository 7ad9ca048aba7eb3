// Products of int16 in vectors of AVX2, for Winograd's convolution of int8; see
// neon_s16_vectors.h.
#ifndef EDGECC_KERNELS_AVX_S16_VECTORS_H
#define EDGECC_KERNELS_AVX_S16_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_AVX2_VECTORS_H
#include "avx2_vectors.h"
#endif

#if defined(__AVX2__)

namespace edgecc {
namespace kernels {
namespace {

/// Products of int16, two inputs at a time in all lanes.
struct S16Avx2 : S8Avx2 {
  using Source = std::int16_t;
  using Weight = std::int16_t;
  static constexpr bool kConverts = false, kCopiesBlocks = false;

  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return loadHalves(from);
  }
  static EDGECC_SIMD_INLINE void store(std::int32_t *to, Vec x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), x);
  }
  static constexpr int log2(int x) { return x == 1 ? 0 : 1 + log2(x / 2); }
  using Part = Vec;
  static constexpr int kSumParts = 1;
  static EDGECC_SIMD_INLINE Part loadPart(const std::int32_t *from) {
    return load(from);
  }
  static EDGECC_SIMD_INLINE Vec join(Part /*first*/, Part last) { return last; }
  static EDGECC_SIMD_INLINE Part addPart(Part a, Part b) { return add(a, b); }
  static EDGECC_SIMD_INLINE Part subtractPart(Part a, Part b) {
    return _mm256_sub_epi32(a, b);
  }
  struct Factors {
    template <int Times> static EDGECC_SIMD_INLINE Vec less(Vec a, Vec b) {
      return _mm256_sub_epi32(a, _mm256_slli_epi32(b, log2(Times)));
    }
    template <int Times> static EDGECC_SIMD_INLINE Vec more(Vec a, Vec b) {
      return _mm256_add_epi32(a, _mm256_slli_epi32(b, log2(Times)));
    }
    static EDGECC_SIMD_INLINE Vec byNinth(Vec x) {
      return multiply(x, set(0x38E38E39));
    }
  };
  template <int By> static EDGECC_SIMD_INLINE Vec addShifted(Vec a, Vec b) {
    return _mm256_add_epi32(a, _mm256_srai_epi32(b, By));
  }

  using InVec = __m256i;
  static constexpr int kInLanes = 16;
  static EDGECC_SIMD_INLINE InVec loadSource(const std::int8_t *from) {
    return _mm256_cvtepi8_epi16(
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
  }
  static EDGECC_SIMD_INLINE InVec loadHalves(const Cell *from) {
    return loadCells(from);
  }
  static EDGECC_SIMD_INLINE void storeHalves(Cell *to, InVec x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), x);
  }
  static EDGECC_SIMD_INLINE InVec addHalves(InVec a, InVec b) {
    return _mm256_add_epi16(a, b);
  }
  static EDGECC_SIMD_INLINE InVec subtractHalves(InVec a, InVec b) {
    return _mm256_sub_epi16(a, b);
  }
  struct HalfFactors {
    template <int Times>
    static EDGECC_SIMD_INLINE InVec less(InVec a, InVec b) {
      return _mm256_sub_epi16(a, _mm256_slli_epi16(b, log2(Times)));
    }
    template <int Times>
    static EDGECC_SIMD_INLINE InVec more(InVec a, InVec b) {
      return _mm256_add_epi16(a, _mm256_slli_epi16(b, log2(Times)));
    }
  };
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX2__

#endif // EDGECC_KERNELS_AVX_S16_VECTORS_H
