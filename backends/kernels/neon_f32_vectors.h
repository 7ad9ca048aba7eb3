// Floats in vectors of Arm NEON; what an arithmetic says is listed in
// simd_tiles.h.
#ifndef EDGECC_KERNELS_NEON_F32_VECTORS_H
#define EDGECC_KERNELS_NEON_F32_VECTORS_H

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

#if defined(__ARM_NEON)
#include <arm_neon.h>

namespace edgecc {
namespace kernels {
namespace {

/// FMLA by lane, and floats one at a time.
struct F32Neon {
  using Source = float;
  using Cell = float;
  using Weight = float;
  using Sum = float;
  using Vec = float32x4_t;
  using Inputs = float32x4_t;
  static constexpr bool kRenews = true;
  static constexpr bool kHoldsInputs = true;
  static constexpr int kLanes = 4, kStep = 1, kChunk = 4, kParts = 1;
  static constexpr int kBlock = 4, kLeast = 1, kRound = 4;
  static constexpr bool kConverts = false, kCopiesBlocks = false;
  static constexpr Cell toCell(float x) { return x; }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    vst1q_f32(to, vld1q_f32(from));
  }

  template <int Count> static Inputs loadInputs(const Cell *from) {
    if constexpr (Count == 4)
      return vld1q_f32(from);
    if constexpr (Count == 1)
      return vdupq_n_f32(*from);
    const float32x2_t low = vld1_f32(from);
    if constexpr (Count == 2)
      return vcombine_f32(low, low);
    return vcombine_f32(low, vdup_n_f32(from[2]));
  }
  static EDGECC_SIMD_INLINE Vec loadWeights(const Weight *from) {
    return vld1q_f32(from);
  }
  template <int Count>
  static EDGECC_SIMD_INLINE void loadWeights(Vec (&w)[Count],
                                             const Weight *&from) {
    loadFrom<0>(w, from);
  }

private:
  /// Those from number I on, as many at once as an instruction loads.
  template <int I, int Count>
  static EDGECC_SIMD_INLINE void loadFrom(Vec (&w)[Count],
                                          const Weight *&from) {
#if defined(__aarch64__) && !defined(__clang__)
    // GCC 12 would compute addresses instead of having the load do it.
    if constexpr (Count - I >= 4) {
      float32x4x4_t four;
      __asm__("ld1 {%S0.4s - %V0.4s}, [%1], #64"
              : "=w"(four), "+r"(from)
              : "m"(*reinterpret_cast<const Weight(*)[16]>(from)));
      for (int k = 0; k < 4; ++k)
        w[I + k] = four.val[k];
      loadFrom<I + 4>(w, from);
      return;
    } else if constexpr (Count - I == 3) {
      float32x4x3_t three;
      __asm__("ld1 {%S0.4s - %U0.4s}, [%1], #48"
              : "=w"(three), "+r"(from)
              : "m"(*reinterpret_cast<const Weight(*)[12]>(from)));
      for (int k = 0; k < 3; ++k)
        w[I + k] = three.val[k];
      return;
    }
#endif
    if constexpr (I < Count) {
      w[I] = vld1q_f32(from);
      from += 4;
      loadFrom<I + 1>(w, from);
    }
  }

public:
  template <int Step, int Count, bool First>
  static EDGECC_SIMD_INLINE Vec dotStep(Vec sum, Inputs x, Vec w) {
#if defined(__clang__) && defined(__aarch64__)
    return vfmaq_laneq_f32(sum, w, x, Step);
#elif defined(__aarch64__)
    // GCC 12 would copy the lane to a register of its own first.
    __asm__("fmla %0.4s, %1.4s, %2.s[%3]"
            : "+w"(sum)
            : "w"(w), "w"(x), "i"(Step));
    return sum;
#else
    // Armv7 has no fused form by lane, and two roundings lose accuracy.
    const float32x2_t half = Step < 2 ? vget_low_f32(x) : vget_high_f32(x);
    return dot(sum, w, vdupq_lane_f32(half, Step % 2));
#endif
  }

  template <int Lane> static EDGECC_SIMD_INLINE Vec multiplyLane(Vec x, Vec w) {
#if defined(__GNUC__) && !defined(__clang__) && defined(__aarch64__)
    __asm__("fmul %0.4s, %1.4s, %2.s[%3]"
            : "=w"(x)
            : "w"(x), "w"(w), "i"(Lane));
    return x;
#else
    return vmulq_lane_f32(x, Lane < 2 ? vget_low_f32(w) : vget_high_f32(w),
                          Lane % 2);
#endif
  }

