// What the int8 kernels for Armv6-M (Cortex-M0, M0+) share. There is one
// multiplication, of 32 by 32 bits to 32, which overwrites a factor; signed
// bytes need a register for their offset, and only eight registers take part in
// most instructions. Hence inputs come as words, which LDM loads several at a
// time and which may be overwritten, sums live in the upper registers, and
// weights are unsigned: 128 more than they are, for which 128 times the sum of
// the inputs is taken off.
#ifndef EDGECC_KERNELS_ARMV6M_H
#define EDGECC_KERNELS_ARMV6M_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHARED_FUNCTION_H
#include "shared_function.h"
#endif

#if defined(__ARM_ARCH_6M__)

namespace edgecc {
namespace kernels {
namespace {

/// What turns the sums of a layer into outputs: requantize() of fixed_point.h
/// for layers without a shift for which the compiler proves
/// |sum| + multiplier < 2^31 - 2^18. Then no part of the product below leaves
/// 32 bits, and no multiplication of 64 bits is needed.
struct V6mFinish {
  const std::int32_t *bias, *multiplier;
  std::int32_t zero, lo, hi;

  inline std::int8_t apply(std::int32_t sum, std::int32_t m) const {
    const std::int32_t upper = sum >> 16, lower = sum & 0xFFFF;
    const std::int32_t upperM = m >> 16, lowerM = m & 0xFFFF;
    const std::uint32_t low =
        static_cast<std::uint32_t>(lower) * static_cast<std::uint32_t>(lowerM);
    // (sum m + 2^30) >> 16, but for the product of the upper halves.
    const std::int32_t middle = upper * lowerM + lower * upperM +
                                static_cast<std::int32_t>(low >> 16) + 0x4000;
    const std::int32_t q = 2 * upper * upperM + (middle >> 15) + zero;
    return static_cast<std::int8_t>(q < lo ? lo : q > hi ? hi : q);
  }
};

/// Taps are taken in fours.
constexpr int v6mDepth(int taps) { return (taps + 3) / 4 * 4; }

#define EDGECC_V6M_TAP(Offset)                                                 \
  "ldmia r0!, {r1, r2, r3, r6}\n\t"                                            \
  "ldrb r4, [r5, #" Offset "]\n\t"                                             \
  "muls r1, r4, r1\n\t"                                                        \
  "add r8, r8, r1\n\t"                                                         \
  "muls r2, r4, r2\n\t"                                                        \
  "add r9, r9, r2\n\t"                                                         \
  "muls r3, r4, r3\n\t"                                                        \
  "add r10, r10, r3\n\t"                                                       \
  "muls r6, r4, r6\n\t"                                                        \
  "add r11, r11, r6\n\t"
#define EDGECC_V6M_TAPS                                                        \
  EDGECC_V6M_TAP("0")                                                          \
  EDGECC_V6M_TAP("1") EDGECC_V6M_TAP("2") EDGECC_V6M_TAP("3")
#define EDGECC_V6M_MORE_TAPS                                                   \
  EDGECC_V6M_TAP("4")                                                          \
  EDGECC_V6M_TAP("5") EDGECC_V6M_TAP("6") EDGECC_V6M_TAP("7")
#define EDGECC_V6M_LOOP(Taps, Count)                                           \
  __asm__ volatile(                                                            \
      ".syntax unified\n1:\n\t" Taps "adds r5, r5, #" Count "\n\t"             \
      "cmp r5, r12\n\t"                                                        \
      "bne 1b"                                                                 \
      : "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3), "+r"(from), "+r"(next)         \
      : "r"(end)                                                               \
      : "r1", "r2", "r3", "r4", "r6", "cc", "memory")

/// Adds to the sums of four pixels the products of their taps, [Depth][4]
/// words, with `weights`; moves these behind them.
template <int Depth>
inline void addV6mTaps(std::int32_t (&sums)[4], const std::int32_t *taps,
                       const std::uint8_t *&weights) {
  register std::int32_t s0 __asm__("r8") = sums[0];
  register std::int32_t s1 __asm__("r9") = sums[1];
  register std::int32_t s2 __asm__("r10") = sums[2];
  register std::int32_t s3 __asm__("r11") = sums[3];
  register const std::int32_t *from __asm__("r0") = taps;
  register const std::uint8_t *next __asm__("r5") = weights;
  register const std::uint8_t *end __asm__("r12") = weights + Depth;
  if constexpr (Depth % 8 == 0)
    EDGECC_V6M_LOOP(EDGECC_V6M_TAPS EDGECC_V6M_MORE_TAPS, "8");
  else
    EDGECC_V6M_LOOP(EDGECC_V6M_TAPS, "4");
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
  weights = next;
}

#undef EDGECC_V6M_TAP
#undef EDGECC_V6M_TAPS
#undef EDGECC_V6M_MORE_TAPS
#undef EDGECC_V6M_LOOP

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_ARCH_6M__

#endif // EDGECC_KERNELS_ARMV6M_H
