// The kernel of depthwise_direct_simd.h in Parts parts, for threads. What is
// split up are rows of tiles.
//
//   in, weights, bias, out  as there; out does not lie over in
#ifndef EDGECC_KERNELS_DEPTHWISE_DIRECT_PARTS_H
#define EDGECC_KERNELS_DEPTHWISE_DIRECT_PARTS_H

#ifndef EDGECC_KERNELS_DEPTHWISE_DIRECT_SIMD_H
#include "depthwise_direct_simd.h"
#endif
#ifndef EDGECC_KERNELS_PARALLEL_H
#include "parallel.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <int Parts, class Isa, class In, class Out, class Win, int Rows,
          int Columns>
void depthwise_direct_f32_part(int part, const float *in, const float *weights,
                               const float *bias, float *out, float lo,
                               float hi) {
  constexpr int kAll = Out::dim(0) * ((Out::dim(1) + Rows - 1) / Rows);
  directDepthwise<Isa, In, Out, Win, Rows, Columns>(
      in, weights, bias, out, lo, hi, beginOfPart(kAll, part, Parts),
      beginOfPart(kAll, part + 1, Parts));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_DIRECT_PARTS_H
