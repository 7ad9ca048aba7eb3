// One to four vectors of floats of Arm NEON that are loaded, added up and
// stored together: what depthwise_rows_simd.h takes.
//
// GCC 12 copies vectors that one instruction loaded to registers of their own
// if they live long, and assembles them in memory before one stores them. So
// they stay a type of several registers, of which inline assembly names each
// one (operand modifiers S, T, U and V).
#ifndef EDGECC_KERNELS_NEON_F32_GROUPS_H
#define EDGECC_KERNELS_NEON_F32_GROUPS_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#include "simd_basics.h"
#endif

#if defined(__ARM_NEON)
#include <arm_neon.h>

namespace edgecc {
namespace kernels {
namespace {

/// `along` is in elements, and what an address moves on by.
template <int Count> struct F32NeonGroup;

#if defined(__aarch64__) && !defined(__clang__)

#define EDGECC_NEON_GROUP(Count, Type, List, Each)                             \
  template <> struct F32NeonGroup<Count> {                                     \
    Type all;                                                                  \
                                                                               \
    EDGECC_SIMD_INLINE void load(const float *from) {                          \
      __asm__ volatile(                                                        \
          "ld1 {" List(0) "}, [%1]"                                            \
          : "=w"(all)                                                          \
          : "r"(from),                                                         \
            "m"(*reinterpret_cast<const float(*)[4 * Count]>(from)));          \
    }                                                                          \
    EDGECC_SIMD_INLINE void loadAlong(const float *&from,                      \
                                      std::ptrdiff_t along) {                  \
      const auto &memory = *reinterpret_cast<const float(*)[4 * Count]>(from); \
      if (along == 4 * Count)                                                  \
        __asm__("ld1 {" List(0) "}, [%1], %2"                                  \
                : "=w"(all), "+r"(from)                                        \
                : "i"(16 * Count), "m"(memory));                               \
      else                                                                     \
        __asm__("ld1 {" List(0) "}, [%1], %2"                                  \
                : "=w"(all), "+r"(from)                                        \
                : "r"(along * std::ptrdiff_t{sizeof(float)}), "m"(memory));    \
    }                                                                          \
    EDGECC_SIMD_INLINE void storeAlong(float *&to, std::ptrdiff_t along) {     \
      __asm__("st1 {" List(2) "}, [%0], %3"                                    \
              : "+r"(to), "=m"(*reinterpret_cast<float(*)[4 * Count]>(to))     \
              : "w"(all), "r"(along * std::ptrdiff_t{sizeof(float)}));         \
    }                                                                          \
    EDGECC_SIMD_INLINE void addProduct(const F32NeonGroup &x,                  \
                                       const F32NeonGroup &w) {                \
      __asm__ volatile(Each(EDGECC_NEON_FMLA)                                  \
                       : "+w"(all)                                             \
                       : "w"(x.all), "w"(w.all));                              \
    }                                                                          \
    EDGECC_SIMD_INLINE void limitBelow(float32x4_t lo) {                       \
      __asm__(Each(EDGECC_NEON_FMAX) : "+w"(all) : "w"(lo));                   \
    }                                                                          \
    EDGECC_SIMD_INLINE void limitAbove(float32x4_t hi) {                       \
      __asm__(Each(EDGECC_NEON_FMIN) : "+w"(all) : "w"(hi));                   \
    }                                                                          \
  };

#define EDGECC_NEON_FMLA(R) "fmla %" R "0.4s, %" R "1.4s, %" R "2.4s\n\t"
#define EDGECC_NEON_FMAX(R) "fmax %" R "0.4s, %1.4s, %" R "0.4s\n\t"
#define EDGECC_NEON_FMIN(R) "fmin %" R "0.4s, %1.4s, %" R "0.4s\n\t"
#define EDGECC_NEON_ONE(I) "%" #I ".4s"
#define EDGECC_NEON_TWO(I) "%S" #I ".4s - %T" #I ".4s"
#define EDGECC_NEON_THREE(I) "%S" #I ".4s - %U" #I ".4s"
#define EDGECC_NEON_FOUR(I) "%S" #I ".4s - %V" #I ".4s"
#define EDGECC_NEON_EACH1(Op) Op("")
#define EDGECC_NEON_EACH2(Op) Op("S") Op("T")
#define EDGECC_NEON_EACH3(Op) Op("S") Op("T") Op("U")
#define EDGECC_NEON_EACH4(Op) Op("S") Op("T") Op("U") Op("V")
EDGECC_NEON_GROUP(1, float32x4_t, EDGECC_NEON_ONE, EDGECC_NEON_EACH1)
EDGECC_NEON_GROUP(2, __builtin_aarch64_simd_oi, EDGECC_NEON_TWO,
                  EDGECC_NEON_EACH2)
EDGECC_NEON_GROUP(3, __builtin_aarch64_simd_ci, EDGECC_NEON_THREE,
                  EDGECC_NEON_EACH3)
EDGECC_NEON_GROUP(4, __builtin_aarch64_simd_xi, EDGECC_NEON_FOUR,
                  EDGECC_NEON_EACH4)
#undef EDGECC_NEON_EACH4
#undef EDGECC_NEON_EACH3
#undef EDGECC_NEON_EACH2
#undef EDGECC_NEON_EACH1
#undef EDGECC_NEON_FOUR
#undef EDGECC_NEON_THREE
#undef EDGECC_NEON_TWO
#undef EDGECC_NEON_ONE
#undef EDGECC_NEON_FMIN
#undef EDGECC_NEON_FMAX
#undef EDGECC_NEON_FMLA
#undef EDGECC_NEON_GROUP

#else

template <int Count> struct F32NeonGroup {
  float32x4_t all[Count];

  EDGECC_SIMD_INLINE void load(const float *from) { loadAlong(from, 0); }
  EDGECC_SIMD_INLINE void loadAlong(const float *&from, std::ptrdiff_t along) {
    for (int i = 0; i < Count; ++i)
      all[i] = vld1q_f32(from + 4 * i);
    from += along;
  }
  EDGECC_SIMD_INLINE void storeAlong(float *&to, std::ptrdiff_t along) {
    for (int i = 0; i < Count; ++i)
      vst1q_f32(to + 4 * i, all[i]);
    to += along;
  }
  EDGECC_SIMD_INLINE void addProduct(const F32NeonGroup &x,
                                     const F32NeonGroup &w) {
    for (int i = 0; i < Count; ++i)
#if defined(__ARM_FEATURE_FMA)
      all[i] = vfmaq_f32(all[i], x.all[i], w.all[i]);
#else
      all[i] = vmlaq_f32(all[i], x.all[i], w.all[i]);
#endif
  }
  EDGECC_SIMD_INLINE void limitBelow(float32x4_t lo) {
    for (int i = 0; i < Count; ++i)
      all[i] = vmaxq_f32(lo, all[i]);
  }
  EDGECC_SIMD_INLINE void limitAbove(float32x4_t hi) {
    for (int i = 0; i < Count; ++i)
      all[i] = vminq_f32(hi, all[i]);
  }
};

#endif

struct F32NeonGroups {
  using Cell = float;
  using Vec = float32x4_t;
  static constexpr int kLanes = 4;
  template <int Count> using Group = F32NeonGroup<Count>;
  static EDGECC_SIMD_INLINE Vec set(float x) { return vdupq_n_f32(x); }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#endif // EDGECC_KERNELS_NEON_F32_GROUPS_H
