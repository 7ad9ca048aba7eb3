// Matrix product of two activations of int8 or int16 by Arm's DSP instructions;
// operands and results as matmul.h has them, but for multipliers of int8 that
// are doubled (arm_dsp.h).
//
// Int8: four columns of the right matrix at a time become the rows of weights
// that fully_connected_s8_pairs_dsp has, less b_zero, for all rows of the left
// one:
//
//   sum((a - a_zero) * (b - b_zero)) = sum(a * w) - a_zero * sum(w)
//
// Int16: the same with rows 2k and 2k + 1 as pairs; SMLALD sums up in 64 bits.
//
//   scratch   8 bytes for each of the K inputs in whole fours (int8) or twos
#ifndef EDGECC_KERNELS_MATMUL_DSP_H
#define EDGECC_KERNELS_MATMUL_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_FULLY_CONNECTED_DSP_H
#include "fully_connected_dsp.h"
#endif
#ifndef EDGECC_KERNELS_MATMUL_H
#include "matmul.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

/// Four columns of a matrix [Depth, Columns], of which the last may be fewer.
template <int Depth, int Columns> struct DspColumns {
  static constexpr int kWhole = Depth / 4 * 4, kRest = Depth - kWhole;
  static_assert(kWhole > 0, "inputs come in fours");

  std::int32_t *pairs; ///< as fully_connected_s8_pairs_dsp has them
  std::int32_t rest[kRest > 0 ? kRest : 1][4] = {};
  std::int32_t sums[4] = {};

  /// From column `b` on, `count` of them.
  inline DspColumns(const std::int8_t *b, int count, int zero, std::int32_t *to)
      : pairs(to) {
    if (count == 4)
      packFour(b, zero);
    else
      packFew(b, count, zero);
    for (int k = 0; k < kRest; ++k)
      for (int i = 0; i < count; ++i) {
        rest[k][i] = b[(kWhole + k) * Columns + i] - zero;
        sums[i] += rest[k][i];
      }
  }

private:
  inline void put(std::int32_t *to, int column, std::int32_t pair) {
    to[column] = pair;
    sums[column] = multiplyPairs(pair, 0x00010001, sums[column]);
  }
  /// Rows `a` and `b` of four columns, as the pairs of each column.
  inline void putRows(std::int32_t *to, std::int32_t a, std::int32_t b,
                      std::int32_t zeros) {
    const std::int32_t even = subtractPairs(evenBytes(a), zeros),
                       odd = subtractPairs(oddBytes(a), zeros),
                       evenBelow = subtractPairs(evenBytes(b), zeros),
                       oddBelow = subtractPairs(oddBytes(b), zeros);
    put(to, 0, lowPair(even, evenBelow));
    put(to, 1, lowPair(odd, oddBelow));
    put(to, 2, highPair(even, evenBelow));
    put(to, 3, highPair(odd, oddBelow));
  }
  inline void packFour(const std::int8_t *b, int zero) {
    const std::int32_t zeros = lowPair(zero, zero);
    for (int k = 0; k < kWhole; k += 4, b += 4 * Columns) {
      putRows(pairs + 2 * k, loadWord(b), loadWord(b + 2 * Columns), zeros);
      putRows(pairs + 2 * k + 4, loadWord(b + Columns),
              loadWord(b + 3 * Columns), zeros);
    }
  }
  inline void packFew(const std::int8_t *b, int count, int zero) {
    for (int k = 0; k < kWhole; k += 4)
      for (int half = 0; half < 2; ++half)
        for (int i = 0; i < 4; ++i) {
          const std::int8_t *from = b + (k + half) * Columns + i;
          const std::int32_t pair =
              i < count ? lowPair(from[0] - zero, from[2 * Columns] - zero) : 0;
          put(pairs + 2 * k + 4 * half, i, pair);
        }
  }
};

template <class A, class B, class Out>
void matmul_s8_dsp(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
                   std::int8_t *scratch, int a_zero, int b_zero,
                   std::int32_t doubled, int out_zero) {
  checkMatmulShapes<A, B, Out>();
  constexpr int kRows = A::dim(A::rank - 2), kDepth = A::dim(A::rank - 1);
  constexpr int kColumns = B::dim(B::rank - 1);
  using Packed = DspColumns<kDepth, kColumns>;
  auto *pairs = reinterpret_cast<std::int32_t *>(scratch);
  matmulMatrices<A, B, Out, 0>(
      a, b, out,
      [=](const std::int8_t *x, const std::int8_t *y, std::int8_t *z) {
        for (int n = 0; n < kColumns; n += 4) {
          const int count = kColumns - n < 4 ? kColumns - n : 4;
          const Packed columns(y + n, count, b_zero, pairs);
          for (int m = 0; m < kRows; ++m) {
            const std::int8_t *row = x + m * kDepth;
            std::int32_t sums[4];
            for (int i = 0; i < 4; ++i)
              sums[i] = -a_zero * columns.sums[i];
            const std::int32_t *next = pairs;
            addRows<Packed::kWhole, DspWeights::Pairs>(sums, row, next);
            for (int k = 0; k < Packed::kRest; ++k)
              for (int i = 0; i < 4; ++i)
                sums[i] += row[Packed::kWhole + k] * columns.rest[k][i];
            for (int i = 0; i < count; ++i)
              z[m * kColumns + n + i] =
                  finishDsp<true>(sums[i], doubled, out_zero, -128, 127);
          }
        }
      });
}

