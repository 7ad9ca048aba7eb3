// Matrix product of two activations, float.
//
//   a    [..., M, K]
//   b    [..., K, N]
//   out  [..., M, N]
//
// The leading (batch) dimensions broadcast as in numpy.
#ifndef EDGECC_KERNELS_MATMUL_H
#define EDGECC_KERNELS_MATMUL_H

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// `Lanes` neighbouring elements of one output row.
template <int Lanes, int Depth, int Columns>
inline void matmulColumns(const float *a, const float *b, float *out) {
  Accumulators<float> sum = {0.0f, 0.0f, 0.0f, 0.0f};
  for (int k = 0; k < Depth; ++k, b += Columns) {
    const float x = a[k];
    sum.a0 += x * b[0];
    if constexpr (Lanes == 4) {
      sum.a1 += x * b[1];
      sum.a2 += x * b[2];
      sum.a3 += x * b[3];
    }
  }
  out[0] = sum.a0;
  if constexpr (Lanes == 4) {
    out[1] = sum.a1;
    out[2] = sum.a2;
    out[3] = sum.a3;
  }
}

/// Walks the batch dimensions from `Dim` on, then multiplies.
template <class A, class B, class Out, int Dim>
inline void matmulBatch(const float *a, const float *b, float *out) {
  constexpr int kBatchRank = Out::rank - 2;
  if constexpr (Dim < kBatchRank) {
    constexpr int kStrideA = broadcastStride<A, Out, Dim>();
    constexpr int kStrideB = broadcastStride<B, Out, Dim>();
    for (int i = 0; i < Out::dim(Dim); ++i)
      matmulBatch<A, B, Out, Dim + 1>(a + i * kStrideA, b + i * kStrideB,
                                      out +
                                          i * Out::product(Dim + 1, Out::rank));
  } else {
    constexpr int kDepth = A::dim(A::rank - 1), kColumns = B::dim(B::rank - 1);
    for (int m = 0; m < A::dim(A::rank - 2); ++m, a += kDepth) {
      int n = 0;
      for (; n < kColumns / 4 * 4; n += 4)
        matmulColumns<4, kDepth, kColumns>(a, b + n, out + n);
      for (; n < kColumns; ++n)
        matmulColumns<1, kDepth, kColumns>(a, b + n, out + n);
      out += kColumns;
    }
  }
}

template <class A, class B, class Out>
void matmul_f32(const float *a, const float *b, float *out) {
  static_assert(A::rank >= 2 && B::rank >= 2 && Out::rank >= 2,
                "vectors are matrices with one row or column");
  static_assert(A::dim(A::rank - 1) == B::dim(B::rank - 2) &&
                    A::dim(A::rank - 2) == Out::dim(Out::rank - 2) &&
                    B::dim(B::rank - 1) == Out::dim(Out::rank - 1),
                "[M, K] x [K, N] = [M, N]");
  matmulBatch<A, B, Out, 0>(a, b, out);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_MATMUL_H
