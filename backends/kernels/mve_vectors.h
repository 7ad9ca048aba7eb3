// What the int8 kernels for Arm's Helium (MVE: Cortex-M55, M85) share: sums of
// products of 16 lanes, and from sums to outputs.
#ifndef EDGECC_KERNELS_MVE_VECTORS_H
#define EDGECC_KERNELS_MVE_VECTORS_H

#include <cstdint>

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#include "shared_function.h"
#endif

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

[[maybe_unused]] inline void copyVectors(std::int8_t *to,
                                         const std::int8_t *from, int bytes) {
  for (; bytes > 0; bytes -= 16, to += 16, from += 16) {
    const mve_pred16_t lanes = vctp8q(static_cast<std::uint32_t>(bytes));
    vstrbq_p_s8(to, vldrbq_z_s8(from, lanes), lanes);
  }
}

[[maybe_unused]] inline void fillVectors(std::int8_t *to, std::int8_t value,
                                         int bytes) {
  const int8x16_t values = vdupq_n_s8(value);
  for (; bytes > 0; bytes -= 16, to += 16)
    vstrbq_p_s8(to, values, vctp8q(static_cast<std::uint32_t>(bytes)));
}

/// What turns the sums of a layer into outputs: requantize() of fixed_point.h.
/// VQRDMULH is (2 a m + 2^31) >> 32, the same as (a m + 2^30) >> 31.
struct MveFinish {
  const std::int32_t *bias, *multiplier;
  std::int32_t zero, lo, hi;
};

// VMLADAVA adds to registers of even number only: r0, r2, r4, r6 are the sums
// of the first input with four rows of weights, r8, r10, r12, lr of the second.
// r1 and r9 read inputs, r3 weights, r11 biases, r5 multipliers; r7 counts, and
// is saved, as it may be the frame pointer. On the stack: where outputs go, and
// the end of the multipliers.
#define EDGECC_MVE_ROW(Op, Weights, First, Second)                             \
  "vldrb.8 " Weights ", [r3], #16\n\t" Op " " First ", q0, " Weights "\n\t" Op \
  " " Second ", q1, " Weights "\n\t"
#define EDGECC_MVE_TWO(Op)                                                     \
  "vldrb.8 q0, [r1], #16\n\t"                                                  \
  "vldrb.8 q1, [r9], #16\n\t" EDGECC_MVE_ROW(Op, "q2", "r0", "r8")             \
      EDGECC_MVE_ROW(Op, "q3", "r2", "r10")                                    \
          EDGECC_MVE_ROW(Op, "q2", "r4", "r12")                                \
              EDGECC_MVE_ROW(Op, "q3", "r6", "lr")
#define EDGECC_MVE_SINGLE_ROW(Op, Weights, Sum)                                \
  "vldrb.8 " Weights ", [r3], #16\n\t" Op " " Sum ", q0, " Weights "\n\t"
#define EDGECC_MVE_ONE(Op)                                                     \
  "vldrb.8 q0, [r1], #16\n\t" EDGECC_MVE_SINGLE_ROW(Op, "q2", "r0")            \
      EDGECC_MVE_SINGLE_ROW(Op, "q3", "r2")                                    \
          EDGECC_MVE_SINGLE_ROW(Op, "q2", "r4")                                \
              EDGECC_MVE_SINGLE_ROW(Op, "q3", "r6")
#define EDGECC_MVE_REPEAT(Count, Step)                                         \
  ".if %c[rounds] > 1\n\t"                                                     \
  "mov " Count ", #%c[rounds]\n"                                               \
  "2:\n\t"                                                                     \
  ".endif\n\t"                                                                 \
  ".rept %c[unroll]\n\t" Step ".endr\n\t"                                      \
  ".if %c[rounds] > 1\n\t"                                                     \
  "subs " Count ", " Count ", #1\n\t"                                          \
  "bne 2b\n\t"                                                                 \
  ".endif\n\t"                                                                 \
  "subw r1, r1, #%c[back]\n\t"
