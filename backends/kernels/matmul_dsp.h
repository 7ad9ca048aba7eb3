// Matrix product of two activations of int8 by Arm's DSP instructions; operands
// and results as matmul_s8 of matmul.h has them, but for multipliers that are
// doubled (arm_dsp.h).
//
// Four columns of the right matrix at a time become the rows of weights that
// fully_connected_s8_pairs_dsp has, less b_zero, for all rows of the left one:
//
//   sum((a - a_zero) * (b - b_zero)) = sum(a * w) - a_zero * sum(w)
//
//   scratch   8 bytes for each whole four of the K inputs
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

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_MATMUL_DSP_H
