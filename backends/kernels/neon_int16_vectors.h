// Layers and products of int16 in vectors of Arm NEON, an input from a lane;
// see avx2_int16_vectors.h.
#ifndef EDGECC_KERNELS_NEON_INT16_VECTORS_H
#define EDGECC_KERNELS_NEON_INT16_VECTORS_H

#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_NEON_S16_VECTORS_H
#include "neon_s16_vectors.h"
#endif

#if defined(__ARM_NEON)

namespace edgecc {
namespace kernels {
namespace {

/// Products of int16 by int16.
struct Int16Neon : S16Neon {
  using Source = std::int16_t;
  static constexpr bool kConverts = false, kCopiesBlocks = false;
  /// Eight inputs are loaded.
  static constexpr int kLeast = 8;
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    std::memcpy(to, from, kBlock * sizeof(Cell));
  }

  template <int Shift> static EDGECC_SIMD_INLINE Vec scaleSums(Vec sum, Vec m) {
    return {scaleFour<Shift>(sum.low, m.low),
            scaleFour<Shift>(sum.high, m.high)};
  }
  template <int Shift>
  static EDGECC_SIMD_INLINE Vec scaleDigits(Vec high, Vec low, Vec m) {
    return {joinFour<Shift>(high.low, low.low, m.low),
            joinFour<Shift>(high.high, low.high, m.high)};
  }
  static EDGECC_SIMD_INLINE void storeHalves16(std::int16_t *to, Vec q) {
    vst1q_s16(to, vcombine_s16(vqmovn_s32(q.low), vqmovn_s32(q.high)));
  }
  static EDGECC_SIMD_INLINE void storeSome16(std::int16_t *to, Vec q,
                                             int count) {
    std::int16_t all[kLanes];
    storeHalves16(all, q);
    std::memcpy(to, all, static_cast<std::size_t>(count) * sizeof(*to));
  }

private:
  template <int Shift>
  static EDGECC_SIMD_INLINE int32x4_t cut(int64x2_t low, int64x2_t high) {
    static_assert(Shift >= 32, "the upper halves are left");
    return vshlq_s32(vcombine_s32(vshrn_n_s64(low, 32), vshrn_n_s64(high, 32)),
                     vdupq_n_s32(32 - Shift));
  }
  template <int Shift> static EDGECC_SIMD_INLINE int64x2_t half() {
    return vdupq_n_s64(std::int64_t{1} << (Shift - 1));
  }
  template <int Shift>
  static EDGECC_SIMD_INLINE int32x4_t scaleFour(int32x4_t sum, int32x4_t m) {
    return cut<Shift>(
        vmlal_s32(half<Shift>(), vget_low_s32(sum), vget_low_s32(m)),
        vmlal_s32(half<Shift>(), vget_high_s32(sum), vget_high_s32(m)));
  }
  template <int Shift>
  static EDGECC_SIMD_INLINE int64x2_t joinTwo(int32x2_t high, int32x2_t low,
                                              int32x2_t m) {
    const int64x2_t upper =
        vaddq_s64(vshlq_n_s64(vmull_s32(high, m), 8), half<Shift>());
    return vmlal_s32(upper, low, m);
  }
  template <int Shift>
  static EDGECC_SIMD_INLINE int32x4_t joinFour(int32x4_t high, int32x4_t low,
                                               int32x4_t m) {
    return cut<Shift>(
        joinTwo<Shift>(vget_low_s32(high), vget_low_s32(low), vget_low_s32(m)),
        joinTwo<Shift>(vget_high_s32(high), vget_high_s32(low),
                       vget_high_s32(m)));
  }
};

/// Weights of int8.
struct Int16x8Neon : Int16Neon {
  using Weight = std::int8_t;
  static EDGECC_SIMD_INLINE int16x8_t loadWeights(const Weight *from) {
    return vmovl_s8(vld1_s8(from));
  }
  template <int Count>
  static EDGECC_SIMD_INLINE void loadWeights(int16x8_t (&w)[Count],
                                             const Weight *&from) {
    for (int i = 0; i < Count; ++i, from += kLanes)
      w[i] = vmovl_s8(vld1_s8(from));
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#endif // EDGECC_KERNELS_NEON_INT16_VECTORS_H