#define EDGECC_MVE_FINISH(Sums)                                                \
  ".if %c[shift] > 0\n\t"                                                      \
  "vshl.i32 " Sums ", " Sums ", #%c[shift]\n\t"                                \
  ".endif\n\t"                                                                 \
  "vqrdmulh.s32 " Sums ", " Sums ", q2\n\t"                                    \
  "vqadd.s32 " Sums ", " Sums ", %q[zero]\n\t"                                 \
  "vmax.s32 " Sums ", " Sums ", %q[lo]\n\t"                                    \
  "vmin.s32 " Sums ", " Sums ", %q[hi]\n\t"

#define EDGECC_MVE_SUMS_OF_TWO                                                 \
  EDGECC_MVE_TWO("vmladav.s8")                                                 \
  EDGECC_MVE_REPEAT("r7", EDGECC_MVE_TWO("vmladava.s8"))
#define EDGECC_MVE_SUMS_OF_ONE                                                 \
  EDGECC_MVE_REPEAT("r10", EDGECC_MVE_ONE("vmladava.s8"))
#define EDGECC_MVE_ADD_BIAS(Sums) "vadd.i32 " Sums ", " Sums ", q3\n\t"
#define EDGECC_MVE_FINISH_ONE EDGECC_MVE_FINISH("q0")
#define EDGECC_MVE_FINISH_TWO                                                  \
  EDGECC_MVE_ADD_BIAS("q0")                                                    \
  EDGECC_MVE_FINISH("q0") EDGECC_MVE_ADD_BIAS("q1") EDGECC_MVE_FINISH("q1")

/// How many of `steps` follow each other without a branch.
constexpr int mveUnroll(int steps) {
  int unroll = steps <= 8 ? steps : 8;
  while (unroll > 1 && steps % unroll != 0)
    --unroll;
  return unroll;
}
constexpr int mveRounds(int steps) {
  return steps == 0 ? 0 : steps / mveUnroll(steps);
}

/// `blocks` times four outputs of two inputs of `Vectors` vectors. Rows of
/// weights of four outputs lie vector by vector side by side.
template <int Vectors, int Shift>
inline void mveBlocks(const std::int8_t *a, const std::int8_t *b,
                      const std::int8_t *weights, int blocks,
                      const MveFinish &finish, std::int8_t *outA,
                      std::int8_t *outB) {
  const int32x4_t zeros = vdupq_n_s32(finish.zero);
  const int32x4_t least = vdupq_n_s32(finish.lo);
  const int32x4_t most = vdupq_n_s32(finish.hi);
  register const std::int8_t *first __asm__("r1") = a;
  register const std::int8_t *second __asm__("r9") = b;
  register const std::int8_t *rows __asm__("r3") = weights;
  register const std::int32_t *start __asm__("r11") = finish.bias;
  register const std::int32_t *factor __asm__("r5") = finish.multiplier;
  register std::int8_t *toA __asm__("r0") = outA;
  register std::int8_t *toB __asm__("r2") = outB;
  register const std::int32_t *end __asm__("r4") = factor + 4 * blocks;
  __asm__ volatile("push {r0, r2, r4, r7}\n"
                   "1:\n\t" EDGECC_MVE_SUMS_OF_TWO "subw r9, r9, #%c[back]\n\t"
                   "vldrw.32 q2, [r5], #16\n\t"
                   "vldrw.32 q3, [r11], #16\n\t"
                   "vmov q0[2], q0[0], r0, r4\n\t"
                   "vmov q0[3], q0[1], r2, r6\n\t"
                   "vmov q1[2], q1[0], r8, r12\n\t"
                   "vmov q1[3], q1[1], r10, lr\n\t" EDGECC_MVE_FINISH_TWO
                   "ldrd r0, r2, [sp]\n\t"
                   "ldr r4, [sp, #8]\n\t"
                   "vstrb.32 q0, [r0], #4\n\t"
                   "vstrb.32 q1, [r2], #4\n\t"
                   "strd r0, r2, [sp]\n\t"
                   "cmp r5, r4\n\t"
                   "bne 1b\n\t"
                   "pop {r0, r2, r4, r7}"
                   : "+r"(first), "+r"(second), "+r"(rows), "+r"(start),
                     "+r"(factor), "+r"(toA), "+r"(toB), "+r"(end)
                   : [zero] "w"(zeros), [lo] "w"(least), [hi] "w"(most),
                     [unroll] "i"(mveUnroll(Vectors - 1)),
                     [rounds] "i"(mveRounds(Vectors - 1)),
                     [back] "i"(Vectors * 16), [shift] "i"(Shift)
                   : "r6", "r8", "r10", "r12", "lr", "q0", "q1", "q2", "q3",
                     "cc", "memory");
}

