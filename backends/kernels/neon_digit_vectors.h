// Arm NEON for weights of four bits (what such an arithmetic says is listed in
// simd_digits.h).
//
// DigitsNeonDot: SDOT; digits are upper halves of bytes, thus sixteen times as
//   large.
// DigitsNeon: SMLAL of bytes. Sixteen products of a byte and a digit fit 16
//   bits, and SMLAL of these multiplies them by their step.
#ifndef EDGECC_KERNELS_NEON_DIGIT_VECTORS_H
#define EDGECC_KERNELS_NEON_DIGIT_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_NEON_S8_VECTORS_H
#include "neon_s8_vectors.h"
#endif

#if defined(__ARM_NEON)

namespace edgecc {
namespace kernels {
namespace {

/// Inputs are cells as they are.
struct DigitsNeonWords : S8NeonSums {
  using Cell = std::int8_t;
  static constexpr bool kRenews = true, kConverts = false;
  static constexpr bool kCopiesBlocks = false;
  static constexpr int kBlock = 16, kOffset = 0, kDigitOffset = 0;
  static constexpr Cell toCell(int x) { return static_cast<Cell>(x); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    vst1q_s8(to, vld1q_s8(from));
  }
  using Digits = int8x16_t;
  static EDGECC_SIMD_INLINE Digits loadDigits(const std::int8_t *from) {
    return vld1q_s8(from);
  }
};

#if defined(__ARM_FEATURE_DOTPROD)
/// Digits of four neighbouring inputs of four channels.
struct DigitsNeonDot : DigitsNeonWords {
  static constexpr int kRows = 4, kDigitStep = 4, kMostPairs = 4, kBlocks = 8;
  static constexpr int kVectors = 1;
  using Sums = Vec;

  static EDGECC_SIMD_INLINE int8x16_t broadcast(const Cell *from) {
    return vreinterpretq_s8_s32(vdupq_n_s32(loadWord(from)));
  }
  static EDGECC_SIMD_INLINE Digits lower(Digits x) { return vshlq_n_s8(x, 4); }
  static EDGECC_SIMD_INLINE Digits upper(Digits x) {
    return vandq_s8(x, vdupq_n_s8(-16));
  }
  static EDGECC_SIMD_INLINE Sums noSums() { return vdupq_n_s32(0); }
  static EDGECC_SIMD_INLINE Sums addProducts(Sums sums, int8x16_t cells,
                                             Digits digits) {
    return vdotq_s32(sums, digits, cells);
  }
  static EDGECC_SIMD_INLINE void addScaled(Vec (&totals)[1], Sums sums,
                                           const std::int8_t *steps) {
    totals[0] = vmlaq_s32(totals[0], vshrq_n_s32(sums, 4), widen(steps));
  }
};
#endif // __ARM_FEATURE_DOTPROD

/// Digits of one input of sixteen channels.
struct DigitsNeon : DigitsNeonWords {
  static constexpr int kRows = 16, kDigitStep = 1, kMostPairs = 8, kBlocks = 2;
  static constexpr int kVectors = 4;
  struct Sums {
    int16x8_t low, high;
  };

