// Vectors of AVX2 for the kernels that are written once for all vectors; what
// an arithmetic says is listed in simd_tiles.h.
//
// S8Avx2: cells are inputs as int16, because VPMADDUBSW saturates.
// F32Avx2: floats, one at a time.
#ifndef EDGECC_KERNELS_AVX2_VECTORS_H
#define EDGECC_KERNELS_AVX2_VECTORS_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#include "simd_basics.h"
#endif

// A program needs some of the arithmetics, and not all of one.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-const-variable"
#endif

#if defined(__AVX2__)
#include <immintrin.h>

namespace edgecc {
namespace kernels {
namespace {

/// Int8 layers with sums in vectors of eight.
struct S8Avx2 {
  static constexpr bool kHalvesSmall = true, kScalesFloats = false;
  using Source = std::int8_t;
  using Cell = std::int16_t;
  using Weight = std::int8_t;
  using Sum = std::int32_t;
  using Vec = __m256i;
  using Words = Vec;
  using Bytes = Vec;
  static constexpr int kLanes = 8, kStep = 2;
  static constexpr bool kRenews = false;
  static constexpr bool kHoldsInputs = false;
  static constexpr int kChunk = 1, kParts = 1, kLeast = 1;
  static constexpr int kDepthVectors = 4, kMostColumns = 0;
  static constexpr bool kAddsBytes = false;
  static constexpr bool kReusesColumns = false;
  /// Elements that one instruction moves.
  static constexpr int kBlock = 16;
  static constexpr bool kConverts = true;

  static EDGECC_SIMD_INLINE Vec load(const std::int32_t *from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
  }
  /// kStep cells, for all lanes.
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    return _mm256_set1_epi32(loadWord(from));
  }
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return _mm256_cvtepi8_epi16(
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec cells, Vec weights) {
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(cells, weights));
    // GCC would add the products of several steps first, for which registers do
    // not suffice.
    __asm__("" : "+x"(sum));
    return sum;
  }

