// Arm NEON for integer recurrent layers (what such an arithmetic says is listed
// in simd_states.h).
//
// StateNeonDot: SDOT of bytes. A state is 256 times its upper byte, plus its
//   lower byte, plus the 128 by which this has become one with a sign. Biases
//   have 128 * sum(weights) in them.
// StateNeon: SMLAL by lane of states and weights that are widened when they are
//   loaded.
#ifndef EDGECC_KERNELS_NEON_STATE_VECTORS_H
#define EDGECC_KERNELS_NEON_STATE_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_NEON_S8_VECTORS_H
#include "neon_s8_vectors.h"
#endif
#ifndef EDGECC_KERNELS_RECURRENT_FIXED_H
#include "recurrent_fixed.h"
#endif

#if defined(__ARM_NEON)

namespace edgecc {
namespace kernels {
namespace {

/// What both have: words in vectors of four.
struct StateNeonWords : S8NeonSums {
  static EDGECC_SIMD_INLINE void store(std::int32_t *to, Vec x) {
    vst1q_s32(to, x);
  }
  static EDGECC_SIMD_INLINE Vec loadStates(const std::int16_t *from) {
    return vmovl_s16(vld1_s16(from));
  }
  static EDGECC_SIMD_INLINE void storeNarrow(std::int16_t *to, Vec x) {
    vst1_s16(to, vqmovn_s32(x));
  }
  static EDGECC_SIMD_INLINE void storeNarrow(std::int8_t *to, Vec x) {
    const int16x4_t halves = vqmovn_s32(x);
    const int8x8_t bytes = vqmovn_s16(vcombine_s16(halves, halves));
    const std::int32_t word = vget_lane_s32(vreinterpret_s32_s8(bytes), 0);
    std::memcpy(to, &word, sizeof(word));
  }

