// Fully connected layers of int8 for Armv6-M.
//
//   in          [..., K], K a multiple of 4
//   weights     for each four outputs, for each input, a byte of each of these
//               outputs plus 128; rows that there are not are zeros, plus 128
//   bias        [O], with -in_zero * sum(weights) in it
//   multiplier  [O]
//   out         [..., O]
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_V6M_H
#define EDGECC_KERNELS_FULLY_CONNECTED_V6M_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_ARMV6M_H
#include "armv6m.h"
#endif

#if defined(__ARM_ARCH_6M__)

namespace edgecc {
namespace kernels {
namespace {

// r0 is the end of the inputs, r6 the way to it.
#define EDGECC_V6M_OUTPUT(Weight, Sum)                                         \
  "ldrb r2, [r5, #" Weight "]\n\t"                                             \
  "muls r2, r1, r2\n\t"                                                        \
  "add " Sum ", " Sum ", r2\n\t"
#define EDGECC_V6M_INPUT(W0, W1, W2, W3)                                       \
  "ldrsb r1, [r0, r6]\n\t"                                                     \
  "adds r6, r6, #1\n\t" EDGECC_V6M_OUTPUT(W0, "r8")                            \
      EDGECC_V6M_OUTPUT(W1, "r9") EDGECC_V6M_OUTPUT(W2, "r10")                 \
          EDGECC_V6M_OUTPUT(W3, "r11")

/// Adds to the sums of four outputs the products of `depth` inputs, a multiple
/// of 4; moves `weights` behind them.
inline void addV6mInputs(std::int32_t (&sums)[4], const std::int8_t *in,
                         int depth, const std::uint8_t *&weights) {
  register std::int32_t s0 __asm__("r8") = sums[0];
  register std::int32_t s1 __asm__("r9") = sums[1];
  register std::int32_t s2 __asm__("r10") = sums[2];
  register std::int32_t s3 __asm__("r11") = sums[3];
  register const std::int8_t *last __asm__("r0") = in + depth;
  register int way __asm__("r6") = -depth;
  register const std::uint8_t *next __asm__("r5") = weights;
  __asm__ volatile(
      ".syntax unified\n1:\n\t" EDGECC_V6M_INPUT("0", "1", "2", "3")
          EDGECC_V6M_INPUT("4", "5", "6", "7") EDGECC_V6M_INPUT("8", "9", "10",
                                                                "11")
              EDGECC_V6M_INPUT("12", "13", "14", "15") "adds r5, r5, #16\n\t"
                                                       "cmp r6, #0\n\t"
                                                       "bne 1b"
      : "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3), "+r"(way), "+r"(next)
      : "r"(last)
      : "r1", "r2", "cc", "memory");
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  weights = next;
}

#undef EDGECC_V6M_OUTPUT
#undef EDGECC_V6M_INPUT

/// A row of inputs.
EDGECC_SHARED void v6mRow(const std::int8_t *in, int depth,
                          const std::int8_t *weights, int outputs,
                          const V6mFinish &finish, std::int8_t *out) {
  auto *next = reinterpret_cast<const std::uint8_t *>(weights);
  std::int32_t inputs = 0;
  for (int i = 0; i < depth; ++i)
    inputs += in[i];
  inputs *= 128;
  for (int o = 0; o < outputs; o += 4) {
    const int count = outputs - o < 4 ? outputs - o : 4;
    std::int32_t sums[4] = {0, 0, 0, 0};
    for (int i = 0; i < count; ++i)
      sums[i] = finish.bias[o + i] - inputs;
    addV6mInputs(sums, in, depth, next);
    for (int i = 0; i < count; ++i)
      out[o + i] = finish.apply(sums[i], finish.multiplier[o + i]);
  }
}

template <class In, class Out, int OutZero, int Lo, int Hi>
void fully_connected_s8_v6m(const std::int8_t *in, const std::int8_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *multiplier, std::int8_t *out) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  static_assert(kDepth % 4 == 0, "inputs come in fours");
  const V6mFinish finish = {bias, multiplier, OutZero, Lo, Hi};
  for (int row = 0; row < Out::product(0, Out::rank - 1); ++row)
    v6mRow(in + row * kDepth, kDepth, weights, kOut, finish, out + row * kOut);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_ARCH_6M__

#endif // EDGECC_KERNELS_FULLY_CONNECTED_V6M_H
