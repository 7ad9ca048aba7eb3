// Vectors of AVX-512 with VNNI for the kernels that are written once for all
// vectors; what an arithmetic says is listed in simd_tiles.h.
//
// S8Vnni: VPDPBUSD takes its first factors as unsigned. Cells are inputs plus
//   128, and biases have -128 * sum(weights) in them.
// S8VnniFloats: the same, scaled by floats.
// F32Avx512: floats, one at a time.
// F32Avx512Taps: two to sixteen neighbouring floats at a time, for few
// channels.
#ifndef EDGECC_KERNELS_AVX512_VECTORS_H
#define EDGECC_KERNELS_AVX512_VECTORS_H

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

#if defined(__AVX512VNNI__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#include <immintrin.h>

namespace edgecc {
namespace kernels {
namespace {

/// All lanes. GCC 12 warns of intrinsics without a mask that their results were
/// not initialized, and makes the same code of those with this one.
constexpr __mmask8 kAll8 = 0xFF;
constexpr __mmask16 kAll16 = 0xFFFF;

/// Int8 layers with sums in vectors of sixteen.
struct S8Vnni {
  static constexpr bool kHalvesSmall = true, kScalesFloats = false;
  using Source = std::int8_t;
  using Cell = std::uint8_t;
  using Weight = std::int8_t;
  using Sum = std::int32_t;
  using Vec = __m512i;
  using Words = Vec;
  using Bytes = Vec;
  static constexpr int kLanes = 16, kStep = 4, kBlock = 64;
  static constexpr bool kRenews = false;
  static constexpr bool kHoldsInputs = false;
  static constexpr int kChunk = 1, kParts = 1, kLeast = 1;
  static constexpr int kDepthVectors = 4, kMostColumns = 0;
  static constexpr bool kAddsBytes = false;
  static constexpr bool kReusesColumns = false;
  static constexpr bool kConverts = true;

  static EDGECC_SIMD_INLINE Vec load(const std::int32_t *from) {
    return _mm512_loadu_si512(from);
  }
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    return _mm512_set1_epi32(loadWord(from));
  }
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return _mm512_loadu_si512(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec cells, Vec weights) {
#if defined(__clang__)
    return _mm512_dpbusd_epi32(sum, cells, weights);
#else
    // GCC 12 copies the sums around the intrinsic.
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(cells), "v"(weights));
    return sum;
#endif
  }

