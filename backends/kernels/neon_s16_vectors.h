// Products of int16 in vectors of Arm NEON, for Winograd's convolution of int8:
// S16Neon. What winograd_transforms.h takes beside an arithmetic are
//   InVec, kInLanes   elements of transformed inputs, int16
//   Factors, HalfFactors   less is a - Times * b, more a + Times * b, byNinth
//                          x / 9 if that is an integer
#ifndef EDGECC_KERNELS_NEON_S16_VECTORS_H
#define EDGECC_KERNELS_NEON_S16_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_NEON_WIDE_VECTORS_H
#include "neon_wide_vectors.h"
#endif

#if defined(__ARM_NEON)

namespace edgecc {
namespace kernels {
namespace {

/// Products of int16, an input from a lane, with sums in pairs of vectors.
struct S16Neon : S8NeonLane {
#if defined(__aarch64__)
  /// By intrinsics: with the inline assembly of S8NeonLane, GCC 12 would copy
  /// inputs to the lower registers for each product of these tiles.
  template <int Step, int Count, bool First>
  static EDGECC_SIMD_INLINE Vec dotStep(Vec sum, Inputs x, int16x8_t w) {
    return {vmlal_laneq_s16(sum.low, vget_low_s16(w), x, Step),
            vmlal_high_laneq_s16(sum.high, w, x, Step)};
  }
#endif

  static EDGECC_SIMD_INLINE void store(std::int32_t *to, Vec x) {
    vst1q_s32(to, x.low);
    vst1q_s32(to + 4, x.high);
  }

  /// The transform of sums takes one register after the other.
  using Part = int32x4_t;
  static constexpr int kSumParts = 2;
  static EDGECC_SIMD_INLINE Part loadPart(const std::int32_t *from) {
    return vld1q_s32(from);
  }
  static EDGECC_SIMD_INLINE void keepPart(Part &x) {
    __asm__ volatile("" : "+w"(x));
  }
  static EDGECC_SIMD_INLINE Vec join(Part low, Part high) {
    return {low, high};
  }
  static EDGECC_SIMD_INLINE Part addPart(Part a, Part b) {
    return vaddq_s32(a, b);
  }
  static EDGECC_SIMD_INLINE Part subtractPart(Part a, Part b) {
    return vsubq_s32(a, b);
  }
  /// a + (b >> By).
  template <int By> static EDGECC_SIMD_INLINE Part addShifted(Part a, Part b) {
    return vsraq_n_s32(a, b, By);
  }
  /// Factors 2, 4, and the inverse of 9 modulo 2^32, in registers: GCC would
  /// make them again for each product.
  struct Factors {
    Part two = vdupq_n_s32(2), four = vdupq_n_s32(4),
         ninth = vdupq_n_s32(0x38E38E39);

    EDGECC_SIMD_INLINE Factors() {
      __asm__ volatile("" : "+w"(two), "+w"(four), "+w"(ninth));
    }
    template <int Times> EDGECC_SIMD_INLINE Part less(Part a, Part b) const {
      return vmlsq_s32(a, b, Times == 2 ? two : four);
    }
    template <int Times> EDGECC_SIMD_INLINE Part more(Part a, Part b) const {
      return vmlaq_s32(a, b, Times == 2 ? two : four);
    }
    EDGECC_SIMD_INLINE Part byNinth(Part x) const {
      return vmulq_s32(x, ninth);
    }
  };

  using InVec = int16x8_t;
  static constexpr int kInLanes = 8;
  static EDGECC_SIMD_INLINE InVec loadSource(const std::int8_t *from) {
    return vmovl_s8(vld1_s8(from));
  }
  static EDGECC_SIMD_INLINE InVec loadHalves(const Cell *from) {
    return vld1q_s16(from);
  }
  static EDGECC_SIMD_INLINE void storeHalves(Cell *to, InVec x) {
    vst1q_s16(to, x);
  }
  static EDGECC_SIMD_INLINE InVec addHalves(InVec a, InVec b) {
    return vaddq_s16(a, b);
  }
  static EDGECC_SIMD_INLINE InVec subtractHalves(InVec a, InVec b) {
    return vsubq_s16(a, b);
  }
  struct HalfFactors {
    InVec two = vdupq_n_s16(2), four = vdupq_n_s16(4);

    EDGECC_SIMD_INLINE HalfFactors() {
      __asm__ volatile("" : "+w"(two), "+w"(four));
    }
    template <int Times> EDGECC_SIMD_INLINE InVec less(InVec a, InVec b) const {
      return vmlsq_s16(a, b, Times == 2 ? two : four);
    }
    template <int Times> EDGECC_SIMD_INLINE InVec more(InVec a, InVec b) const {
      return vmlaq_s16(a, b, Times == 2 ? two : four);
    }
  };
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#endif // EDGECC_KERNELS_NEON_S16_VECTORS_H
