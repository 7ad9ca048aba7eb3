// The kernels of conv2d_simd.h in Parts parts, for threads. What is split up
// are the groups of channels of all bands; bits are the same for any number of
// parts.
//
//   in, weights, bias, multiplier, out  as there; out does not lie over in
//   scratch     Scratch bytes for each part
#ifndef EDGECC_KERNELS_CONV2D_PARTS_H
#define EDGECC_KERNELS_CONV2D_PARTS_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif
#ifndef EDGECC_KERNELS_PARALLEL_H
#include "parallel.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// The groups [first, last) of channels of a band.
template <class Plan, class Finish>
inline void sweepGroups(const TileSweep<Plan, Finish> &sweep,
                        const typename Plan::Cell *cells, int pixel, int count,
                        int first, int last) {
  using Isa = typename Plan::Isa;
  constexpr int kGroup = Plan::kBlocks * Isa::kLanes;
  constexpr int kRest = Plan::kOut % kGroup;
  int channel = first * kGroup;
  if constexpr (kGroup <= Plan::kOut)
    for (; first < last && channel + kGroup <= Plan::kOut; ++first) {
      sweep.template channels<Plan::kBlocks, kGroup>(cells, channel, pixel,
                                                     count);
      channel += kGroup;
    }
  if constexpr (kRest > 0)
    if (first < last)
      sweep.template channels<(kRest + Isa::kLanes - 1) / Isa::kLanes, kRest>(
          cells, channel, pixel, count);
}

template <class Plan, class Finish>
inline void
tiledConvolutionPart(int part, int parts, const typename Plan::Isa::Source *in,
                     const typename Plan::Isa::Weight *weights,
                     const typename Plan::Isa::Sum *bias, const Finish &finish,
                     void *scratch, typename Plan::Cell pad) {
  using Isa = typename Plan::Isa;
  using Out = typename Plan::Out;
  constexpr int kGroup = Plan::kBlocks * Isa::kLanes;
  constexpr int kGroups = (Plan::kOut + kGroup - 1) / kGroup;
  // Of windows side by side all images are one row of pixels.
  constexpr int kImages = Plan::kFlat ? 1 : Out::dim(0);
  constexpr int kLength = Plan::kFlat ? Plan::kAllPixels : Out::dim(1);
  constexpr int kBands = (kLength + Plan::kBand - 1) / Plan::kBand;
  const TileSweep<Plan, Finish> sweep = {weights, bias, finish};
  [[maybe_unused]] typename Plan::Cell *cells =
      static_cast<typename Plan::Cell *>(scratch);
  int item = beginOfPart(kImages * kBands * kGroups, part, parts);
  const int end = beginOfPart(kImages * kBands * kGroups, part + 1, parts);
  while (item < end) {
    const int band = item / kGroups, first = item % kGroups;
    const int last =
        end - item < kGroups - first ? first + end - item : kGroups;
    const int image = band / kBands, at = band % kBands * Plan::kBand;
    const int count = kLength - at < Plan::kBand ? kLength - at : Plan::kBand;
    item += last - first;
    if constexpr (!Plan::kFlat) {
      fillBand<Plan>(cells, in + image * Plan::In::product(1, 4),
                     at * Plan::Win::strideH - Plan::Win::padTop,
                     Plan::rowsFor(count), pad);
      sweepGroups(sweep, cells, (image * Out::dim(1) + at) * Out::dim(2), count,
                  first, last);
    } else if constexpr (Plan::kGathers) {
      gatherWindows<Plan>(cells, in, at, count, pad);
      sweepGroups<Plan, Finish>(sweep, cells, at, count, first, last);
    } else if constexpr (Plan::kCopies) {
      toCells<Isa>(cells, in + at * Plan::kDepth, count * Plan::kDepth);
      sweepGroups<Plan, Finish>(sweep, cells, at, count, first, last);
    } else {
      sweepGroups<Plan, Finish>(sweep, in + at * Plan::kDepth, at, count, first,
                                last);
    }
  }
}

template <int Parts, int Scratch, class Isa, class In, class Out, class Win,
          int Pixels, int Blocks, int Band, bool Small, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void conv2d_s8_part(int part, const std::int8_t *in,
                    const typename Isa::Weight *weights,
                    const std::int32_t *bias, const std::int32_t *multiplier,
                    std::int8_t *out, std::int8_t *scratch) {
  tiledConvolutionPart<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      part, Parts, in, weights, bias,
      SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{multiplier,
                                                                  out},
      scratch + part * Scratch, Isa::toCell(InZero));
}

template <int Parts, int Scratch, class Isa, class In, class Out, class Win,
          int Pixels, int Blocks, int Band, bool Small, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void conv2d_s8_add_part(int part, const std::int8_t *in,
                        const typename Isa::Weight *weights,
                        const std::int32_t *bias,
                        const std::int32_t *multiplier,
                        const std::int8_t *other, std::int8_t *out,
                        std::int8_t *scratch, int mul, int otherZero,
                        int otherMul, int shift, int sumZero, int lo, int hi) {
  tiledConvolutionPart<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      part, Parts, in, weights, bias,
      SimdS8SumFinish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{
          multiplier,
          out,
          {other, /*zero=*/0, mul, otherZero, otherMul, shift, sumZero, lo,
           hi}},
      scratch + part * Scratch, Isa::toCell(InZero));
}

template <int Parts, int Scratch, class Isa, class In, class Out, class Win,
          int Pixels, int Blocks, int Band, bool Small, int InZero, int Shift,
          int OutZero, int Lo, int Hi, int SumLo, int SumHi>
void conv2d_s8_add_floats_part(int part, const std::int8_t *in,
                               const typename Isa::Weight *weights,
                               const std::int32_t *bias,
                               const std::int32_t *multiplier,
                               const std::int8_t *other, std::int8_t *out,
                               std::int8_t *scratch, float factor,
                               float otherFactor, float start) {
  using Scale = SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>;
  tiledConvolutionPart<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      part, Parts, in, weights, bias,
      SimdS8FloatSumFinish<Scale, SumLo, SumHi>{
          multiplier, out, {other, factor, otherFactor, start}},
      scratch + part * Scratch, Isa::toCell(InZero));
}

template <int Parts, int Scratch, class Isa, class In, class Out, class Win,
          int Pixels, int Blocks, int Band>
void conv2d_f32_part(int part, const float *in, const float *weights,
                     const float *bias, float *out, std::int8_t *scratch,
                     float lo, float hi) {
  tiledConvolutionPart<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      part, Parts, in, weights, bias, SimdF32Finish{out, lo, hi},
      scratch + part * Scratch, 0.0f);
}

template <int Parts, class Isa, class In, class Out, class Win, int Pixels,
          int Blocks, int Band>
void pointwise_f32_part(int part, const float *in, const float *weights,
                        const float *bias, float *out, float lo, float hi) {
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  static_assert(Plan::kWhole, "others need a buffer");
  tiledConvolutionPart<Plan>(part, Parts, in, weights, bias,
                             SimdF32Finish{out, lo, hi}, nullptr, 0.0f);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_CONV2D_PARTS_H
