// Inputs of int8 as int16 in vectors of Arm NEON, with sums in pairs of
// vectors; what an arithmetic says is listed in simd_tiles.h.
//
// S8NeonWide: for depthwise windows and for sums.
// S8NeonLane: products by lane, for few inputs or few outputs.
#ifndef EDGECC_KERNELS_NEON_WIDE_VECTORS_H
#define EDGECC_KERNELS_NEON_WIDE_VECTORS_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_NEON_S8_VECTORS_H
#include "neon_s8_vectors.h"
#endif

// A program needs some of the arithmetics, and not all of one.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-const-variable"
#endif

#if defined(__ARM_NEON)
#include <arm_neon.h>

namespace edgecc {
namespace kernels {
namespace {

/// Sums in pairs of vectors, as eight bytes are loaded at once.
struct S8NeonWide {
  static constexpr bool kAddsBytes = false;
  static constexpr bool kHalvesSmall = false, kScalesFloats = false;
  static constexpr bool kRenews = true;
  static constexpr bool kHoldsInputs = false;
  using Source = std::int8_t;
  using Cell = std::int16_t;
  using Weight = std::int16_t;
  using Sum = std::int32_t;
  struct Vec {
    int32x4_t low, high;
  };
  struct Words {
    int16x8_t low, high;
  };
  struct Bytes {
    int8x16_t low, high;
  };
  static constexpr int kLanes = 8, kStep = 1, kBlock = 16;
  static constexpr bool kConverts = true;
  static constexpr Cell toCell(int x) { return static_cast<Cell>(x); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    const int8x16_t bytes = vld1q_s8(from);
    vst1q_s16(to, vmovl_s8(vget_low_s8(bytes)));
    vst1q_s16(to + 8, vmovl_s8(vget_high_s8(bytes)));
  }

  static EDGECC_SIMD_INLINE int16x8_t loadCells(const Cell *from) {
    return vld1q_s16(from);
  }
  static EDGECC_SIMD_INLINE int16x8_t loadWeights(const Weight *from) {
    return vld1q_s16(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, int16x8_t x, int16x8_t w) {
#if defined(__aarch64__)
    return {vmlal_s16(sum.low, vget_low_s16(x), vget_low_s16(w)),
            vmlal_high_s16(sum.high, x, w)};
#else
    return {vmlal_s16(sum.low, vget_low_s16(x), vget_low_s16(w)),
            vmlal_s16(sum.high, vget_high_s16(x), vget_high_s16(w))};
#endif
  }
  static constexpr int kDepthTile = 8, kMix = 8, kMixFew = 8;
  static constexpr int kDepthVectors = 1, kMostColumns = 13;
  static constexpr bool kReusesColumns = true;
  static constexpr bool kShiftsWeights = false;

  using Four = S8NeonSums;
  static EDGECC_SIMD_INLINE Vec load(const std::int32_t *from) {
    return {Four::load(from), Four::load(from + 4)};
  }
  static EDGECC_SIMD_INLINE Vec set(std::int32_t x) {
    return {Four::set(x), Four::set(x)};
  }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) {
    return {Four::add(a.low, b.low), Four::add(a.high, b.high)};
  }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return {Four::multiply(a.low, b.low), Four::multiply(a.high, b.high)};
  }
  static EDGECC_SIMD_INLINE Vec max(Vec a, Vec b) {
    return {Four::max(a.low, b.low), Four::max(a.high, b.high)};
  }
  static EDGECC_SIMD_INLINE Vec min(Vec a, Vec b) {
    return {Four::min(a.low, b.low), Four::min(a.high, b.high)};
  }
  static EDGECC_SIMD_INLINE Vec shiftLeft(Vec a, int by) {
    return {Four::shiftLeft(a.low, by), Four::shiftLeft(a.high, by)};
  }
  static EDGECC_SIMD_INLINE Vec shiftRight(Vec a, int by) {
    return {Four::shiftRight(a.low, by), Four::shiftRight(a.high, by)};
  }
  static EDGECC_SIMD_INLINE Vec scale(Vec a, Vec m, Vec /*odd*/) {
    return {vqrdmulhq_s32(a.low, m.low), vqrdmulhq_s32(a.high, m.high)};
  }
  static EDGECC_SIMD_INLINE Vec oddLanes(Vec a) { return a; }
  static EDGECC_SIMD_INLINE Vec widen(const std::int8_t *from) {
    const int16x8_t words = vmovl_s8(vld1_s8(from));
    return {vmovl_s16(vget_low_s16(words)), vmovl_s16(vget_high_s16(words))};
  }
  static EDGECC_SIMD_INLINE Words packWords(Vec a, Vec b) {
    return {Four::packWords(a.low, a.high), Four::packWords(b.low, b.high)};
  }
  static EDGECC_SIMD_INLINE Words cutWords(Vec a, Vec b) {
    return {Four::cutWords(a.low, a.high), Four::cutWords(b.low, b.high)};
  }
  static EDGECC_SIMD_INLINE Words set16(int x) {
    return {Four::set16(x), Four::set16(x)};
  }
  static EDGECC_SIMD_INLINE Words add16(Words a, Words b) {
    return {vqaddq_s16(a.low, b.low), vqaddq_s16(a.high, b.high)};
  }
  template <int Lo, int Hi> static Bytes packBytes(Words a, Words b) {
    return {Four::packBytes<Lo, Hi>(a.low, a.high),
            Four::packBytes<Lo, Hi>(b.low, b.high)};
  }
  template <int Lo, int Hi> static Bytes packAboveZero(Words a, Words b) {
    return {Four::packAboveZero<Lo, Hi>(a.low, a.high),
            Four::packAboveZero<Lo, Hi>(b.low, b.high)};
  }
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storeBytes(std::int8_t *to, Bytes bytes) {
    if constexpr (Count == 4) {
      vst1q_s8(to, bytes.low);
      vst1q_s8(to + 16, bytes.high);
    } else {
      Four::storeBytes<First % 2 * 2, Count * 2>(to, First < 2 ? bytes.low
                                                               : bytes.high);
    }
  }
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storePart(std::int8_t *to, Bytes bytes) {
    std::int8_t all[kLanes];
    storeBytes<First, 1>(all, bytes);
    std::memcpy(to, all, Count);
  }
};

struct S8NeonLane : S8NeonWide {
  using Inputs = int16x8_t;
  static constexpr bool kRenews = true;
  static constexpr bool kHoldsInputs = true;
  static constexpr int kChunk = 8, kParts = 1, kLeast = 1, kRound = 2;

