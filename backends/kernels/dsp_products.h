// Sums of products of three pixels and two channels by Arm's DSP instructions,
// and from sums to outputs of int8: what the convolutions of conv2d_dsp.h and
// conv2d_w4_dsp.h consist of. Taps come as int16, three pixels interleaved in
// fours; weights as words of four bytes, two channels side by side.
#ifndef EDGECC_KERNELS_DSP_PRODUCTS_H
#define EDGECC_KERNELS_DSP_PRODUCTS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

// r0..r5 are the sums, pixel by pixel; r6 reads inputs, r8 weights. Four taps
// of two channels become r11, r9 (first) and r12, r10 (second); r7 and lr are
// four taps of a pixel.
#define EDGECC_DSP_PIXEL(First, Second)                                        \
  "ldrd r7, lr, [r6], #8\n\t"                                                  \
  "smlad " First ", r7, r11, " First "\n\t"                                    \
  "smlad " Second ", r7, r12, " Second "\n\t"                                  \
  "smlad " First ", lr, r9, " First "\n\t"                                     \
  "smlad " Second ", lr, r10, " Second "\n\t"
#define EDGECC_DSP_PIXELS                                                      \
  "sxtb16 r11, r9\n\t"                                                         \
  "sxtb16 r12, r10\n\t"                                                        \
  "sxtb16 r9, r9, ror #8\n\t"                                                  \
  "sxtb16 r10, r10, ror #8\n\t" EDGECC_DSP_PIXEL("r0", "r1")                   \
      EDGECC_DSP_PIXEL("r2", "r3") EDGECC_DSP_PIXEL("r4", "r5")
#define EDGECC_DSP_TAPS "ldrd r9, r10, [r8], #8\n\t" EDGECC_DSP_PIXELS
// Digits come in the upper halves of bytes, that is, times 16.
#define EDGECC_DSP_DIGITS                                                      \
  "ldr r9, [r8], #4\n\t"                                                       \
  "lsl r10, r9, #4\n\t"                                                        \
  "and r9, r9, #0xf0f0f0f0\n\t"                                                \
  "and r10, r10, #0xf0f0f0f0\n\t" EDGECC_DSP_PIXELS
// r7 may be the frame pointer and every other register is taken: it is saved
// here, and the end of the loop waits on the stack.
#define EDGECC_DSP_LOOP(Body)                                                  \
  __asm__ volatile("push {r7, r12}\n"                                          \
                   "1:\n\t" Body "ldr r12, [sp, #4]\n\t"                       \
                   "cmp r6, r12\n\t"                                           \
                   "bne 1b\n\t"                                                \
                   "pop {r7, r12}"                                             \
                   : "+r"(a0), "+r"(a1), "+r"(b0), "+r"(b1), "+r"(c0),         \
                     "+r"(c1), "+r"(from), "+r"(taps), "+r"(end)               \
                   :                                                           \
                   : "r9", "r10", "r11", "lr", "cc", "memory")

/// Sums of three pixels and two channels.
struct DspSums {
  std::int32_t a0, a1, b0, b1, c0, c1;
};

