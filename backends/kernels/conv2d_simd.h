// Two-dimensional convolution with vectors, one group, and fully
// connected layers, which are windows of one pixel.
//
//   in          [N, H, W, C]
//   weights     as in simd_tiles.h
//   bias        as there; int8: with -in_zero * sum(weights) in it, and what
//               the arithmetic needs (*_vectors.h)
//   multiplier  of whole vectors of channels; times four if Small; the bits of
//               floats if the arithmetic scales by these (kScalesFloats)
//   out         [N, OH, OW, O]
//   scratch     cells of a band: rowsFor(Band) rows, or Band pixels (windows,
//   if
//               these are gathered), and what a load may read behind them
#ifndef EDGECC_KERNELS_CONV2D_SIMD_H
#define EDGECC_KERNELS_CONV2D_SIMD_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band, bool Small, int InZero, int Shift, int OutZero, int Lo,
          int Hi>
void conv2d_s8_simd(const std::int8_t *in, const typename Isa::Weight *weights,
                    const std::int32_t *bias, const std::int32_t *multiplier,
                    std::int8_t *out, std::int8_t *scratch) {
  tiledConvolution<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      in, weights, bias,
      SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{multiplier,
                                                                  out},
      scratch, Isa::toCell(InZero));
}

/// With another tensor added (residual.h), which `out` may overwrite. Of these
/// outputs, whose zero point is sumZero, mul, otherZero and so on are those of
/// add_s8 in elementwise.h.
template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band, bool Small, int InZero, int Shift, int OutZero, int Lo,
          int Hi>
void conv2d_s8_add_simd(const std::int8_t *in,
                        const typename Isa::Weight *weights,
                        const std::int32_t *bias,
                        const std::int32_t *multiplier,
                        const std::int8_t *other, std::int8_t *out,
                        std::int8_t *scratch, int mul, int otherZero,
                        int otherMul, int shift, int sumZero, int lo, int hi) {
  tiledConvolution<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      in, weights, bias,
      SimdS8SumFinish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{
          multiplier,
          out,
          {other, /*zero=*/0, mul, otherZero, otherMul, shift, sumZero, lo,
           hi}},
      scratch, Isa::toCell(InZero));
}

/// The same where the sum is computed in floats, and limited to [SumLo, SumHi].
template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band, bool Small, int InZero, int Shift, int OutZero, int Lo,
          int Hi, int SumLo, int SumHi>
void conv2d_s8_add_floats_simd(const std::int8_t *in,
                               const typename Isa::Weight *weights,
                               const std::int32_t *bias,
                               const std::int32_t *multiplier,
                               const std::int8_t *other, std::int8_t *out,
                               std::int8_t *scratch, float factor,
                               float otherFactor, float start) {
  using Scale = SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>;
  tiledConvolution<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      in, weights, bias,
      SimdS8FloatSumFinish<Scale, SumLo, SumHi>{
          multiplier, out, {other, factor, otherFactor, start}},
      scratch, Isa::toCell(InZero));
}

template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band>
void conv2d_f32_simd(const float *in, const float *weights, const float *bias,
                     float *out, std::int8_t *scratch, float lo, float hi) {
  tiledConvolution<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>(
      in, weights, bias, SimdF32Finish{out, lo, hi}, scratch, 0.0f);
}

/// Of an image [N, C, H, W], each row of which becomes [W, C] when it is
/// copied.
template <class Tiles> struct PlanarInput : Tiles {
  static_assert(!Tiles::kFlat, "rows that are copied");
  static constexpr bool kPlanar = true;
};

template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band>
void conv2d_planar_f32_simd(const float *in, const float *weights,
                            const float *bias, float *out, std::int8_t *scratch,
                            float lo, float hi) {
  tiledConvolution<
      PlanarInput<TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>>>(
      in, weights, bias, SimdF32Finish{out, lo, hi}, scratch, 0.0f);
}

/// Windows of one pixel that cover the image, which is read where it is.
template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band>
void pointwise_f32_simd(const float *in, const float *weights,
                        const float *bias, float *out, float lo, float hi) {
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  static_assert(Plan::kWhole, "others need a buffer");
  tiledConvolution<Plan>(in, weights, bias, SimdF32Finish{out, lo, hi}, nullptr,
                         0.0f);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_CONV2D_SIMD_H
