// Fully connected layers of int8 or int16 with int8 weights by Arm's DSP
// instructions.
//
//   in       [..., K], K a multiple of 4
//   weights  words, packed: for each four outputs (filled up with zeros), for
//            each four inputs, four bytes of each of these outputs
//   bias     [O], with -in_zero * sum(weights) in it
//   doubled  [O], multipliers times two (arm_dsp.h says when)
//   out      [..., O]
//
// fully_connected_s8_pairs_dsp has weights of int16, which need no unpacking:
// for each four outputs, for each four inputs, the inputs 0 and 2 of each of
// these outputs, then 1 and 3.
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_DSP_H
#define EDGECC_KERNELS_FULLY_CONNECTED_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif
#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

// r0..r3 are the sums, r6 reads inputs, r8 weights; r4 and r5 are the pairs of
// four inputs, r9..r12 the weights of the four outputs.
#define EDGECC_DSP_OUTPUT(Sum, Word)                                           \
  "sxtb16 lr, " Word "\n\t"                                                    \
  "sxtb16 " Word ", " Word ", ror #8\n\t"                                      \
  "smlad " Sum ", r4, lr, " Sum "\n\t"                                         \
  "smlad " Sum ", r5, " Word ", " Sum "\n\t"
#define EDGECC_DSP_OUTPUTS                                                     \
  EDGECC_DSP_OUTPUT("r0", "r9")                                                \
  EDGECC_DSP_OUTPUT("r1", "r10")                                               \
  EDGECC_DSP_OUTPUT("r2", "r11")                                               \
  EDGECC_DSP_OUTPUT("r3", "r12")
#define EDGECC_DSP_INPUTS                                                      \
  "ldr r5, [r6], #4\n\t"                                                       \
  "ldmia r8!, {r9, r10, r11, r12}\n\t"                                         \
  "sxtb16 r4, r5\n\t"                                                          \
  "sxtb16 r5, r5, ror #8\n\t" EDGECC_DSP_OUTPUTS
// int16 at any address: LDRD would need a multiple of four.
#define EDGECC_DSP_WIDE_INPUTS                                                 \
  "ldr r4, [r6], #4\n\t"                                                       \
  "ldr r5, [r6], #4\n\t"                                                       \
  "ldmia r8!, {r9, r10, r11, r12}\n\t" EDGECC_DSP_OUTPUTS
#define EDGECC_DSP_PAIRS_OF(Inputs)                                            \
  "ldmia r8!, {r9, r10, r11, r12}\n\t"                                         \
  "smlad r0, " Inputs ", r9, r0\n\t"                                           \
  "smlad r1, " Inputs ", r10, r1\n\t"                                          \
  "smlad r2, " Inputs ", r11, r2\n\t"                                          \
  "smlad r3, " Inputs ", r12, r3\n\t"
#define EDGECC_DSP_PAIRS                                                       \
  "ldr r5, [r6], #4\n\t"                                                       \
  "sxtb16 r4, r5\n\t"                                                          \
  "sxtb16 r5, r5, ror #8\n\t" EDGECC_DSP_PAIRS_OF("r4")                        \
      EDGECC_DSP_PAIRS_OF("r5")
// Two words of digits, which come in the upper halves of bytes, that is, times
// 16.
#define EDGECC_DSP_DIGITS                                                      \
  "ldr r5, [r6], #4\n\t"                                                       \
  "ldrd r9, r11, [r8], #8\n\t"                                                 \
  "sxtb16 r4, r5\n\t"                                                          \
  "sxtb16 r5, r5, ror #8\n\t"                                                  \
  "lsl r10, r9, #4\n\t"                                                        \
  "lsl r12, r11, #4\n\t"                                                       \
  "and r9, r9, #0xf0f0f0f0\n\t"                                                \
  "and r10, r10, #0xf0f0f0f0\n\t"                                              \
  "and r11, r11, #0xf0f0f0f0\n\t"                                              \
  "and r12, r12, #0xf0f0f0f0\n\t" EDGECC_DSP_OUTPUTS
// The end of the loop waits on the stack, as r7 may be the frame pointer.
#define EDGECC_DSP_LOOP(Body)                                                  \
  __asm__ volatile("push {r12}\n"                                              \
                   "1:\n\t" Body "ldr r12, [sp]\n\t"                           \
                   "cmp r6, r12\n\t"                                           \
                   "bne 1b\n\t"                                                \
                   "pop {r12}"                                                 \
                   : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(from),       \
                     "+r"(rows), "+r"(end)                                     \
                   :                                                           \
                   : "r4", "r5", "r9", "r10", "r11", "lr", "cc", "memory")

/// How weights are stored: as int8, as digits (fully_connected_w4_dsp.h), which
/// count 16 times, or as int16.
enum class DspWeights { Bytes, Digits, Pairs };