  template <int Count> static Inputs loadInputs(const Cell *from) {
    return vld1q_s16(from);
  }
  using S8NeonWide::loadWeights;
  template <int Count>
  static EDGECC_SIMD_INLINE void loadWeights(int16x8_t (&w)[Count],
                                             const Weight *&from) {
    for (int i = 0; i < Count; ++i, from += kLanes)
      w[i] = vld1q_s16(from);
  }
  template <int Step, int Count, bool First>
  static EDGECC_SIMD_INLINE Vec dotStep(Vec sum, Inputs x, int16x8_t w) {
#if defined(__aarch64__) && !defined(__clang__)
    // GCC 12 would copy sums. Lanes are those of the lower registers.
    __asm__("smlal %0.4s, %2.4h, %3.h[%4]\n\t"
            "smlal2 %1.4s, %2.8h, %3.h[%4]"
            : "+w"(sum.low), "+w"(sum.high)
            : "w"(w), "x"(x), "i"(Step));
    return sum;
#elif defined(__aarch64__)
    return {vmlal_laneq_s16(sum.low, vget_low_s16(w), x, Step),
            vmlal_high_laneq_s16(sum.high, w, x, Step)};
#else
    const int16x4_t half = Step < 4 ? vget_low_s16(x) : vget_high_s16(x);
    return {vmlal_lane_s16(sum.low, vget_low_s16(w), half, Step % 4),
            vmlal_lane_s16(sum.high, vget_high_s16(w), half, Step % 4)};
#endif
  }
  static EDGECC_SIMD_INLINE void keep(Vec &x) {
    __asm__ volatile("" : "+w"(x.low), "+w"(x.high));
  }
  static EDGECC_SIMD_INLINE Vec start(const Sum *bias) { return load(bias); }
  static EDGECC_SIMD_INLINE Vec total(const Vec *sum, const Sum * /*bias*/) {
    return *sum;
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif // EDGECC_KERNELS_NEON_WIDE_VECTORS_H