/// The same of one input.
template <int Vectors, int Shift>
inline void mveBlocks(const std::int8_t *a, const std::int8_t *weights,
                      int blocks, const MveFinish &finish, std::int8_t *out) {
  const int32x4_t zeros = vdupq_n_s32(finish.zero);
  const int32x4_t least = vdupq_n_s32(finish.lo);
  const int32x4_t most = vdupq_n_s32(finish.hi);
  register const std::int8_t *first __asm__("r1") = a;
  register const std::int8_t *rows __asm__("r3") = weights;
  register const std::int32_t *start __asm__("r11") = finish.bias;
  register const std::int32_t *factor __asm__("r5") = finish.multiplier;
  register std::int8_t *to __asm__("r8") = out;
  register const std::int32_t *end __asm__("r9") = factor + 4 * blocks;
  __asm__ volatile(
      "push {r7}\n\t"
      "mov r7, r8\n"
      "1:\n\t"
      "ldrd r0, r2, [r11], #8\n\t"
      "ldrd r4, r6, [r11], #8\n\t" EDGECC_MVE_SUMS_OF_ONE
      "vldrw.32 q2, [r5], #16\n\t"
      "vmov q0[2], q0[0], r0, r4\n\t"
      "vmov q0[3], q0[1], r2, r6\n\t" EDGECC_MVE_FINISH_ONE
      "vstrb.32 q0, [r7], #4\n\t"
      "cmp r5, r9\n\t"
      "bne 1b\n\t"
      "pop {r7}"
      : "+r"(first), "+r"(rows), "+r"(start), "+r"(factor), "+r"(to), "+r"(end)
      : [zero] "w"(zeros), [lo] "w"(least), [hi] "w"(most),
        [unroll] "i"(mveUnroll(Vectors)), [rounds] "i"(mveRounds(Vectors)),
        [back] "i"(Vectors * 16), [shift] "i"(Shift)
      : "r0", "r2", "r4", "r6", "r10", "q0", "q2", "q3", "cc", "memory");
}

#undef EDGECC_MVE_ROW
#undef EDGECC_MVE_TWO
#undef EDGECC_MVE_SINGLE_ROW
#undef EDGECC_MVE_ONE
#undef EDGECC_MVE_REPEAT
#undef EDGECC_MVE_FINISH
#undef EDGECC_MVE_ADD_BIAS
#undef EDGECC_MVE_SUMS_OF_TWO
#undef EDGECC_MVE_SUMS_OF_ONE
#undef EDGECC_MVE_FINISH_ONE
#undef EDGECC_MVE_FINISH_TWO

/// The finish for the outputs behind the last whole block.
[[maybe_unused]] inline MveFinish afterBlocks(const MveFinish &finish,
                                              int blocks) {
  MveFinish rest = finish;
  rest.bias += 4 * blocks;
  rest.multiplier += 4 * blocks;
  return rest;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_MVE_VECTORS_H
