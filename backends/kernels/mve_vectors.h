// What the int8 kernels for Arm's Helium (MVE: Cortex-M55, M85) share: sums of
// products of 16 lanes, and from sums to outputs.
#ifndef EDGECC_KERNELS_MVE_VECTORS_H
#define EDGECC_KERNELS_MVE_VECTORS_H

#include <cstdint>

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

namespace edgecc {
namespace kernels {
namespace {

/// Bytes of a row of products: sums go over whole vectors.
constexpr int wholeVectors(int bytes) { return (bytes + 15) / 16 * 16; }

/// Copies `Bytes` bytes, at any address, and no more.
template <int Bytes>
inline void copyVectors(std::int8_t *to, const std::int8_t *from) {
  for (int i = 0; i < Bytes / 16; ++i, to += 16, from += 16)
    vstrbq_s8(to, vldrbq_s8(from));
  if constexpr (Bytes % 16 != 0) {
    const mve_pred16_t rest = vctp8q(Bytes % 16);
    vstrbq_p_s8(to, vldrbq_z_s8(from, rest), rest);
  }
}

template <int Bytes>
inline void fillVectors(std::int8_t *to, std::int8_t value) {
  const int8x16_t values = vdupq_n_s8(value);
  for (int i = 0; i < Bytes / 16; ++i, to += 16)
    vstrbq_s8(to, values);
  if constexpr (Bytes % 16 != 0)
    vstrbq_p_s8(to, values, vctp8q(Bytes % 16));
}

/// requantize() of fixed_point.h of four sums: VQRDMULH is (2 a m + 2^31) >>
/// 32, the same as (a m + 2^30) >> 31.
template <int Shift, int Zero, int Lo, int Hi> struct FinishMve {
  template <class Multiplier>
  static inline int32x4_t apply(int32x4_t sums, Multiplier multiplier) {
    if constexpr (Shift != 0)
      sums = vshlq_n_s32(sums, Shift);
    int32x4_t q = vqaddq_n_s32(multiply(sums, multiplier), Zero);
    q = vmaxq_s32(q, vdupq_n_s32(Lo));
    return vminq_s32(q, vdupq_n_s32(Hi));
  }

private:
  static inline int32x4_t multiply(int32x4_t sums, int32x4_t multipliers) {
    return vqrdmulhq_s32(sums, multipliers);
  }
  static inline int32x4_t multiply(int32x4_t sums, std::int32_t multiplier) {
    return vqrdmulhq_n_s32(sums, multiplier);
  }
};

/// Stores the first `count` (at least one) of four outputs.
inline void storeOutputs(std::int8_t *to, int32x4_t outputs, int count) {
  if (count >= 4)
    vstrbq_s32(to, outputs);
  else
    vstrbq_p_s32(to, outputs, vctp32q(static_cast<std::uint32_t>(count)));
}

// VMLADAVA adds to registers of even number only: r0, r2, r4, r6 are the sums
// of the first input with four rows of weights, r8, r10, r12, lr of the second.
// r1 and r9 read inputs, r3 weights, r5 counts.
#define EDGECC_MVE_ROW(Weights, First, Second)                                 \
  "vldrb.8 " Weights ", [r3], #16\n\t"                                         \
  "vmladava.s8 " First ", q0, " Weights "\n\t"                                 \
  "vmladava.s8 " Second ", q1, " Weights "\n\t"
#define EDGECC_MVE_TWO                                                         \
  "vldrb.8 q0, [r1], #16\n\t"                                                  \
  "vldrb.8 q1, [r9], #16\n\t" EDGECC_MVE_ROW("q2", "r0", "r8")                 \
      EDGECC_MVE_ROW("q3", "r2", "r10") EDGECC_MVE_ROW("q2", "r4", "r12")      \
          EDGECC_MVE_ROW("q3", "r6", "lr")
#define EDGECC_MVE_SINGLE_ROW(Weights, Sum)                                    \
  "vldrb.8 " Weights ", [r3], #16\n\t"                                         \
  "vmladava.s8 " Sum ", q0, " Weights "\n\t"
#define EDGECC_MVE_ONE                                                         \
  "vldrb.8 q0, [r1], #16\n\t" EDGECC_MVE_SINGLE_ROW("q2", "r0")                \
      EDGECC_MVE_SINGLE_ROW("q3", "r2") EDGECC_MVE_SINGLE_ROW("q2", "r4")      \
          EDGECC_MVE_SINGLE_ROW("q3", "r6")
#define EDGECC_MVE_REPEAT(Body)                                                \
  "1:\n\t"                                                                     \
  ".rept %c[unroll]\n\t" Body ".endr\n\t"                                      \
  ".if %c[rounds] > 1\n\t"                                                     \
  "subs r5, r5, #1\n\t"                                                        \
  "bne 1b\n\t"                                                                 \
  ".endif\n\t"

/// How many of `vectors` steps follow each other without a branch.
constexpr int mveUnroll(int vectors) {
  int unroll = vectors <= 4 ? vectors : 4;
  while (vectors % unroll != 0)
    --unroll;
  return unroll;
}

/// Adds to four biases the products of two inputs of `Vectors` vectors with
/// four rows of weights, which lie vector by vector side by side.
template <int Vectors>
inline void addProducts(const std::int8_t *a, const std::int8_t *b,
                        const std::int8_t *weights, const std::int32_t *bias,
                        int32x4_t &sumsOfA, int32x4_t &sumsOfB) {
  constexpr int kUnroll = mveUnroll(Vectors), kRounds = Vectors / kUnroll;
  register const std::int8_t *first __asm__("r1") = a;
  register const std::int8_t *second __asm__("r9") = b;
  register const std::int8_t *rows __asm__("r3") = weights;
  register int count __asm__("r5") = kRounds;
  register const std::int32_t *start __asm__("r11") = bias;
  int32x4_t one, two;
  __asm__ volatile(
      "ldrd r0, r2, [r11]\n\t"
      "ldrd r4, r6, [r11, #8]\n\t"
      "mov r8, r0\n\t"
      "mov r10, r2\n\t"
      "mov r12, r4\n\t"
      "mov lr, r6\n" EDGECC_MVE_REPEAT(
          EDGECC_MVE_TWO) "vmov %q[one][2], %q[one][0], r0, r4\n\t"
                          "vmov %q[one][3], %q[one][1], r2, r6\n\t"
                          "vmov %q[two][2], %q[two][0], r8, r12\n\t"
                          "vmov %q[two][3], %q[two][1], r10, lr"
      : [one] "=&w"(one), [two] "=&w"(two), "+r"(first), "+r"(second),
        "+r"(rows), "+r"(count)
      : "r"(start), [unroll] "i"(kUnroll), [rounds] "i"(kRounds)
      : "r0", "r2", "r4", "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2",
        "q3", "cc", "memory");
  sumsOfA = one;
  sumsOfB = two;
}

/// The same of one input.
template <int Vectors>
inline int32x4_t addProducts(const std::int8_t *a, const std::int8_t *weights,
                             const std::int32_t *bias) {
  constexpr int kUnroll = mveUnroll(Vectors), kRounds = Vectors / kUnroll;
  register const std::int8_t *first __asm__("r1") = a;
  register const std::int8_t *rows __asm__("r3") = weights;
  register int count __asm__("r5") = kRounds;
  register const std::int32_t *start __asm__("r11") = bias;
  int32x4_t one;
  __asm__ volatile("ldrd r0, r2, [r11]\n\t"
                   "ldrd r4, r6, [r11, #8]\n" EDGECC_MVE_REPEAT(
                       EDGECC_MVE_ONE) "vmov %q[one][2], %q[one][0], r0, r4\n\t"
                                       "vmov %q[one][3], %q[one][1], r2, r6"
                   : [one] "=&w"(one), "+r"(first), "+r"(rows), "+r"(count)
                   : "r"(start), [unroll] "i"(kUnroll), [rounds] "i"(kRounds)
                   : "r0", "r2", "r4", "r6", "q0", "q2", "q3", "cc", "memory");
  return one;
}

#undef EDGECC_MVE_ROW
#undef EDGECC_MVE_TWO
#undef EDGECC_MVE_SINGLE_ROW
#undef EDGECC_MVE_ONE
#undef EDGECC_MVE_REPEAT

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_MVE_VECTORS_H