  static EDGECC_SIMD_INLINE Vec subtract(Vec a, Vec b) {
    return vsubq_s32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec bitAnd(Vec a, Vec b) { return vandq_s32(a, b); }
  static EDGECC_SIMD_INLINE Vec bitXor(Vec a, Vec b) { return veorq_s32(a, b); }
  static EDGECC_SIMD_INLINE Vec abs(Vec a) { return vabsq_s32(a); }
  template <int By> static EDGECC_SIMD_INLINE Vec left(Vec a) {
    return vshlq_n_s32(a, By);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec right(Vec a) {
    return vshrq_n_s32(a, By);
  }
  template <int By> static EDGECC_SIMD_INLINE Vec unsignedRight(Vec a) {
    return vreinterpretq_s32_u32(vshrq_n_u32(vreinterpretq_u32_s32(a), By));
  }
  static EDGECC_SIMD_INLINE Vec multiplySmall(Vec a, Vec b) {
    return vmulq_s32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec lookUp(const std::uint16_t *table, Vec at) {
    Vec pairs = vdupq_n_s32(loadWord(table + vgetq_lane_s32(at, 0)));
    pairs = vsetq_lane_s32(loadWord(table + vgetq_lane_s32(at, 1)), pairs, 1);
    pairs = vsetq_lane_s32(loadWord(table + vgetq_lane_s32(at, 2)), pairs, 2);
    return vsetq_lane_s32(loadWord(table + vgetq_lane_s32(at, 3)), pairs, 3);
  }

  struct Shift {
    int64x2_t by;
    EDGECC_SIMD_INLINE explicit Shift(int shift) : by(vdupq_n_s64(-shift)) {}
  };
  template <bool Limits>
  static EDGECC_SIMD_INLINE Vec scaleBy(Vec a, Vec m, Vec /*odd*/,
                                        const Shift &shift) {
    const int64x2_t low = vmull_s32(vget_low_s32(a), vget_low_s32(m)),
#if defined(__aarch64__)
                    high = vmull_high_s32(a, m);
#else
                    high = vmull_s32(vget_high_s32(a), vget_high_s32(m));
#endif
    const int64x2_t first = vrshlq_s64(low, shift.by),
                    last = vrshlq_s64(high, shift.by);
    if constexpr (!Limits)
      return vcombine_s32(vmovn_s64(first), vmovn_s64(last));
    return max(min(vcombine_s32(vqmovn_s64(first), vqmovn_s64(last)),
                   set(kMaxArgument)),
               set(-kMaxArgument));
  }
};

#if defined(__ARM_FEATURE_DOTPROD)
struct StateNeonDot : StateNeonWords {
  static constexpr int kRows = 4, kStep = 4, kChunk = 4, kBlocks = 8;
  static constexpr int kTogether = 4, kTileBlocks = 4, kRowBlocks = 8;

  using Cell = std::int8_t;
  static constexpr bool kSplits = true, kColumnsFirst = false;
  static constexpr int kSplit = 16, kOffset = 128;
  struct Inputs {
    int8x16_t low, high;
  };
  struct Sums {
    Vec low, high;
  };
  static EDGECC_SIMD_INLINE void split(const std::int16_t *from, Cell *low,
                                       Cell *high) {
    const int8x16x2_t x = vld2q_s8(reinterpret_cast<const std::int8_t *>(from));
    vst1q_s8(low, veorq_s8(x.val[0], vdupq_n_s8(-128)));
    vst1q_s8(high, x.val[1]);
  }
  template <int Room>
  static EDGECC_SIMD_INLINE Inputs loadInputs(const Cell *from) {
    return {vld1q_s8(from), vld1q_s8(from + Room)};
  }
  template <int At, int Room>
  static EDGECC_SIMD_INLINE Inputs factor(Inputs x) {
    return x;
  }
  static EDGECC_SIMD_INLINE Sums start(const std::int32_t *bias) {
    return {load(bias), vdupq_n_s32(0)};
  }
  template <int At>
  static EDGECC_SIMD_INLINE Sums dotStep(Sums sums, Inputs x,
                                         const std::int8_t *weights) {
    const int8x16_t w = vld1q_s8(weights);
    return {vdotq_laneq_s32(sums.low, w, x.low, At),
            vdotq_laneq_s32(sums.high, w, x.high, At)};
  }
  template <class Finish>
  static EDGECC_SIMD_INLINE void finishSums(Sums sums, const Finish &finish) {
    finish(0, add(sums.low, left<8>(sums.high)));
  }
};
#endif // __ARM_FEATURE_DOTPROD

struct StateNeon : StateNeonWords {
  static constexpr int kRows = 8, kStep = 2, kChunk = 4, kBlocks = 4;
  static constexpr int kTogether = 4, kTileBlocks = 1, kRowBlocks = 2;

  using Cell = std::int16_t;
  static constexpr bool kSplits = false, kColumnsFirst = true;
  static constexpr int kOffset = 0;
  using Inputs = int16x8_t;
  struct Sums {
    Vec low, high;
  };
  template <int Room>
  static EDGECC_SIMD_INLINE Inputs loadInputs(const Cell *from) {
    return vld1q_s16(from);
  }
  template <int At, int Room>
  static EDGECC_SIMD_INLINE Inputs factor(Inputs x) {
    return x;
  }
  static EDGECC_SIMD_INLINE Sums start(const std::int32_t *bias) {
    return {load(bias), load(bias + 4)};
  }
  template <int Lane>
  static EDGECC_SIMD_INLINE Sums multiplyLane(Sums sums, Inputs x,
                                              int16x8_t w) {
#if defined(__aarch64__)
    return {vmlal_laneq_s16(sums.low, vget_low_s16(w), x, Lane),
            vmlal_high_laneq_s16(sums.high, w, x, Lane)};
#else
    const int16x4_t half = Lane < 4 ? vget_low_s16(x) : vget_high_s16(x);
    return {vmlal_lane_s16(sums.low, vget_low_s16(w), half, Lane % 4),
            vmlal_lane_s16(sums.high, vget_high_s16(w), half, Lane % 4)};
#endif
  }
  /// Eight weights of one column, then of the next.
  template <int At>
  static EDGECC_SIMD_INLINE Sums dotStep(Sums sums, Inputs x,
                                         const std::int8_t *weights) {
    const int8x16_t w = vld1q_s8(weights);
    sums = multiplyLane<2 * At>(sums, x, vmovl_s8(vget_low_s8(w)));
#if defined(__aarch64__)
    return multiplyLane<2 * At + 1>(sums, x, vmovl_high_s8(w));
#else
    return multiplyLane<2 * At + 1>(sums, x, vmovl_s8(vget_high_s8(w)));
#endif
  }
  template <class Finish>
  static EDGECC_SIMD_INLINE void finishSums(Sums sums, const Finish &finish) {
    finish(0, sums.low);
    finish(4, sums.high);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#endif // EDGECC_KERNELS_NEON_STATE_VECTORS_H
