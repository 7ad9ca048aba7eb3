// Products of int8 in vectors of Arm NEON; what an arithmetic says is listed in
// simd_tiles.h.
//
// S8NeonDot: SDOT by lane, from Armv8.2 on.
// S8NeonMlal: sixteen products of one output in SMULL, SMLAL2, which fit int16
//   because weights are above -128, and SADALP. A register has partial sums of
//   one output. S8NeonMull: the same for all weights.
#ifndef EDGECC_KERNELS_NEON_S8_VECTORS_H
#define EDGECC_KERNELS_NEON_S8_VECTORS_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_RESIDUAL_H
#include "residual.h"
#endif
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

/// What int8 layers do with sums in vectors of four, of which `Words` has two
/// and `Bytes` four.
struct S8NeonSums {
  using Source = std::int8_t;
  using Weight = std::int8_t;
  using Sum = std::int32_t;
  using Vec = int32x4_t;
  using Words = int16x8_t;
  using Bytes = int8x16_t;
  static constexpr int kLanes = 4;
  static constexpr bool kHalvesSmall = false, kScalesFloats = false;

  static EDGECC_SIMD_INLINE Vec load(const std::int32_t *from) {
    return vld1q_s32(from);
  }
  static EDGECC_SIMD_INLINE int8x16_t loadWeights(const Weight *from) {
    return vld1q_s8(from);
  }
  template <int Count>
  static EDGECC_SIMD_INLINE void loadWeights(int8x16_t (&w)[Count],
                                             const Weight *&from) {
    loadFrom<0>(w, from);
  }
  /// Has `x` computed in front of what follows.
  static EDGECC_SIMD_INLINE void keep(Vec &x) {
    __asm__ volatile("" : "+w"(x));
  }
  static EDGECC_SIMD_INLINE Vec set(std::int32_t x) { return vdupq_n_s32(x); }
  static EDGECC_SIMD_INLINE Vec add(Vec a, Vec b) { return vaddq_s32(a, b); }
  static EDGECC_SIMD_INLINE Vec multiply(Vec a, Vec b) {
    return vmulq_s32(a, b);
  }
  static EDGECC_SIMD_INLINE Vec max(Vec a, Vec b) { return vmaxq_s32(a, b); }
  static EDGECC_SIMD_INLINE Vec min(Vec a, Vec b) { return vminq_s32(a, b); }
  static EDGECC_SIMD_INLINE Vec shiftLeft(Vec a, int by) {
    return vshlq_s32(a, vdupq_n_s32(by));
  }
  static EDGECC_SIMD_INLINE Vec shiftRight(Vec a, int by) {
    return vshlq_s32(a, vdupq_n_s32(-by));
  }
  /// (a * m + 2^30) >> 31 of 64-bit products, which is one instruction here.
  static EDGECC_SIMD_INLINE Vec scale(Vec a, Vec m, Vec /*odd*/) {
    return vqrdmulhq_s32(a, m);
  }
  static EDGECC_SIMD_INLINE Vec oddLanes(Vec a) { return a; }
  static EDGECC_SIMD_INLINE Vec widen(const std::int8_t *from) {
    const int8x8_t bytes = vreinterpret_s8_s32(vdup_n_s32(loadWord(from)));
    return vmovl_s16(vget_low_s16(vmovl_s8(bytes)));
  }

  static EDGECC_SIMD_INLINE Words packWords(Vec a, Vec b) {
    return vcombine_s16(vqmovn_s32(a), vqmovn_s32(b));
  }
  /// The same of values that fit 16 bits.
  static EDGECC_SIMD_INLINE Words cutWords(Vec a, Vec b) {
#if defined(__aarch64__)
    return vuzp1q_s16(vreinterpretq_s16_s32(a), vreinterpretq_s16_s32(b));
#else
    return vcombine_s16(vmovn_s32(a), vmovn_s32(b));
#endif
  }
  static EDGECC_SIMD_INLINE Words set16(int x) {
    return vdupq_n_s16(static_cast<std::int16_t>(x));
  }
  static EDGECC_SIMD_INLINE Words add16(Words a, Words b) {
    return vqaddq_s16(a, b);
  }
  template <int Lo, int Hi> static Bytes packBytes(Words a, Words b) {
    return limitBytes<Lo, Hi>(vcombine_s8(vqmovn_s16(a), vqmovn_s16(b)));
  }
  /// Of differences from a zero point of -128.
  template <int Lo, int Hi> static Bytes packAboveZero(Words a, Words b) {
    const uint8x16_t q = vcombine_u8(vqmovun_s16(a), vqmovun_s16(b));
    return limitBytes<Lo, Hi>(
        vreinterpretq_s8_u8(veorq_u8(q, vdupq_n_u8(0x80))));
  }
  template <int Lo, int Hi> static Bytes limitBytes(Bytes q) {
    if constexpr (Lo > -128)
      q = vmaxq_s8(q, vdupq_n_s8(Lo));
    if constexpr (Hi < 127)
      q = vminq_s8(q, vdupq_n_s8(Hi));
    return q;
  }
  static EDGECC_SIMD_INLINE Bytes loadBytes(const std::int8_t *from) {
    return vld1q_s8(from);
  }
  static constexpr bool kAddsBytes = true;
  /// What adding another tensor takes (residual.h), as vectors.
  struct Addition {
    int32x4_t mul, otherMul, shift;
    int16x8_t outZero;
    int8x16_t otherZero, lo, hi;