/// Adds the products of `Depth` inputs to the sums of four outputs; moves
/// `weights` behind their rows.
template <int Depth, DspWeights Form = DspWeights::Bytes, class T>
inline void addRows(std::int32_t (&sums)[4], const T *in,
                    const std::int32_t *&weights) {
  register std::int32_t a0 __asm__("r0") = sums[0];
  register std::int32_t a1 __asm__("r1") = sums[1];
  register std::int32_t a2 __asm__("r2") = sums[2];
  register std::int32_t a3 __asm__("r3") = sums[3];
  register const T *from __asm__("r6") = in;
  register const std::int32_t *rows __asm__("r8") = weights;
  register const T *end __asm__("r12") = in + Depth;
  if constexpr (Form == DspWeights::Pairs && Depth % 16 == 0)
    EDGECC_DSP_LOOP(
        EDGECC_DSP_PAIRS EDGECC_DSP_PAIRS EDGECC_DSP_PAIRS EDGECC_DSP_PAIRS);
  else if constexpr (Form == DspWeights::Pairs && Depth % 8 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_PAIRS EDGECC_DSP_PAIRS);
  else if constexpr (Form == DspWeights::Pairs)
    EDGECC_DSP_LOOP(EDGECC_DSP_PAIRS);
  else if constexpr (Form == DspWeights::Digits && Depth % 16 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS
                        EDGECC_DSP_DIGITS);
  else if constexpr (Form == DspWeights::Digits)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS);
  else if constexpr (sizeof(T) == 2 && Depth % 16 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_WIDE_INPUTS EDGECC_DSP_WIDE_INPUTS
                        EDGECC_DSP_WIDE_INPUTS EDGECC_DSP_WIDE_INPUTS);
  else if constexpr (sizeof(T) == 2)
    EDGECC_DSP_LOOP(EDGECC_DSP_WIDE_INPUTS);
  else if constexpr (Depth % 16 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_INPUTS EDGECC_DSP_INPUTS EDGECC_DSP_INPUTS
                        EDGECC_DSP_INPUTS);
  else if constexpr (Depth % 8 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_INPUTS EDGECC_DSP_INPUTS);
  else
    EDGECC_DSP_LOOP(EDGECC_DSP_INPUTS);
  sums[0] = a0;
  sums[1] = a1;
  sums[2] = a2;
  sums[3] = a3;
  weights = rows;
}

#undef EDGECC_DSP_OUTPUT
#undef EDGECC_DSP_OUTPUTS
#undef EDGECC_DSP_INPUTS
#undef EDGECC_DSP_DIGITS
#undef EDGECC_DSP_PAIRS_OF
#undef EDGECC_DSP_PAIRS
#undef EDGECC_DSP_WIDE_INPUTS
#undef EDGECC_DSP_LOOP

template <class In, class Out, class Finish, DspWeights Form>
inline void fullyConnectedS8Dsp(const std::int8_t *in,
                                const std::int32_t *weights,
                                const std::int32_t *bias,
                                const std::int32_t *doubled, std::int8_t *out) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1), kWhole = kOut / 4 * 4;
  static_assert(kDepth % 4 == 0, "inputs come in fours");
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    const std::int32_t *next = weights;
    for (int o = 0; o < kWhole; o += 4) {
      std::int32_t sums[4] = {bias[o], bias[o + 1], bias[o + 2], bias[o + 3]};
      addRows<kDepth, Form>(sums, in, next);
      for (int i = 0; i < 4; ++i)
        out[o + i] = Finish::apply(sums[i], doubled[o + i]);
    }
    if constexpr (kWhole != kOut) {
      std::int32_t sums[4] = {};
      for (int i = 0; i < kOut - kWhole; ++i)
        sums[i] = bias[kWhole + i];
      addRows<kDepth, Form>(sums, in, next);
      for (int i = 0; i < kOut - kWhole; ++i)
        out[kWhole + i] = Finish::apply(sums[i], doubled[kWhole + i]);
    }
  }
}

template <class In, class Out, int OutZero, int Lo, int Hi>
void fully_connected_s8_dsp(const std::int8_t *in, const std::int32_t *weights,
                            const std::int32_t *bias,
                            const std::int32_t *doubled, std::int8_t *out) {
  fullyConnectedS8Dsp<In, Out, FinishDsp<OutZero, Lo, Hi>, DspWeights::Bytes>(
      in, weights, bias, doubled, out);
}

template <class In, class Out, int OutZero, int Lo, int Hi>
void fully_connected_s8_pairs_dsp(const std::int8_t *in,
                                  const std::int32_t *weights,
                                  const std::int32_t *bias,
                                  const std::int32_t *doubled,
                                  std::int8_t *out) {
  fullyConnectedS8Dsp<In, Out, FinishDsp<OutZero, Lo, Hi>, DspWeights::Pairs>(
      in, weights, bias, doubled, out);
}

/// As fully_connected_s16x8 of fully_connected.h, for weights whose products 32
/// bits hold. Of each four bytes of weights the second and third are exchanged,
/// because int16 come in their natural order.
template <class In, class Out>
void fully_connected_s16x8_dsp(const std::int16_t *in,
                               const std::int32_t *weights,
                               const std::int32_t *bias,
                               const std::int32_t *multiplier,
                               std::int16_t *out, int shift, int lo, int hi) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1);
  static_assert(kDepth % 4 == 0, "inputs come in fours");
  const FinishS16x8 finish = {bias, multiplier, shift, lo, hi};
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    const std::int32_t *next = weights;
    for (int o = 0; o < kOut; o += 4) {
      std::int32_t sums[4] = {0, 0, 0, 0};
      addRows<kDepth>(sums, in, next);
      for (int i = 0; i < 4 && o + i < kOut; ++i)
        out[o + i] = finish(sums[i], o + i);
    }
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_FULLY_CONNECTED_DSP_H