  static EDGECC_SIMD_INLINE Vec start(const Sum *bias) { return load(bias); }
  static EDGECC_SIMD_INLINE Vec total(const Vec *sum, const Sum * /*bias*/) {
    return *sum;
  }

  // Depthwise, and as vectors of numbers.
  static EDGECC_SIMD_INLINE Vec loadCells(const Cell *from) {
    return vld1q_f32(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, Vec x, Vec w) {
#if defined(__ARM_FEATURE_FMA)
    return vfmaq_f32(sum, x, w);
#else
    return vmlaq_f32(sum, x, w);
#endif
  }
  static constexpr int kDepthTile = 8, kMix = 4, kMixFew = 4;
  static constexpr int kDepthVectors = 1, kMostColumns = 17;
  static constexpr bool kReusesColumns = true;
  static constexpr bool kShiftsWeights = false;
  static EDGECC_SIMD_INLINE Vec load(const float *from) {
    return vld1q_f32(from);
  }
  static EDGECC_SIMD_INLINE void keep(Vec &x) {
    __asm__ volatile("" : "+w"(x));
  }
  static EDGECC_SIMD_INLINE void store(float *to, Vec x) { vst1q_f32(to, x); }
  static EDGECC_SIMD_INLINE void storePart(float *to, Vec x, int count) {
    if (count == 1)
      return vst1q_lane_f32(to, x, 0);
    vst1_f32(to, vget_low_f32(x));
    if (count == 3)
      vst1q_lane_f32(to + 2, x, 2);
  }
  static EDGECC_SIMD_INLINE Vec set(float x) { return vdupq_n_f32(x); }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
  static EDGECC_SIMD_INLINE Vec subtract(Vec a, Vec b) {
    return vsubq_f32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return vmulq_f32(a, b);
  }
  /// Limited to [lo, hi]; a NaN stays a NaN.
  static EDGECC_SIMD_INLINE Vec clamp(Vec x, Vec lo, Vec hi) {
    return vminq_f32(hi, vmaxq_f32(lo, x));
  }
#if defined(__aarch64__)
  static EDGECC_SIMD_INLINE Vec divide(Vec a, Vec b) { return vdivq_f32(a, b); }
  static EDGECC_SIMD_INLINE Vec round(Vec x) { return vrndnq_f32(x); }
  static EDGECC_SIMD_INLINE int32x4_t toInteger(Vec x) {
    return vcvtnq_s32_f32(x);
  }
#else
  static EDGECC_SIMD_INLINE Vec divide(Vec a, Vec b) {
    float x[kLanes], y[kLanes];
    vst1q_f32(x, a);
    vst1q_f32(y, b);
    for (int i = 0; i < kLanes; ++i)
      x[i] /= y[i];
    return vld1q_f32(x);
  }
  /// Adding 1.5 * 2^23 leaves the integer in the last bits, for |x| < 2^22.
  static EDGECC_SIMD_INLINE Vec round(Vec x) {
    const Vec magic = vdupq_n_f32(12582912.0f);
    return vsubq_f32(vaddq_f32(x, magic), magic);
  }
  static EDGECC_SIMD_INLINE int32x4_t toInteger(Vec x) {
    return vcvtq_s32_f32(x);
  }
#endif
  /// Denormal numbers take no time of their own.
  static EDGECC_SIMD_INLINE Vec dropTiny(Vec x) { return x; }
  static EDGECC_SIMD_INLINE Vec power(Vec k) {
    const int32x4_t exponent = vaddq_s32(toInteger(k), vdupq_n_s32(127));
    return vreinterpretq_f32_s32(vshlq_n_s32(exponent, 23));
  }
};

/// Four floats of which the largest are wanted.
struct MaxFloats {
  using Vec = float32x4_t;
  static constexpr int kCount = 4;
  static EDGECC_SIMD_INLINE Vec setAll(float x) { return vdupq_n_f32(x); }
  static EDGECC_SIMD_INLINE Vec loadAll(const float *from) {
    return vld1q_f32(from);
  }
  /// As x > best ? x : best, also of NaNs.
  static EDGECC_SIMD_INLINE Vec largest(Vec best, Vec x) {
    return vbslq_f32(vcgtq_f32(x, best), x, best);
  }
  static EDGECC_SIMD_INLINE void storeAll(float *to, Vec x) {
    vst1q_f32(to, x);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif // EDGECC_KERNELS_NEON_F32_VECTORS_H