  static EDGECC_SIMD_INLINE int8x16_t broadcast(const Cell *from) {
    return vld1q_dup_s8(from);
  }
  static EDGECC_SIMD_INLINE Digits lower(Digits x) {
    return vshrq_n_s8(vshlq_n_s8(x, 4), 4);
  }
  static EDGECC_SIMD_INLINE Digits upper(Digits x) { return vshrq_n_s8(x, 4); }
  static EDGECC_SIMD_INLINE Sums noSums() {
    return {vdupq_n_s16(0), vdupq_n_s16(0)};
  }
  static EDGECC_SIMD_INLINE Sums addProducts(Sums sums, int8x16_t cells,
                                             Digits digits) {
#if defined(__aarch64__)
    return {vmlal_s8(sums.low, vget_low_s8(digits), vget_low_s8(cells)),
            vmlal_high_s8(sums.high, digits, cells)};
#else
    return {vmlal_s8(sums.low, vget_low_s8(digits), vget_low_s8(cells)),
            vmlal_s8(sums.high, vget_high_s8(digits), vget_high_s8(cells))};
#endif
  }
  static EDGECC_SIMD_INLINE void addScaled(Vec (&totals)[4], Sums sums,
                                           const std::int8_t *steps) {
    const int8x16_t bytes = vld1q_s8(steps);
    const int16x8_t low = vmovl_s8(vget_low_s8(bytes)),
                    high = vmovl_s8(vget_high_s8(bytes));
    totals[0] = vmlal_s16(totals[0], vget_low_s16(sums.low), vget_low_s16(low));
    totals[2] =
        vmlal_s16(totals[2], vget_low_s16(sums.high), vget_low_s16(high));
#if defined(__aarch64__)
    totals[1] = vmlal_high_s16(totals[1], sums.low, low);
    totals[3] = vmlal_high_s16(totals[3], sums.high, high);
#else
    totals[1] =
        vmlal_s16(totals[1], vget_high_s16(sums.low), vget_high_s16(low));
    totals[3] =
        vmlal_s16(totals[3], vget_high_s16(sums.high), vget_high_s16(high));
#endif
  }
};

/// Unpacks sixteen weights.
struct UnpackNeon {
  static constexpr int kDigitOffset = 0;
  static EDGECC_SIMD_INLINE void storeLower(const std::int8_t *digits,
                                            int8x16_t steps, std::int8_t *to) {
    vst1q_s8(to, vmulq_s8(DigitsNeon::lower(vld1q_s8(digits)), steps));
  }
  static EDGECC_SIMD_INLINE void storeUpper(const std::int8_t *digits,
                                            int8x16_t steps, std::int8_t *to) {
    vst1q_s8(to, vmulq_s8(DigitsNeon::upper(vld1q_s8(digits)), steps));
  }
};

/// Those of S8NeonDot: four neighbours have one step.
struct UnpackNeonDot : UnpackNeon {
  using Steps = int8x16_t;
  static EDGECC_SIMD_INLINE Steps expand(const std::int8_t *steps) {
    const int8x16_t four = vreinterpretq_s8_s32(vdupq_n_s32(loadWord(steps)));
    const int16x8_t twice = vreinterpretq_s16_s8(vzipq_s8(four, four).val[0]);
    return vreinterpretq_s8_s16(vzipq_s16(twice, twice).val[0]);
  }
  static EDGECC_SIMD_INLINE void unpackLower(const std::int8_t *digits,
                                             Steps steps, std::int8_t *to) {
    storeLower(digits, steps, to);
  }
  static EDGECC_SIMD_INLINE void unpackUpper(const std::int8_t *digits,
                                             Steps steps, std::int8_t *to) {
    storeUpper(digits, steps, to);
  }
};

/// Those of S8NeonMlal and S8NeonMull: sixteen neighbours have one step.
struct UnpackNeonMlal : UnpackNeon {
  struct Steps {
    int8x16_t of[4];
  };
  static EDGECC_SIMD_INLINE Steps expand(const std::int8_t *steps) {
    return {{vld1q_dup_s8(steps), vld1q_dup_s8(steps + 1),
             vld1q_dup_s8(steps + 2), vld1q_dup_s8(steps + 3)}};
  }
  static EDGECC_SIMD_INLINE void
  unpackLower(const std::int8_t *digits, const Steps &steps, std::int8_t *to) {
    for (int i = 0; i < 4; ++i)
      storeLower(digits + 16 * i, steps.of[i], to + 16 * i);
  }
  static EDGECC_SIMD_INLINE void
  unpackUpper(const std::int8_t *digits, const Steps &steps, std::int8_t *to) {
    for (int i = 0; i < 4; ++i)
      storeUpper(digits + 16 * i, steps.of[i], to + 16 * i);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#endif // EDGECC_KERNELS_NEON_DIGIT_VECTORS_H