    explicit Addition(const Residual &residual)
        : mul(vdupq_n_s32(residual.mul)),
          otherMul(vdupq_n_s32(residual.otherMul)),
          shift(vdupq_n_s32(-residual.shift)), outZero(set16(residual.outZero)),
          otherZero(vdupq_n_s8(static_cast<std::int8_t>(residual.otherZero))),
          lo(vdupq_n_s8(static_cast<std::int8_t>(residual.lo))),
          hi(vdupq_n_s8(static_cast<std::int8_t>(residual.hi))) {}
  };
  /// Of sums of a layer that are scaled, less their zero point.
  static EDGECC_SIMD_INLINE Bytes addBytes(const Vec (&own)[4], Bytes other,
                                           const Addition &add) {
    const int16x8_t low = vsubl_s8(vget_low_s8(other),
                                   vget_low_s8(add.otherZero)),
#if defined(__aarch64__)
                    high = vsubl_high_s8(other, add.otherZero);
#else
                    high = vsubl_s8(vget_high_s8(other),
                                    vget_high_s8(add.otherZero));
#endif
    const Vec words[4] = {
        vmovl_s16(vget_low_s16(low)), vmovl_s16(vget_high_s16(low)),
        vmovl_s16(vget_low_s16(high)), vmovl_s16(vget_high_s16(high))};
    Vec q[4];
    for (int i = 0; i < 4; ++i)
      q[i] = vrshlq_s32(
          vmlaq_s32(vmulq_s32(own[i], add.mul), words[i], add.otherMul),
          add.shift);
    const Words a = vqaddq_s16(packWords(q[0], q[1]), add.outZero),
                b = vqaddq_s16(packWords(q[2], q[3]), add.outZero);
    return vminq_s8(vmaxq_s8(vcombine_s8(vqmovn_s16(a), vqmovn_s16(b)), add.lo),
                    add.hi);
  }
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storeBytes(std::int8_t *to, Bytes bytes) {
    if constexpr (Count == 4) {
      vst1q_s8(to, bytes);
    } else if constexpr (Count == 2) {
      vst1_s8(to, First == 0 ? vget_low_s8(bytes) : vget_high_s8(bytes));
    } else {
      const std::int32_t word =
          vgetq_lane_s32(vreinterpretq_s32_s8(bytes), First);
      std::memcpy(to, &word, sizeof(word));
    }
  }
  template <int First, int Count>
  static EDGECC_SIMD_INLINE void storePart(std::int8_t *to, Bytes bytes) {
    if constexpr (Count == 1) {
      vst1q_lane_s8(to, bytes, First * 4);
    } else {
      const std::int16_t half =
          vgetq_lane_s16(vreinterpretq_s16_s8(bytes), First * 2);
      std::memcpy(to, &half, sizeof(half));
      if constexpr (Count == 3)
        vst1q_lane_s8(to + 2, bytes, First * 4 + 2);
    }
  }

private:
  /// Those from number I on, as many at once as an instruction loads.
  template <int I, int Count>
  static EDGECC_SIMD_INLINE void loadFrom(int8x16_t (&w)[Count],
                                          const Weight *&from) {
#if defined(__aarch64__) && !defined(__clang__)
    // GCC 12 would compute addresses instead of having the load do it.
    if constexpr (Count - I >= 4) {
      int8x16x4_t four;
      __asm__("ld1 {%S0.16b - %V0.16b}, [%1], #64"
              : "=w"(four), "+r"(from)
              : "m"(*reinterpret_cast<const Weight(*)[64]>(from)));
      for (int k = 0; k < 4; ++k)
        w[I + k] = four.val[k];
      loadFrom<I + 4>(w, from);
      return;
    } else if constexpr (Count - I == 3) {
      int8x16x3_t three;
      __asm__("ld1 {%S0.16b - %U0.16b}, [%1], #48"
              : "=w"(three), "+r"(from)
              : "m"(*reinterpret_cast<const Weight(*)[48]>(from)));
      for (int k = 0; k < 3; ++k)
        w[I + k] = three.val[k];
      return;
    }
#endif
    if constexpr (I < Count) {
      w[I] = vld1q_s8(from);
      from += 16;
      loadFrom<I + 1>(w, from);
    }
  }
};