  static EDGECC_SIMD_INLINE Vec loadCells(const Cell *from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from));
  }
  /// Sums of a tile of depthwise convolutions.
  static constexpr int kDepthTile = 8;
  /// Whether weights of a window can be moved to the next row.
  static constexpr bool kShiftsWeights = false;
  /// Cells of kStep rows that two functions interleave: each `at` of the first
  /// row is followed by that of the second.
  static constexpr int kMix = 16, kMixFew = 8;
  static EDGECC_SIMD_INLINE void mix(Cell *to, const Cell *const *rows,
                                     int at) {
    const Vec a = loadCells(rows[0] + at), b = loadCells(rows[1] + at);
    const Vec lo = _mm256_unpacklo_epi16(a, b),
              hi = _mm256_unpackhi_epi16(a, b);
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to),
                        _mm256_permute2x128_si256(lo, hi, 0x20));
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to + kMix),
                        _mm256_permute2x128_si256(lo, hi, 0x31));
  }
  static EDGECC_SIMD_INLINE void mixFew(Cell *to, const Cell *const *rows,
                                        int at) {
    const auto load128 = [](const Cell *from) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
    };
    const __m128i a = load128(rows[0] + at), b = load128(rows[1] + at);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm_unpacklo_epi16(a, b));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to + kMixFew),
                     _mm_unpackhi_epi16(a, b));
  }

  static constexpr Cell toCell(int x) { return static_cast<Cell>(x); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(to),
                        _mm256_cvtepi8_epi16(_mm_loadu_si128(
                            reinterpret_cast<const __m128i *>(from))));
  }

  /// The upper halves of products of 32 bits; `odd` are the factors b >> 32 of
  /// lanes of 64 bits.
  static EDGECC_SIMD_INLINE Vec multiplyHigh(Vec a, Vec b, Vec odd) {
    const Vec even = _mm256_mul_epi32(a, b);
    return _mm256_blend_epi32(_mm256_shuffle_epi32(even, 0xF5),
                              _mm256_mul_epi32(_mm256_srli_epi64(a, 32), odd),
                              0xAA);
  }
  static EDGECC_SIMD_INLINE Vec oddLanes(Vec a) {
    return _mm256_srli_epi64(a, 32);
  }
  /// (a * m + 2^30) >> 31 of 64-bit products; `odd` as above.
  static EDGECC_SIMD_INLINE Vec scale(Vec a, Vec m, Vec odd) {
    const Vec half = _mm256_set1_epi64x(std::int64_t{1} << 30);
    const Vec even = _mm256_add_epi64(_mm256_mul_epi32(a, m), half);
    const Vec others =
        _mm256_add_epi64(_mm256_mul_epi32(_mm256_srli_epi64(a, 32), odd), half);
    return _mm256_blend_epi32(_mm256_srli_epi64(even, 31),
                              _mm256_slli_epi64(others, 1), 0xAA);
  }
  static EDGECC_SIMD_INLINE Vec shiftLeft(Vec a, int by) {
    return _mm256_sll_epi32(a, _mm_cvtsi32_si128(by));
  }
  static EDGECC_SIMD_INLINE Vec shiftRight(Vec a, int by) {
    return _mm256_sra_epi32(a, _mm_cvtsi32_si128(by));
  }
  static EDGECC_SIMD_INLINE Vec set(std::int32_t x) {
    return _mm256_set1_epi32(x);
  }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) {
    return _mm256_add_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return _mm256_mullo_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec max(Vec a, Vec b) {
    return _mm256_max_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec min(Vec a, Vec b) {
    return _mm256_min_epi32(a, b);
  }
  /// kLanes bytes as words.
  static EDGECC_SIMD_INLINE Vec widen(const std::int8_t *from) {
    return _mm256_cvtepi8_epi32(
        _mm_loadl_epi64(reinterpret_cast<const __m128i *>(from)));
  }

  // Words to int16 with saturation, in an order that packBytes puts right.
  static EDGECC_SIMD_INLINE Vec packWords(Vec a, Vec b) {
    return _mm256_packs_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec set16(int x) {
    return _mm256_set1_epi16(static_cast<std::int16_t>(x));
  }
  static EDGECC_SIMD_INLINE Vec add16(Vec a, Vec b) {
    return _mm256_adds_epi16(a, b);
  }
  static EDGECC_SIMD_INLINE Vec halve16(Vec a) {
    return _mm256_srai_epi16(a, 1);
  }
  /// The bytes of four vectors of words, with saturation, in [lo, hi].
  template <int Lo, int Hi> static Vec packBytes(Vec a, Vec b) {
    Vec q = _mm256_packs_epi16(a, b);
    if constexpr (Lo > -128)
      q = _mm256_max_epi8(q, _mm256_set1_epi8(static_cast<char>(Lo)));
    if constexpr (Hi < 127)
      q = _mm256_min_epi8(q, _mm256_set1_epi8(static_cast<char>(Hi)));
    return _mm256_permutevar8x32_epi32(
        q, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
  }
  /// `Count` times kLanes bytes, 1, 2 or 4, from the `First`-th on.
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storeBytes(std::int8_t *to, Vec bytes) {
    if constexpr (Count == 4) {
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), bytes);
    } else {
      const __m128i half = _mm256_extracti128_si256(bytes, First / 2);
      if constexpr (Count == 2)
        _mm_storeu_si128(reinterpret_cast<__m128i *>(to), half);
      else if constexpr (First % 2 == 0)
        _mm_storel_epi64(reinterpret_cast<__m128i *>(to), half);
      else
        _mm_storel_epi64(reinterpret_cast<__m128i *>(to),
                         _mm_unpackhi_epi64(half, half));
    }
  }

  /// `Count` bytes, fewer than kLanes, of those from the `First`-th kLanes on.
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storePart(std::int8_t *to, Vec bytes) {
    std::int8_t all[kLanes];
    storeBytes<First, 1>(all, bytes);
    std::memcpy(to, all, Count);
  }
};

/// Floats in vectors of eight.
struct F32Avx2 {
  using Source = float;
  using Cell = float;
  using Weight = float;
  using Sum = float;
  using Vec = __m256;
  static constexpr int kLanes = 8, kStep = 1, kBlock = 8;
  static constexpr bool kRenews = false;
  static constexpr bool kHoldsInputs = false;
  static constexpr int kChunk = 1, kParts = 1, kLeast = 1;
  static constexpr int kDepthVectors = 4, kMostColumns = 0;
  static constexpr bool kAddsBytes = false;
  static constexpr bool kReusesColumns = false;
  static constexpr bool kConverts = false, kCopiesBlocks = true;

  static EDGECC_SIMD_INLINE Vec load(const float *from) {
    return _mm256_loadu_ps(from);
  }
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    return _mm256_broadcast_ss(from);
  }
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return _mm256_loadu_ps(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec cells, Vec weights) {
#if defined(__FMA__)
    return _mm256_fmadd_ps(cells, weights, sum);
#else
    return _mm256_add_ps(sum, _mm256_mul_ps(cells, weights));
#endif
  }
  static EDGECC_SIMD_INLINE Vec loadCells(const Cell *from) {
    return _mm256_loadu_ps(from);
  }
  /// The lanes whose bits are set, which may be all that there is; else zeros.
  static EDGECC_SIMD_INLINE Vec loadSome(const Cell *from, unsigned lanes) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    const __m256i all = _mm256_set1_epi32(static_cast<int>(lanes));
    return _mm256_maskload_ps(
        from, _mm256_cmpeq_epi32(_mm256_and_si256(all, bits), bits));
  }
  static constexpr int kDepthTile = 8, kMix = 8, kMixFew = 8;
  static constexpr bool kShiftsWeights = false;
  static constexpr Cell toCell(float x) { return x; }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    _mm256_storeu_ps(to, _mm256_loadu_ps(from));
  }
  static EDGECC_SIMD_INLINE Vec set(float x) { return _mm256_set1_ps(x); }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) {
    return _mm256_add_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec divide(Vec a, Vec b) {
    return _mm256_div_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec subtract(Vec a, Vec b) {
    return _mm256_sub_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return _mm256_mul_ps(a, b);
  }
  /// The nearest integer.
  static EDGECC_SIMD_INLINE Vec round(Vec x) {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// 2^k of an integer from -126 to 127.
  static EDGECC_SIMD_INLINE Vec power(Vec k) {
    const __m256i exponent =
        _mm256_add_epi32(_mm256_cvtps_epi32(k), _mm256_set1_epi32(127));
    return _mm256_castsi256_ps(_mm256_slli_epi32(exponent, 23));
  }
  /// Limited to [lo, hi]; a NaN stays a NaN.
  static EDGECC_SIMD_INLINE Vec clamp(Vec x, Vec lo, Vec hi) {
    return _mm256_min_ps(hi, _mm256_max_ps(lo, x));
  }
  /// Zero in place of what is less than 2^-100; a NaN stays a NaN.
  static EDGECC_SIMD_INLINE Vec dropTiny(Vec x) {
    const Vec magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), x);
    return _mm256_and_ps(
        x, _mm256_cmp_ps(magnitude, _mm256_set1_ps(0x1p-100f), _CMP_NLT_UQ));
  }
  static EDGECC_SIMD_INLINE void store(float *to, Vec x) {
    _mm256_storeu_ps(to, x);
  }
  /// The first `count` of them.
  static EDGECC_SIMD_INLINE void storePart(float *to, Vec x, int count) {
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    _mm256_maskstore_ps(to, _mm256_cmpgt_epi32(_mm256_set1_epi32(count), lanes),
                        x);
  }
};