/// Adds `Fours` times four taps to `sums`; moves `weights` behind them. Weights
/// are bytes, or digits (conv2d_w4_dsp.h), which count 16 times.
template <int Fours, bool Digits = false>
inline void addTaps(DspSums &sums, const std::int16_t *patches,
                    const std::int32_t *&weights) {
  register std::int32_t a0 __asm__("r0") = sums.a0;
  register std::int32_t a1 __asm__("r1") = sums.a1;
  register std::int32_t b0 __asm__("r2") = sums.b0;
  register std::int32_t b1 __asm__("r3") = sums.b1;
  register std::int32_t c0 __asm__("r4") = sums.c0;
  register std::int32_t c1 __asm__("r5") = sums.c1;
  register const std::int16_t *from __asm__("r6") = patches;
  register const std::int32_t *taps __asm__("r8") = weights;
  register const std::int16_t *end __asm__("r12") = patches + Fours * 12;
  if constexpr (Digits && Fours % 4 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS
                        EDGECC_DSP_DIGITS);
  else if constexpr (Digits && Fours % 3 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS EDGECC_DSP_DIGITS);
  else if constexpr (Digits)
    EDGECC_DSP_LOOP(EDGECC_DSP_DIGITS);
  else if constexpr (Fours % 4 == 0)
    EDGECC_DSP_LOOP(
        EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else if constexpr (Fours % 3 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else if constexpr (Fours % 2 == 0)
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS);
  sums = {a0, a1, b0, b1, c0, c1};
  weights = taps;
}

/// Fours of a window as the int8 kernels have them: an even number.
constexpr int evenFours(int taps) { return (taps + 7) / 8 * 2; }

/// addTaps of bytes, for code that layers share: `fours` is a multiple of
/// `Unroll`, 2 or 4.
template <int Unroll>
inline void addTaps(DspSums &sums, const std::int16_t *patches,
                    const std::int32_t *&weights, int fours) {
  register std::int32_t a0 __asm__("r0") = sums.a0;
  register std::int32_t a1 __asm__("r1") = sums.a1;
  register std::int32_t b0 __asm__("r2") = sums.b0;
  register std::int32_t b1 __asm__("r3") = sums.b1;
  register std::int32_t c0 __asm__("r4") = sums.c0;
  register std::int32_t c1 __asm__("r5") = sums.c1;
  register const std::int16_t *from __asm__("r6") = patches;
  register const std::int32_t *taps __asm__("r8") = weights;
  register const std::int16_t *end __asm__("r12") = patches + fours * 12;
  if constexpr (Unroll == 4)
    EDGECC_DSP_LOOP(
        EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  else
    EDGECC_DSP_LOOP(EDGECC_DSP_TAPS EDGECC_DSP_TAPS);
  sums = {a0, a1, b0, b1, c0, c1};
  weights = taps;
}

// On the stack: the end of the inputs, where biases, multipliers and outputs
// are, how far the pixels of the outputs lie apart, the zero point, the end of
// the multipliers, and the inputs. r7 is saved.
#define EDGECC_DSP_PAIRS                                                       \
  __asm__ volatile("push {r7}\n\t"                                             \
                   "push {r0, r1, r2, r3, r4, r5, r9, r10}\n"                  \
                   "1:\n\t"                                                    \
                   "ldr r9, [sp, #4]\n\t"                                      \
                   "ldr r6, [sp, #28]\n\t"                                     \
                   "ldrd r0, r1, [r9], #8\n\t"                                 \
                   "str r9, [sp, #4]\n\t"                                      \
                   "mov r2, r0\n\t"                                            \
                   "mov r3, r1\n\t"                                            \
                   "mov r4, r0\n\t"                                            \
                   "mov r5, r1\n"                                              \
                   "2:\n\t"                                                    \
                   ".rept %c[unroll]\n\t" EDGECC_DSP_TAPS ".endr\n\t"          \
                   "ldr r12, [sp]\n\t"                                         \
                   "cmp r6, r12\n\t"                                           \
                   "bne 2b\n\t"                                                \
                   "ldrd r9, r12, [sp, #8]\n\t"                                \
                   "ldrd lr, r7, [sp, #16]\n\t"                                \
                   "ldrd r10, r11, [r9], #8\n\t"                               \
                   "smmlar r0, r0, r10, r7\n\t"                                \
                   "smmlar r1, r1, r11, r7\n\t"                                \
                   "smmlar r2, r2, r10, r7\n\t"                                \
                   "smmlar r3, r3, r11, r7\n\t"                                \
                   "smmlar r4, r4, r10, r7\n\t"                                \
                   "smmlar r5, r5, r11, r7\n\t"                                \
                   "ssat r0, #8, r0\n\t"                                       \
                   "ssat r1, #8, r1\n\t"                                       \
                   "ssat r2, #8, r2\n\t"                                       \
                   "ssat r3, #8, r3\n\t"                                       \
                   "ssat r4, #8, r4\n\t"                                       \
                   "ssat r5, #8, r5\n\t"                                       \
                   "add r6, r12, lr\n\t"                                       \
                   "add lr, lr, r6\n\t"                                        \
                   "strb r0, [r12], #1\n\t"                                    \
                   "strb r1, [r12], #1\n\t"                                    \
                   "strb r2, [r6]\n\t"                                         \
                   "strb r3, [r6, #1]\n\t"                                     \
                   "strb r4, [lr]\n\t"                                         \
                   "strb r5, [lr, #1]\n\t"                                     \
                   "strd r9, r12, [sp, #8]\n\t"                                \
                   "ldr r7, [sp, #24]\n\t"                                     \
                   "cmp r9, r7\n\t"                                            \
                   "bne 1b\n\t"                                                \
                   "pop {r0, r1, r2, r3, r4, r5, r9, r10}\n\t"                 \
                   "pop {r7}"                                                  \
                   : "+r"(rows)                                                \
                   : "r"(end), "r"(bias), "r"(doubled), "r"(to),               \
                     "r"(distance), "r"(zero), "r"(last),                      \
                     "r"(inputs), [unroll] "i"(Unroll)                         \
                   : "r6", "r11", "r12", "lr", "cc", "memory")

/// `pairs` (at least one) of outputs of three pixels, which lie `step` apart,
/// with the bounds of int8; returns where the next weights are. `fours` is a
/// multiple of `Unroll`.
template <int Unroll>
inline const std::int32_t *
dspPairs(const std::int16_t *patches, int fours, const std::int32_t *weights,
         int pairs, const DspFinish &finish, std::int8_t *out, int step) {
  register const std::int16_t *end __asm__("r0") = patches + fours * 12;
  register const std::int32_t *bias __asm__("r1") = finish.bias;
  register const std::int32_t *doubled __asm__("r2") = finish.doubled;
  register std::int8_t *to __asm__("r3") = out;
  register int distance __asm__("r4") = step;
  register std::int32_t zero __asm__("r5") = finish.zero;
  register const std::int32_t *rows __asm__("r8") = weights;
  register const std::int32_t *last __asm__("r9") = doubled + 2 * pairs;
  register const std::int16_t *inputs __asm__("r10") = patches;
  EDGECC_DSP_PAIRS;
  return rows;
}

#undef EDGECC_DSP_PIXEL
#undef EDGECC_DSP_PIXELS
#undef EDGECC_DSP_TAPS
#undef EDGECC_DSP_DIGITS
#undef EDGECC_DSP_LOOP
#undef EDGECC_DSP_PAIRS

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_DSP_PRODUCTS_H
