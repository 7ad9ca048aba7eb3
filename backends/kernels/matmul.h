// Matrix product of two activations, float, int8 and int16.
//
//   a    [..., M, K]
//   b    [..., K, N]
//   out  [..., M, N]
//
// The leading (batch) dimensions broadcast as in numpy.
//
// f32: out = sum(a * b).
// s8: out = requantize(sum((a - a_zero) * (b - b_zero)), m, shift, out_zero,
//   -128, 127).
// s16: out = requantizeWide(sum(a * b), m, shift, 0, -32768, 32767), summed up
//   in 64 bits.
#ifndef EDGECC_KERNELS_MATMUL_H
#define EDGECC_KERNELS_MATMUL_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// `Lanes` (1 or 4) neighbouring elements of a row of (a - a_zero) * b.
template <int Lanes, int Depth, int Columns, class Acc, class T>
inline Accumulators<Acc> matmulColumns(const T *a, const T *b, Acc a_zero) {
  Accumulators<Acc> sum = {0, 0, 0, 0};
  for (int k = 0; k < Depth; ++k, b += Columns) {
    const Acc x = static_cast<Acc>(a[k]) - a_zero;
    sum.a0 += x * b[0];
    if constexpr (Lanes == 4) {
      sum.a1 += x * b[1];
      sum.a2 += x * b[2];
      sum.a3 += x * b[3];
    }
  }
  return sum;
}

/// The same of int16: each product fits 32 bits, which processors add to 64 in
/// one instruction or two.
template <int Lanes, int Depth, int Columns>
inline Accumulators<std::int64_t> matmulColumnsWide(const std::int16_t *a,
                                                    const std::int16_t *b) {
  Accumulators<std::int64_t> sum = {0, 0, 0, 0};
  for (int k = 0; k < Depth; ++k, b += Columns) {
    const std::int32_t x = a[k];
    sum.a0 += x * b[0];
    if constexpr (Lanes == 4) {
      sum.a1 += x * b[1];
      sum.a2 += x * b[2];
      sum.a3 += x * b[3];
    }
  }
  return sum;
}

/// Writes one row; `finish` makes an output of an accumulator.
template <int Depth, int Columns, class Acc, class T, class Finish>
inline void matmulRow(const T *a, const T *b, T *out, Acc a_zero,
                      const Finish &finish) {
  int n = 0;
  for (; n < Columns / 4 * 4; n += 4)
    store<4>(matmulColumns<4, Depth, Columns>(a, b + n, a_zero), out, n,
             finish);
  for (; n < Columns; ++n)
    store<1>(matmulColumns<1, Depth, Columns>(a, b + n, a_zero), out, n,
             finish);
}

/// Walks the batch dimensions from `Dim` on: calls matrix(a's matrix, b's
/// matrix, out's matrix).
template <class A, class B, class Out, int Dim, class T, class Matrix>
inline void matmulMatrices(const T *a, const T *b, T *out,
                           const Matrix &matrix) {
  if constexpr (Dim < Out::rank - 2) {
    constexpr int kStrideA = broadcastStride<A, Out, Dim>();
    constexpr int kStrideB = broadcastStride<B, Out, Dim>();
    for (int i = 0; i < Out::dim(Dim); ++i)
      matmulMatrices<A, B, Out, Dim + 1>(
          a + i * kStrideA, b + i * kStrideB,
          out + i * Out::product(Dim + 1, Out::rank), matrix);
  } else {
    matrix(a, b, out);
  }
}

/// The same row by row: calls row(a's row, b's matrix, out's row).
template <class A, class B, class Out, class T, class Row>
inline void matmulRows(const T *a, const T *b, T *out, const Row &row) {
  constexpr int kDepth = A::dim(A::rank - 1), kColumns = B::dim(B::rank - 1);
  matmulMatrices<A, B, Out, 0>(a, b, out, [&row](const T *x, const T *y, T *z) {
    for (int m = 0; m < A::dim(A::rank - 2); ++m)
      row(x + m * kDepth, y, z + m * kColumns);
  });
}

template <class A, class B, class Out> constexpr void checkMatmulShapes() {
  static_assert(A::rank >= 2 && B::rank >= 2 && Out::rank >= 2,
                "vectors are matrices with one row or column");
  static_assert(A::dim(A::rank - 1) == B::dim(B::rank - 2) &&
                    A::dim(A::rank - 2) == Out::dim(Out::rank - 2) &&
                    B::dim(B::rank - 1) == Out::dim(Out::rank - 1),
                "[M, K] x [K, N] = [M, N]");
}

template <class A, class B, class Out>
void matmul_f32(const float *a, const float *b, float *out) {
  checkMatmulShapes<A, B, Out>();
  constexpr int kDepth = A::dim(A::rank - 1), kColumns = B::dim(B::rank - 1);
  matmulRows<A, B, Out>(
      a, b, out, [](const float *x, const float *y, float *z) {
        matmulRow<kDepth, kColumns>(x, y, z, 0.0f,
                                    [](float acc, int) { return acc; });
      });
}

template <class A, class B, class Out>
void matmul_s8(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
               int a_zero, int b_zero, std::int32_t m, int shift,
               int out_zero) {
  checkMatmulShapes<A, B, Out>();
  constexpr int kDepth = A::dim(A::rank - 1), kColumns = B::dim(B::rank - 1);
  matmulRows<A, B, Out>(
      a, b, out,
      [=](const std::int8_t *x, const std::int8_t *y, std::int8_t *z) {
        // sum(x * (y - b_zero)) = sum(x * y) - b_zero * sum(x)
        std::int32_t sum = -kDepth * a_zero;
        for (int k = 0; k < kDepth; ++k)
          sum += x[k];
        const std::int32_t offset = b_zero * sum;
        matmulRow<kDepth, kColumns>(
            x, y, z, std::int32_t{a_zero}, [=](std::int32_t acc, int) {
              return static_cast<std::int8_t>(
                  requantize(acc - offset, m, shift, out_zero, -128, 127));
            });
      });
}

/// How sums of products of int16 become outputs, all by one factor.
struct FinishS16 {
  std::int32_t m;
  int shift;

  std::int16_t operator()(std::int64_t sum, int /*column*/) const {
    return static_cast<std::int16_t>(
        requantizeWide(sum, m, shift, 0, -32768, 32767));
  }
};

template <class A, class B, class Out>
void matmul_s16(const std::int16_t *a, const std::int16_t *b, std::int16_t *out,
                std::int32_t m, int shift) {
  checkMatmulShapes<A, B, Out>();
  constexpr int kDepth = A::dim(A::rank - 1), kColumns = B::dim(B::rank - 1);
  const FinishS16 finish = {m, shift};
  matmulRows<A, B, Out>(
      a, b, out,
      [=](const std::int16_t *x, const std::int16_t *y, std::int16_t *z) {
        int n = 0;
        for (; n < kColumns / 4 * 4; n += 4)
          store<4>(matmulColumnsWide<4, kDepth, kColumns>(x, y + n), z, n,
                   finish);
        for (; n < kColumns; ++n)
          store<1>(matmulColumnsWide<1, kDepth, kColumns>(x, y + n), z, n,
                   finish);
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_MATMUL_H