/// Sixteen bytes, as most images have at least so many channels.
struct MaxBytes {
  using Vec = __m128i;
  static constexpr int kCount = 16;
  static EDGECC_SIMD_INLINE Vec setAll(std::int8_t x) {
    return _mm_set1_epi8(x);
  }
  static EDGECC_SIMD_INLINE Vec loadAll(const std::int8_t *from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
  }
  static EDGECC_SIMD_INLINE Vec largest(Vec a, Vec b) {
    return _mm_max_epi8(a, b);
  }
  static EDGECC_SIMD_INLINE void storeAll(std::int8_t *to, Vec x) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), x);
  }
};

/// Eight floats.
struct MaxFloats {
  using Vec = __m256;
  static constexpr int kCount = 8;
  static EDGECC_SIMD_INLINE Vec setAll(float x) { return _mm256_set1_ps(x); }
  static EDGECC_SIMD_INLINE Vec loadAll(const float *from) {
    return _mm256_loadu_ps(from);
  }
  /// As x > best ? x : best, also of NaNs.
  static EDGECC_SIMD_INLINE Vec largest(Vec best, Vec x) {
    return _mm256_max_ps(x, best);
  }
  static EDGECC_SIMD_INLINE void storeAll(float *to, Vec x) {
    _mm256_storeu_ps(to, x);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX2__

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif // EDGECC_KERNELS_AVX2_VECTORS_H
