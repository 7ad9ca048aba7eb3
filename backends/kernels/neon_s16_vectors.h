// Products of int16 in vectors of Arm NEON, for Winograd's convolution of int8:
// S16Neon. What winograd_transforms.h takes beside an arithmetic are
//   InVec, kInLanes   elements of transformed inputs, int16
//   less, more        a - Times * b, a + Times * b
#ifndef EDGECC_KERNELS_NEON_S16_VECTORS_H
#define EDGECC_KERNELS_NEON_S16_VECTORS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_NEON_VECTORS_H
#include "neon_vectors.h"
#endif

#if defined(__ARM_NEON)

namespace edgecc {
namespace kernels {
namespace {

/// Products of int16, an input from a lane, with sums in pairs of vectors.
struct S16Neon : S8NeonWide {
  using Source = std::int16_t;
  using Inputs = int16x8_t;
  static constexpr int kChunk = 8, kParts = 1, kLeast = 1;
  static constexpr bool kConverts = false;

  template <int Count> static Inputs loadInputs(const Cell *from) {
    if constexpr (Count > 4)
      return vld1q_s16(from);
    const int16x4_t low = vld1_s16(from);
    return vcombine_s16(low, low);
  }
  template <int Step, int Count>
  static Vec dotStep(Vec sum, Inputs x, int16x8_t w) {
#if defined(__aarch64__)
    return {vmlal_laneq_s16(sum.low, vget_low_s16(w), x, Step),
            vmlal_high_laneq_s16(sum.high, w, x, Step)};
#else
    const int16x4_t half = Step < 4 ? vget_low_s16(x) : vget_high_s16(x);
    return {vmlal_lane_s16(sum.low, vget_low_s16(w), half, Step % 4),
            vmlal_lane_s16(sum.high, vget_high_s16(w), half, Step % 4)};
#endif
  }
  static void keep(Vec &x) { __asm__ volatile("" : "+w"(x.low), "+w"(x.high)); }
  static Vec start(const Sum *bias) { return load(bias); }
  static Vec total(const Vec *sum, const Sum * /*bias*/) { return *sum; }
  static void store(std::int32_t *to, Vec x) {
    vst1q_s32(to, x.low);
    vst1q_s32(to + 4, x.high);
  }

  static Vec subtract(Vec a, Vec b) {
    return {vsubq_s32(a.low, b.low), vsubq_s32(a.high, b.high)};
  }
  template <int Times> static Vec less(Vec a, Vec b) {
    const int32x4_t times = vdupq_n_s32(Times);
    return {vmlsq_s32(a.low, b.low, times), vmlsq_s32(a.high, b.high, times)};
  }
  template <int Times> static Vec more(Vec a, Vec b) {
    const int32x4_t times = vdupq_n_s32(Times);
    return {vmlaq_s32(a.low, b.low, times), vmlaq_s32(a.high, b.high, times)};
  }
  /// a + (b >> By).
  template <int By> static Vec addShifted(Vec a, Vec b) {
    return {vsraq_n_s32(a.low, b.low, By), vsraq_n_s32(a.high, b.high, By)};
  }

  using InVec = int16x8_t;
  static constexpr int kInLanes = 8;
  static InVec loadSource(const std::int8_t *from) {
    return vmovl_s8(vld1_s8(from));
  }
  static InVec loadHalves(const Cell *from) { return vld1q_s16(from); }
  static void storeHalves(Cell *to, InVec x) { vst1q_s16(to, x); }
  static InVec addHalves(InVec a, InVec b) { return vaddq_s16(a, b); }
  static InVec subtractHalves(InVec a, InVec b) { return vsubq_s16(a, b); }
  template <int Times> static InVec lessHalves(InVec a, InVec b) {
    return vmlsq_s16(a, b, vdupq_n_s16(Times));
  }
  template <int Times> static InVec moreHalves(InVec a, InVec b) {
    return vmlaq_s16(a, b, vdupq_n_s16(Times));
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#endif // EDGECC_KERNELS_NEON_S16_VECTORS_H