  static EDGECC_SIMD_INLINE Vec loadCells(const Cell *from) {
    return _mm512_loadu_si512(from);
  }
  static constexpr int kDepthTile = 16, kMix = 64, kMixFew = 16;
  static constexpr bool kShiftsWeights = true;
  static EDGECC_SIMD_INLINE Vec shiftWeights(Vec w) {
    return _mm512_maskz_slli_epi32(kAll16, w, 8);
  }
  static EDGECC_SIMD_INLINE void mix(Cell *to, const Cell *const *rows,
                                     int at) {
    // Each quarter gets the words that end up in one vector.
    const Vec quarters =
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const auto loadRow = [&](const Cell *row) {
      return _mm512_maskz_permutexvar_epi32(kAll16, quarters,
                                            loadCells(row + at));
    };
    const Vec a = loadRow(rows[0]), b = loadRow(rows[1]), c = loadRow(rows[2]),
              d = loadRow(rows[3]);
    const Vec ab = _mm512_unpacklo_epi8(a, b), cd = _mm512_unpacklo_epi8(c, d);
    const Vec ef = _mm512_unpackhi_epi8(a, b), gh = _mm512_unpackhi_epi8(c, d);
    _mm512_storeu_si512(to, _mm512_unpacklo_epi16(ab, cd));
    _mm512_storeu_si512(to + kMix, _mm512_unpackhi_epi16(ab, cd));
    _mm512_storeu_si512(to + 2 * kMix, _mm512_unpacklo_epi16(ef, gh));
    _mm512_storeu_si512(to + 3 * kMix, _mm512_unpackhi_epi16(ef, gh));
  }
  static EDGECC_SIMD_INLINE void mixFew(Cell *to, const Cell *const *rows,
                                        int at) {
    const auto load128 = [&](const Cell *row) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i *>(row + at));
    };
    const __m128i a = load128(rows[0]), b = load128(rows[1]),
                  c = load128(rows[2]), d = load128(rows[3]);
    const __m128i ab = _mm_unpacklo_epi8(a, b), cd = _mm_unpacklo_epi8(c, d);
    const __m128i ef = _mm_unpackhi_epi8(a, b), gh = _mm_unpackhi_epi8(c, d);
    const auto store128 = [&](int quarter, __m128i x) {
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to + quarter * 16), x);
    };
    store128(0, _mm_unpacklo_epi16(ab, cd));
    store128(1, _mm_unpackhi_epi16(ab, cd));
    store128(2, _mm_unpacklo_epi16(ef, gh));
    store128(3, _mm_unpackhi_epi16(ef, gh));
  }

  static constexpr Cell toCell(int x) { return static_cast<Cell>(x + 128); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    _mm512_storeu_si512(
        to, _mm512_xor_si512(_mm512_loadu_si512(from), _mm512_set1_epi8(-128)));
  }

  static EDGECC_SIMD_INLINE Vec multiplyHigh(Vec a, Vec b, Vec odd) {
    const Vec even = _mm512_maskz_mul_epi32(kAll8, a, b);
    return _mm512_mask_shuffle_epi32(
        _mm512_maskz_mul_epi32(kAll8, _mm512_maskz_srli_epi64(kAll8, a, 32),
                               odd),
        0x5555, even, static_cast<_MM_PERM_ENUM>(0xF5));
  }
  static EDGECC_SIMD_INLINE Vec oddLanes(Vec a) {
    return _mm512_maskz_srli_epi64(kAll8, a, 32);
  }
  static EDGECC_SIMD_INLINE Vec scale(Vec a, Vec m, Vec odd) {
    const Vec half = _mm512_set1_epi64(std::int64_t{1} << 30);
    const Vec even =
        _mm512_add_epi64(_mm512_maskz_mul_epi32(kAll8, a, m), half);
    const Vec others =
        _mm512_add_epi64(_mm512_maskz_mul_epi32(
                             kAll8, _mm512_maskz_srli_epi64(kAll8, a, 32), odd),
                         half);
    return _mm512_mask_blend_epi32(0xAAAA,
                                   _mm512_maskz_srli_epi64(kAll8, even, 31),
                                   _mm512_maskz_slli_epi64(kAll8, others, 1));
  }
  static EDGECC_SIMD_INLINE Vec shiftLeft(Vec a, int by) {
    return _mm512_maskz_sll_epi32(kAll16, a, _mm_cvtsi32_si128(by));
  }
  static EDGECC_SIMD_INLINE Vec shiftRight(Vec a, int by) {
    return _mm512_maskz_sra_epi32(kAll16, a, _mm_cvtsi32_si128(by));
  }
  static EDGECC_SIMD_INLINE Vec set(std::int32_t x) {
    return _mm512_set1_epi32(x);
  }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) {
    return _mm512_add_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return _mm512_mullo_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec max(Vec a, Vec b) {
    return _mm512_maskz_max_epi32(kAll16, a, b);
  }
  static EDGECC_SIMD_INLINE Vec min(Vec a, Vec b) {
    return _mm512_maskz_min_epi32(kAll16, a, b);
  }
  static EDGECC_SIMD_INLINE Vec widen(const std::int8_t *from) {
    return _mm512_maskz_cvtepi8_epi32(
        kAll16, _mm_loadu_si128(reinterpret_cast<const __m128i *>(from)));
  }

  static EDGECC_SIMD_INLINE Vec packWords(Vec a, Vec b) {
    return _mm512_packs_epi32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec set16(int x) {
    return _mm512_set1_epi16(static_cast<std::int16_t>(x));
  }
  static EDGECC_SIMD_INLINE Vec add16(Vec a, Vec b) {
    return _mm512_adds_epi16(a, b);
  }
  static EDGECC_SIMD_INLINE Vec halve16(Vec a) {
    return _mm512_srai_epi16(a, 1);
  }
  template <int Lo, int Hi> static Vec packBytes(Vec a, Vec b) {
    Vec q = _mm512_packs_epi16(a, b);
    if constexpr (Lo > -128)
      q = _mm512_max_epi8(q, _mm512_set1_epi8(static_cast<char>(Lo)));
    if constexpr (Hi < 127)
      q = _mm512_min_epi8(q, _mm512_set1_epi8(static_cast<char>(Hi)));
    return _mm512_maskz_permutexvar_epi32(
        kAll16,
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
        q);
  }
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storeBytes(std::int8_t *to, Vec bytes) {
    if constexpr (Count == 4)
      _mm512_storeu_si512(to, bytes);
    else if constexpr (Count == 2)
      _mm256_storeu_si256(
          reinterpret_cast<__m256i *>(to),
          _mm512_maskz_extracti64x4_epi64(kAll8, bytes, First / 2));
    else
      _mm_storeu_si128(reinterpret_cast<__m128i *>(to),
                       _mm512_maskz_extracti32x4_epi32(kAll8, bytes, First));
  }
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storePart(std::int8_t *to, Vec bytes) {
    _mm_mask_storeu_epi8(to, (1 << Count) - 1,
                         _mm512_maskz_extracti32x4_epi32(kAll8, bytes, First));
  }
};

/// The same with multipliers that are floats, stored as integers of the same
/// bits, where the compiler has proved that they lead to the same results.
struct S8VnniFloats : S8Vnni {
  static constexpr bool kHalvesSmall = false, kScalesFloats = true;

  /// `zero` more than the product, rounded to even. A float of this magnitude
  /// has no digits behind the point, and its last bits are those of an integer.
  static EDGECC_SIMD_INLINE Vec scaleFloats(Vec a, Vec m, int zero) {
    constexpr std::int32_t kBits = 0x4B400000;
    return _mm512_sub_epi32(_mm512_castps_si512(roundProduct(a, m)),
                            _mm512_set1_epi32(kBits - zero));
  }
  /// The product, rounded to even and limited.
  static EDGECC_SIMD_INLINE __m512 scaleToFloats(Vec a, Vec m, float lo,
                                                 float hi) {
    const __m512 product =
        _mm512_sub_ps(roundProduct(a, m), _mm512_set1_ps(kMagnitude));
    return _mm512_maskz_min_ps(
        kAll16, _mm512_maskz_max_ps(kAll16, product, _mm512_set1_ps(lo)),
        _mm512_set1_ps(hi));
  }
  /// The first `count` bytes, which may be all that there is, or as many as are
  /// lanes.
  static EDGECC_SIMD_INLINE Vec widenSome(const std::int8_t *from, int count) {
    if (count >= kLanes)
      return widen(from);
    const auto lanes = static_cast<__mmask16>((1 << count) - 1);
    return _mm512_maskz_cvtepi8_epi32(kAll16,
                                      _mm_maskz_loadu_epi8(lanes, from));
  }
  static EDGECC_SIMD_INLINE Vec addFloats(__m512 own, Vec other, float factor,
                                          float otherFactor, float start) {
    const __m512 share =
        _mm512_fmadd_ps(_mm512_maskz_cvtepi32_ps(kAll16, other),
                        _mm512_set1_ps(otherFactor), _mm512_set1_ps(start));
    return _mm512_maskz_cvtps_epi32(
        kAll16, _mm512_fmadd_ps(own, _mm512_set1_ps(factor), share));
  }

private:
  static constexpr float kMagnitude = 12582912.0f;

  static EDGECC_SIMD_INLINE __m512 roundProduct(Vec a, Vec m) {
    return _mm512_fmadd_ps(_mm512_maskz_cvtepi32_ps(kAll16, a),
                           _mm512_castsi512_ps(m), _mm512_set1_ps(kMagnitude));
  }
};

/// Floats in vectors of sixteen.
struct F32Avx512 {
  using Source = float;
  using Cell = float;
  using Weight = float;
  using Sum = float;
  using Vec = __m512;
  static constexpr int kLanes = 16, kStep = 1, kBlock = 16;
  static constexpr bool kRenews = false;
  static constexpr bool kHoldsInputs = false;
  static constexpr int kChunk = 1, kParts = 1, kLeast = 1;
  static constexpr int kDepthVectors = 4, kMostColumns = 0;
  static constexpr bool kAddsBytes = false;
  static constexpr bool kReusesColumns = false;
  static constexpr bool kConverts = false, kCopiesBlocks = true;

  static EDGECC_SIMD_INLINE Vec load(const float *from) {
    return _mm512_loadu_ps(from);
  }
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    return _mm512_set1_ps(*from);
  }
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return _mm512_loadu_ps(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec cells, Vec weights) {
    return _mm512_fmadd_ps(cells, weights, sum);
  }
  static EDGECC_SIMD_INLINE Vec loadCells(const Cell *from) {
    return _mm512_loadu_ps(from);
  }
  /// The lanes whose bits are set, which may be all that there is; else zeros.
  static EDGECC_SIMD_INLINE Vec loadSome(const Cell *from, unsigned lanes) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>(lanes), from);
  }
  static constexpr int kDepthTile = 16, kMix = 16, kMixFew = 16;
  static constexpr bool kShiftsWeights = false;
  static constexpr Cell toCell(float x) { return x; }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    _mm512_storeu_ps(to, _mm512_loadu_ps(from));
  }
  static EDGECC_SIMD_INLINE Vec set(float x) { return _mm512_set1_ps(x); }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) {
    return _mm512_add_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec divide(Vec a, Vec b) {
    return _mm512_div_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec subtract(Vec a, Vec b) {
    return _mm512_sub_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return _mm512_mul_ps(a, b);
  }
  static EDGECC_SIMD_INLINE Vec round(Vec x) {
    return _mm512_maskz_roundscale_ps(
        kAll16, x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static EDGECC_SIMD_INLINE Vec power(Vec k) {
    const __m512i exponent = _mm512_add_epi32(
        _mm512_maskz_cvtps_epi32(kAll16, k), _mm512_set1_epi32(127));
    return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAll16, exponent, 23));
  }
  static EDGECC_SIMD_INLINE Vec clamp(Vec x, Vec lo, Vec hi) {
    return _mm512_maskz_min_ps(kAll16, hi, _mm512_maskz_max_ps(kAll16, lo, x));
  }
  static EDGECC_SIMD_INLINE Vec clampBelow(Vec x, Vec lo) {
    return _mm512_maskz_max_ps(kAll16, lo, x);
  }
  static EDGECC_SIMD_INLINE Vec dropTiny(Vec x) {
    const Vec tiny = _mm512_set1_ps(0x1p-100f);
    const Vec magnitude =
        _mm512_maskz_andnot_ps(kAll16, _mm512_set1_ps(-0.0f), x);
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(magnitude, tiny, _CMP_NLT_UQ),
                               x);
  }
  static EDGECC_SIMD_INLINE void store(float *to, Vec x) {
    _mm512_storeu_ps(to, x);
  }
  static EDGECC_SIMD_INLINE void storePart(float *to, Vec x, int count) {
    _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1 << count) - 1), x);
  }
};