[[maybe_unused]] inline std::int64_t joinWords(std::int32_t low,
                                               std::int32_t high) {
  return static_cast<std::int64_t>(
      static_cast<std::uint64_t>(static_cast<std::uint32_t>(high)) << 32 |
      static_cast<std::uint32_t>(low));
}

/// The sums of products of `Depth` inputs, an even number, and pairs of four
/// columns. The end of the loop waits on the stack, as r7 may be the frame
/// pointer.
template <int Depth>
inline void addWideColumns(std::int64_t (&sums)[4], const std::int16_t *in,
                           const std::int32_t *pairs) {
  static_assert(Depth > 0 && Depth % 2 == 0, "inputs come in pairs");
// int16 at any address: LDRD would need a multiple of four.
#define EDGECC_DSP_LONG_PAIR                                                   \
  "ldr r11, [r6], #4\n\t"                                                      \
  "ldrd r12, lr, [r8], #8\n\t"                                                 \
  "smlald r0, r1, r11, r12\n\t"                                                \
  "smlald r2, r3, r11, lr\n\t"                                                 \
  "ldrd r12, lr, [r8], #8\n\t"                                                 \
  "smlald r4, r5, r11, r12\n\t"                                                \
  "smlald r9, r10, r11, lr\n\t"
#define EDGECC_DSP_LONG_LOOP(Body)                                             \
  __asm__ volatile("push {r12}\n"                                              \
                   "1:\n\t" Body "ldr r12, [sp]\n\t"                           \
                   "cmp r6, r12\n\t"                                           \
                   "bne 1b\n\t"                                                \
                   "pop {r12}"                                                 \
                   : "+r"(low0), "+r"(high0), "+r"(low1), "+r"(high1),         \
                     "+r"(low2), "+r"(high2), "+r"(low3), "+r"(high3),         \
                     "+r"(from), "+r"(rows), "+r"(end)                         \
                   :                                                           \
                   : "r11", "lr", "cc", "memory")
  register std::int32_t low0 __asm__("r0") = 0;
  register std::int32_t high0 __asm__("r1") = 0;
  register std::int32_t low1 __asm__("r2") = 0;
  register std::int32_t high1 __asm__("r3") = 0;
  register std::int32_t low2 __asm__("r4") = 0;
  register std::int32_t high2 __asm__("r5") = 0;
  register std::int32_t low3 __asm__("r9") = 0;
  register std::int32_t high3 __asm__("r10") = 0;
  register const std::int16_t *from __asm__("r6") = in;
  register const std::int32_t *rows __asm__("r8") = pairs;
  register const std::int16_t *end __asm__("r12") = in + Depth;
  if constexpr (Depth % 16 == 0)
    EDGECC_DSP_LONG_LOOP(
        EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR
            EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR
                EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR);
  else if constexpr (Depth % 8 == 0)
    EDGECC_DSP_LONG_LOOP(EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR
                             EDGECC_DSP_LONG_PAIR EDGECC_DSP_LONG_PAIR);
  else
    EDGECC_DSP_LONG_LOOP(EDGECC_DSP_LONG_PAIR);
#undef EDGECC_DSP_LONG_PAIR
#undef EDGECC_DSP_LONG_LOOP
  sums[0] = joinWords(low0, high0);
  sums[1] = joinWords(low1, high1);
  sums[2] = joinWords(low2, high2);
  sums[3] = joinWords(low3, high3);
}

/// `count` columns of a matrix [Depth, Columns] from `b` on as pairs, four in a
/// row, with zeros for those that are missing. An odd last row is left.
template <int Depth, int Columns>
inline void packWideColumns(const std::int16_t *b, int count,
                            std::int32_t *pairs) {
  for (int k = 0; k + 2 <= Depth; k += 2, b += 2 * Columns, pairs += 4)
    for (int i = 0; i < 4; ++i)
      pairs[i] = i < count ? lowPair(b[i], b[Columns + i]) : 0;
}

template <class A, class B, class Out>
void matmul_s16_dsp(const std::int16_t *a, const std::int16_t *b,
                    std::int16_t *out, std::int8_t *scratch, std::int32_t m,
                    int shift) {
  checkMatmulShapes<A, B, Out>();
  constexpr int kRows = A::dim(A::rank - 2), kDepth = A::dim(A::rank - 1);
  constexpr int kColumns = B::dim(B::rank - 1), kEven = kDepth / 2 * 2;
  const FinishS16 finish = {m, shift};
  auto *pairs = reinterpret_cast<std::int32_t *>(scratch);
  matmulMatrices<A, B, Out, 0>(
      a, b, out,
      [=](const std::int16_t *x, const std::int16_t *y, std::int16_t *z) {
        for (int n = 0; n < kColumns; n += 4) {
          const int count = kColumns - n < 4 ? kColumns - n : 4;
          packWideColumns<kDepth, kColumns>(y + n, count, pairs);
          for (int row = 0; row < kRows; ++row) {
            std::int64_t sums[4];
            addWideColumns<kEven>(sums, x + row * kDepth, pairs);
            for (int i = 0; i < count; ++i) {
              if constexpr (kEven != kDepth)
                sums[i] +=
                    x[row * kDepth + kEven] * y[kEven * kColumns + n + i];
              z[row * kColumns + n + i] = finish(sums[i], n + i);
            }
          }
        }
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_MATMUL_DSP_H
