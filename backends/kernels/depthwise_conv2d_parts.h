// The kernels of depthwise_conv2d_simd.h in Parts parts, for threads. What is
// split up are bands of rows.
//
//   in, weights, bias, multiplier, out  as there; out does not lie over in
//   scratch     Scratch bytes for each part
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_PARTS_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_PARTS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_SIMD_H
#include "depthwise_conv2d_simd.h"
#endif
#ifndef EDGECC_KERNELS_PARALLEL_H
#include "parallel.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// `count` rows of outputs, of which the first begins at `place`, of a band of
/// cells.
template <class Plan, class Finish>
inline void depthwiseBand(const typename Plan::Cell *cells,
                          typename Plan::Cell *mixed,
                          const typename Plan::Isa::Weight *weights,
                          const typename Plan::Isa::Sum *bias,
                          const Finish &finish, int place, int count) {
  constexpr int kDown = Plan::Win::strideH * Plan::kRow;
  constexpr int kTogether = Plan::kTogether, kHeight = Plan::Win::kernelH;
  const DepthRows<Plan, Finish, 1> one = {weights, bias, finish};
  int y = 0;
  if constexpr (kTogether > 1) {
    const DepthRows<Plan, Finish, kTogether> several = {weights, bias, finish};
    for (; y + kTogether <= count; y += kTogether) {
      mixRows<Plan, kHeight + kTogether - 1>(cells + y * kDown, mixed);
      several.all(mixed, place + y * Plan::kOutRow);
    }
  }
  for (; y < count; ++y) {
    const typename Plan::Cell *row = cells + y * kDown;
    if constexpr (Plan::kInterleaves) {
      mixRows<Plan, kHeight>(row, mixed);
      row = mixed;
    }
    one.all(row, place + y * Plan::kOutRow);
  }
}

template <class Plan, class Finish>
inline void
vectorDepthwisePart(int part, int parts, const typename Plan::Isa::Source *in,
                    const typename Plan::Isa::Weight *weights,
                    const typename Plan::Isa::Sum *bias, const Finish &finish,
                    void *scratch, typename Plan::Cell pad) {
  using Out = typename Plan::Out;
  constexpr int kHeight = Out::dim(1);
  constexpr int kBands = (kHeight + Plan::kBand - 1) / Plan::kBand;
  typename Plan::Cell *cells = static_cast<typename Plan::Cell *>(scratch);
  const int end = beginOfPart(Out::dim(0) * kBands, part + 1, parts);
  for (int band = beginOfPart(Out::dim(0) * kBands, part, parts); band < end;
       ++band) {
    const int image = band / kBands, first = band % kBands * Plan::kBand;
    const int rest = kHeight - first;
    const int count = rest < Plan::kBand ? rest : Plan::kBand;
    fillBand<Plan>(cells, in + image * Plan::In::product(1, 4),
                   first * Plan::Win::strideH - Plan::Win::padTop,
                   Plan::rowsFor(count), pad);
    depthwiseBand<Plan>(cells, cells + Plan::kCells, weights, bias, finish,
                        (image * kHeight + first) * Plan::kOutRow, count);
  }
}

template <int Parts, int Scratch, class Isa, class In, class Out, class Win,
          int Band, bool Small, int InZero, int Shift, int OutZero, int Lo,
          int Hi>
void depthwise_conv2d_s8_part(int part, const std::int8_t *in,
                              const typename Isa::Weight *weights,
                              const std::int32_t *bias,
                              const std::int32_t *multiplier, std::int8_t *out,
                              std::int8_t *scratch) {
  vectorDepthwisePart<DepthPlan<Isa, In, Out, Win, Band>>(
      part, Parts, in, weights, bias,
      SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{multiplier,
                                                                  out},
      scratch + part * Scratch, Isa::toCell(InZero));
}

template <int Parts, int Scratch, class Isa, class In, class Out, class Win,
          int Band>
void depthwise_conv2d_f32_part(int part, const float *in, const float *weights,
                               const float *bias, float *out,
                               std::int8_t *scratch, float lo, float hi) {
  vectorDepthwisePart<DepthPlan<Isa, In, Out, Win, Band>>(
      part, Parts, in, weights, bias, SimdF32Finish{out, lo, hi},
      scratch + part * Scratch, 0.0f);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_PARTS_H