/// `Count` bytes, and zeros or what follows in memory that is there.
template <int Count> inline int8x16_t loadNeonBytes(const std::int8_t *from) {
  if constexpr (Count > 12)
    return vld1q_s8(from);
  if constexpr (Count <= 4)
    return vreinterpretq_s8_s32(vdupq_n_s32(loadWord(from)));
  const int8x8_t low = vld1_s8(from);
  if constexpr (Count <= 8)
    return vcombine_s8(low, low);
  return vcombine_s8(low, vreinterpret_s8_s32(vdup_n_s32(loadWord(from + 8))));
}

#if defined(__ARM_FEATURE_DOTPROD)
struct S8NeonDot : S8NeonSums {
  using Cell = std::int8_t;
  using Inputs = int8x16_t;
  static constexpr bool kRenews = true;
  static constexpr bool kHoldsInputs = true;
  static constexpr int kStep = 4, kChunk = 4, kParts = 1, kBlock = 16;
  static constexpr int kLeast = 4, kRound = 4;
  static constexpr bool kConverts = false, kCopiesBlocks = false;
  static constexpr Cell toCell(int x) { return static_cast<Cell>(x); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    vst1q_s8(to, vld1q_s8(from));
  }

  template <int Count> static Inputs loadInputs(const Cell *from) {
    return loadNeonBytes<Count>(from);
  }
  template <int Step, int Count, bool First>
  static EDGECC_SIMD_INLINE Vec dotStep(Vec sum, Inputs x, int8x16_t w) {
#if defined(__clang__)
    return vdotq_laneq_s32(sum, w, x, Step);
#else
    // GCC 12 would move sums between registers.
    __asm__("sdot %0.4s, %1.16b, %2.4b[%3]"
            : "+w"(sum)
            : "w"(w), "w"(x), "i"(Step));
    return sum;
#endif
  }

  static EDGECC_SIMD_INLINE Vec start(const Sum *bias) { return load(bias); }
  static EDGECC_SIMD_INLINE Vec total(const Vec *sum, const Sum * /*bias*/) {
    return *sum;
  }

  // Depthwise.
  static EDGECC_SIMD_INLINE int8x16_t loadCells(const Cell *from) {
    return vld1q_s8(from);
  }
  static EDGECC_SIMD_INLINE Vec dot(Vec sum, int8x16_t x, int8x16_t w) {
    return vdotq_s32(sum, x, w);
  }
  static constexpr int kDepthTile = 16, kMix = 16, kMixFew = 8;
  static constexpr int kDepthVectors = 2, kMostColumns = 9;
  static constexpr bool kReusesColumns = true;
  static constexpr bool kShiftsWeights = true;
  static EDGECC_SIMD_INLINE int8x16_t shiftWeights(int8x16_t w) {
    return vreinterpretq_s8_s32(vshlq_n_s32(vreinterpretq_s32_s8(w), 8));
  }
  static EDGECC_SIMD_INLINE void mix(Cell *to, const Cell *const *rows,
                                     int at) {
    const int8x16x4_t all = {{vld1q_s8(rows[0] + at), vld1q_s8(rows[1] + at),
                              vld1q_s8(rows[2] + at), vld1q_s8(rows[3] + at)}};
    vst4q_s8(to, all);
  }
  static EDGECC_SIMD_INLINE void mixFew(Cell *to, const Cell *const *rows,
                                        int at) {
    const int8x8x4_t all = {{vld1_s8(rows[0] + at), vld1_s8(rows[1] + at),
                             vld1_s8(rows[2] + at), vld1_s8(rows[3] + at)}};
    vst4_s8(to, all);
  }
};
#endif // __ARM_FEATURE_DOTPROD