/// Floats for layers of few channels: each has `Taps` lanes side by side, which
/// sum up the products of as many neighbouring inputs. Any number of inputs is
/// in all lanes by one load.
template <int Taps> struct F32Avx512Taps : F32Avx512 {
  static_assert(Taps == 2 || Taps == 4 || Taps == 8 || Taps == 16);
  static constexpr int kLanes = 16 / Taps, kStep = Taps, kLeast = Taps;

  /// Biases, in the first lane of each channel.
  static EDGECC_SIMD_INLINE Vec load(const float *from) {
    constexpr unsigned kFirsts = Taps == 2   ? 0x5555
                                 : Taps == 4 ? 0x1111
                                 : Taps == 8 ? 0x0101
                                             : 1;
    return _mm512_maskz_expandloadu_ps(static_cast<__mmask16>(kFirsts), from);
  }
  static EDGECC_SIMD_INLINE Vec broadcast(const Cell *from) {
    if constexpr (Taps == 2) {
      double pair;
      std::memcpy(&pair, from, sizeof pair);
      return _mm512_castpd_ps(_mm512_set1_pd(pair));
    } else if constexpr (Taps == 4) {
      return _mm512_maskz_broadcast_f32x4(kAll16, _mm_loadu_ps(from));
    } else if constexpr (Taps == 8) {
      return _mm512_maskz_broadcast_f32x8(kAll16, _mm256_loadu_ps(from));
    } else {
      return _mm512_loadu_ps(from);
    }
  }
  /// The channels of `Taps` vectors of sums, one vector after the other.
  static EDGECC_SIMD_INLINE Vec total(const Vec (&sums)[Taps]) {
    const Vec x = addUp<Taps>(sums);
    if constexpr (Taps == 2)
      return _mm512_castpd_ps(_mm512_maskz_permutexvar_pd(
          kAll8, _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7),
          _mm512_castps_pd(x)));
    else if constexpr (Taps == 4)
      return _mm512_maskz_permutexvar_ps(kAll16,
                                         _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9,
                                                           13, 2, 6, 10, 14, 3,
                                                           7, 11, 15),
                                         x);
    else if constexpr (Taps == 8)
      return _mm512_maskz_permutexvar_ps(kAll16,
                                         _mm512_setr_epi32(0, 4, 1, 5, 2, 6, 3,
                                                           7, 8, 12, 9, 13, 10,
                                                           14, 11, 15),
                                         x);
    else
      return x;
  }
  /// The lanes whose bits are set, side by side.
  template <unsigned Mask> static EDGECC_SIMD_INLINE Vec compress(Vec x) {
    return _mm512_maskz_compress_ps(static_cast<__mmask16>(Mask), x);
  }

private:
  /// Neighbours added up, first lanes, then quarters; those of `a` before those
  /// of `b`.
  template <bool Quarters>
  static EDGECC_SIMD_INLINE Vec addPairs(Vec a, Vec b) {
    if constexpr (Quarters)
      return _mm512_add_ps(_mm512_maskz_shuffle_f32x4(kAll16, a, b, 0x88),
                           _mm512_maskz_shuffle_f32x4(kAll16, a, b, 0xDD));
    else
      return _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x88),
                           _mm512_shuffle_ps(a, b, 0xDD));
  }
  /// One vector of `Count`, whose lanes are totals but for their order.
  template <int Count>
  static EDGECC_SIMD_INLINE Vec addUp(const Vec (&sums)[Count]) {
    if constexpr (Count == 1) {
      return sums[0];
    } else {
      // Two levels within quarters, where the rest are among these.
      constexpr bool kQuarters = Taps / Count >= 4;
      Vec half[Count / 2];
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < Count / 2; ++i)
        half[i] = addPairs<kQuarters>(sums[2 * i], sums[2 * i + 1]);
      return addUp(half);
    }
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __AVX512VNNI__

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif // EDGECC_KERNELS_AVX512_VECTORS_H
