// Two-dimensional convolution with windows of 3x3, stride 1, one group, by
// Winograd's minimal filtering in vectors: see simd_winograd.h.
//
//   in          [N, H, W, C], C not below the lanes of a vector of inputs
//   weights     transformed, as in simd_winograd.h; int8: as int16
//   bias        of whole vectors of channels; int8: with -in_zero *
//               sum(weights) in it
//   multiplier  as in conv2d_simd.h
//   out         [N, OH, OW, O]
//   scratch     WinogradPlan::kScratch bytes
//
// Size is 2 or 4: the outputs of a tile in each direction.
#ifndef EDGECC_KERNELS_CONV2D_WINOGRAD_SIMD_H
#define EDGECC_KERNELS_CONV2D_WINOGRAD_SIMD_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_WINOGRAD_H
#include "simd_winograd.h"
#endif
#ifndef EDGECC_KERNELS_WINOGRAD_TRANSFORMS_H
#include "winograd_transforms.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// As SimdF32Finish, with the bounds in registers.
template <class Isa> struct WinogradF32Finish {
  float *out;
  typename Isa::Vec lo, hi;

  EDGECC_SIMD_INLINE WinogradF32Finish(float *to, float low, float high)
      : out(to), lo(Isa::set(low)), hi(Isa::set(high)) {
    keep(lo);
    keep(hi);
  }
  EDGECC_SIMD_INLINE WinogradF32Finish(const WinogradF32Finish &other)
      : out(other.out), lo(other.lo), hi(other.hi) {
    keep(lo);
    keep(hi);
  }
  static EDGECC_SIMD_INLINE void keep(typename Isa::Vec &x) {
    if constexpr (Isa::kRenews)
      Isa::keep(x);
  }

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Isa::Vec (&sums)[M][N],
                                int /*channel*/, std::ptrdiff_t place) const {
    static_assert(N == 1, "one vector of channels");
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m) {
      const typename Isa::Vec x = Isa::clamp(sums[m][0], lo, hi);
      if constexpr (Valid < Isa::kLanes)
        Isa::storePart(out + place + m * Plan::kOut, x, Valid);
      else
        Isa::store(out + place + m * Plan::kOut, x);
    }
  }
};

template <class Isa, class In, class Out, class Win, int Size, int Pixels,
          int Blocks, int Band, int Chunk>
void conv2d_winograd_f32_simd(const float *in, const float *weights,
                              const float *bias, float *out,
                              std::int8_t *scratch, float lo, float hi) {
  winogradConvolution<WinogradPlan<WinogradF32<Isa, Size>, In, Out, Win, Pixels,
                                   Blocks, Band, Chunk>>(
      in, weights, bias, WinogradF32Finish<Isa>(out, lo, hi), scratch, 0.0f);
}

template <class Isa, class In, class Out, class Win, int Size, int Pixels,
          int Blocks, int Band, int Chunk, bool Small, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void conv2d_winograd_s8_simd(const std::int8_t *in, const std::int16_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *multiplier, std::int8_t *out,
                             std::int8_t *scratch) {
  winogradConvolution<WinogradPlan<WinogradS8<Isa, Size>, In, Out, Win, Pixels,
                                   Blocks, Band, Chunk>>(
      in, weights, bias,
      SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{multiplier,
                                                                  out},
      scratch, InZero);
}

/// With another tensor added, as conv2d_s8_add_simd.
template <class Isa, class In, class Out, class Win, int Size, int Pixels,
          int Blocks, int Band, int Chunk, bool Small, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void conv2d_winograd_s8_add_simd(
    const std::int8_t *in, const std::int16_t *weights,
    const std::int32_t *bias, const std::int32_t *multiplier,
    const std::int8_t *other, std::int8_t *out, std::int8_t *scratch, int mul,
    int otherZero, int otherMul, int shift, int sumZero, int lo, int hi) {
  winogradConvolution<WinogradPlan<WinogradS8<Isa, Size>, In, Out, Win, Pixels,
                                   Blocks, Band, Chunk>>(
      in, weights, bias,
      SimdS8SumFinish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{
          multiplier,
          out,
          {other, /*zero=*/0, mul, otherZero, otherMul, shift, sumZero, lo,
           hi}},
      scratch, InZero);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_CONV2D_WINOGRAD_SIMD_H