struct S8NeonMlal : S8NeonSums {
  using Cell = std::int8_t;
  using Inputs = int8x16_t;
  static constexpr bool kRenews = true;
  static constexpr bool kHoldsInputs = true;
  static constexpr int kStep = 16, kChunk = 1, kParts = 4, kBlock = 16;
  static constexpr int kLeast = 8, kRound = 4;
  static constexpr bool kConverts = false, kCopiesBlocks = false;
  static constexpr Cell toCell(int x) { return static_cast<Cell>(x); }
  static EDGECC_SIMD_INLINE void convertBlock(Cell *to, const Source *from) {
    vst1q_s8(to, vld1q_s8(from));
  }

  template <int Count> static Inputs loadInputs(const Cell *from) {
    return loadNeonBytes<(Count > 8 ? 16 : 8)>(from);
  }
  /// The upper eight products are added. GCC 12 would do this, and the sum
  /// below, in a register that it copies to.
  static EDGECC_SIMD_INLINE int16x8_t multiplyHigh(int16x8_t products, Inputs x,
                                                   int8x16_t w) {
#if defined(__aarch64__) && !defined(__clang__)
    __asm__("smlal2 %0.8h, %1.16b, %2.16b" : "+w"(products) : "w"(x), "w"(w));
    return products;
#elif defined(__aarch64__)
    return vmlal_high_s8(products, x, w);
#else
    return vmlal_s8(products, vget_high_s8(x), vget_high_s8(w));
#endif
  }
  static EDGECC_SIMD_INLINE int32x4_t addPairs(int32x4_t sum,
                                               int16x8_t products) {
#if defined(__aarch64__) && !defined(__clang__)
    __asm__("sadalp %0.4s, %1.8h" : "+w"(sum) : "w"(products));
    return sum;
#else
    return vpadalq_s16(sum, products);
#endif
  }
  /// One of the parts. `Count` of the products are there.
  template <int Step, int Count, bool First>
  static EDGECC_SIMD_INLINE int32x4_t dotStep(int32x4_t sum, Inputs x,
                                              int8x16_t w) {
    int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
    if constexpr (Count > 8)
      products = multiplyHigh(products, x, w);
    return First ? vpaddlq_s16(products) : addPairs(sum, products);
  }
  static EDGECC_SIMD_INLINE Vec start(const std::int32_t * /*bias*/) {
    return vdupq_n_s32(0);
  }
  /// The sums of four outputs.
  static EDGECC_SIMD_INLINE Vec total(const Vec *parts,
                                      const std::int32_t *bias) {
#if defined(__aarch64__)
    const int32x4_t sums = vpaddq_s32(vpaddq_s32(parts[0], parts[1]),
                                      vpaddq_s32(parts[2], parts[3]));
#else
    const auto half = [](int32x4_t x) {
      return vadd_s32(vget_low_s32(x), vget_high_s32(x));
    };
    const int32x4_t sums =
        vcombine_s32(vpadd_s32(half(parts[0]), half(parts[1])),
                     vpadd_s32(half(parts[2]), half(parts[3])));
#endif
    return vaddq_s32(sums, vld1q_s32(bias));
  }
};

/// The same for weights of -128 as well, two products of which may not fit.
struct S8NeonMull : S8NeonMlal {
  template <int Step, int Count, bool First>
  static EDGECC_SIMD_INLINE int32x4_t dotStep(int32x4_t sum, Inputs x,
                                              int8x16_t w) {
    const int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
    sum = First ? vpaddlq_s16(products) : vpadalq_s16(sum, products);
    if constexpr (Count > 8)
      sum = vpadalq_s16(sum, vmull_s8(vget_high_s8(x), vget_high_s8(w)));
    return sum;
  }
};

/// Sixteen bytes of which the largest are wanted.
struct MaxBytes {
  using Vec = int8x16_t;
  static constexpr int kCount = 16;
  static EDGECC_SIMD_INLINE Vec setAll(std::int8_t x) { return vdupq_n_s8(x); }
  static EDGECC_SIMD_INLINE Vec loadAll(const std::int8_t *from) {
    return vld1q_s8(from);
  }
  static EDGECC_SIMD_INLINE Vec largest(Vec a, Vec b) { return vmaxq_s8(a, b); }
  static EDGECC_SIMD_INLINE void storeAll(std::int8_t *to, Vec x) {
    vst1q_s8(to, x);
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_NEON

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif // EDGECC_KERNELS_NEON_S8_VECTORS_H
