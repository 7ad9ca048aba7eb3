// Two-dimensional convolution of int8 for Armv6-M, one group.
//
//   in          [N, H, W, C]
//   weights     [O][KH, KW, C] plus 128, each row filled up to a multiple of 4
//   bias        [O], with -in_zero * sum(weights) in it
//   multiplier  [O]
//   out         [N, OH, OW, O]
//   scratch     the taps of four pixels side by side as words
#ifndef EDGECC_KERNELS_CONV2D_V6M_H
#define EDGECC_KERNELS_CONV2D_V6M_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_ARMV6M_H
#include "armv6m.h"
#endif

#if defined(__ARM_ARCH_6M__)

namespace edgecc {
namespace kernels {
namespace {

/// Every output of four pixels, which begin at `out`. `inputs` are the sums of
/// their taps.
template <int Depth>
EDGECC_SHARED void
v6mOutputs(const std::int32_t *taps, const std::int32_t *inputs,
           const std::int8_t *weights, int outputs, const V6mFinish &finish,
           std::int8_t *const *out) {
  auto *next = reinterpret_cast<const std::uint8_t *>(weights);
  for (int o = 0; o < outputs; ++o) {
    const std::int32_t bias = finish.bias[o];
    std::int32_t sums[4] = {bias - 128 * inputs[0], bias - 128 * inputs[1],
                            bias - 128 * inputs[2], bias - 128 * inputs[3]};
    addV6mTaps<Depth>(sums, taps, next);
    const std::int32_t m = finish.multiplier[o];
    for (int i = 0; i < 4; ++i)
      out[i][o] = finish.apply(sums[i], m);
  }
}

/// Copies the window of an output pixel to every fourth word; returns their
/// sum.
template <class In, class Win, int InZero>
EDGECC_SHARED std::int32_t gatherV6m(int y, int x, const std::int8_t *image,
                                     std::int32_t *to) {
  constexpr int kDepth = In::dim(3);
  const WindowAt<In, Win> at(y, x);
  std::int32_t sum = 0;
  for (int ky = 0; ky < Win::kernelH; ++ky) {
    const Taps inside = at.colsInside(ky);
    for (int kx = 0; kx < Win::kernelW; ++kx)
      if (inside.contains(kx)) {
        const std::int8_t *from = image + at.pixel(ky, kx) * kDepth;
        for (const std::int8_t *end = from + kDepth; from != end; to += 4) {
          const std::int32_t value = *from++;
          *to = value;
          sum += value;
        }
      } else {
        for (int c = 0; c < kDepth; ++c, to += 4)
          *to = InZero;
        sum += kDepth * InZero;
      }
  }
  return sum;
}

/// Goes through the images from their end if `backwards`.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_v6m(const std::int8_t *in, const std::int8_t *weights,
                   const std::int32_t *bias, const std::int32_t *multiplier,
                   std::int8_t *out, std::int8_t *scratch, int backwards) {
  constexpr int kTaps = Win::kernelH * Win::kernelW * In::dim(3);
  constexpr int kDepth = v6mDepth(kTaps), kOut = Out::dim(3);
  constexpr int kWidth = Out::dim(2), kPixels = Out::dim(1) * kWidth;
  const V6mFinish finish = {bias, multiplier, OutZero, Lo, Hi};
  auto *taps = reinterpret_cast<std::int32_t *>(scratch);
  for (int i = 4 * kTaps; i < 4 * kDepth; ++i)
    taps[i] = 0;
  constexpr int kBlocks = (kPixels + 3) / 4, kAll = Out::dim(0) * kBlocks;
  int y = 0, x = 0;
  for (int k = 0; k < kAll; ++k) {
    const int block = backwards ? kAll - 1 - k : k;
    const int n = Out::dim(0) == 1 ? 0 : block / kBlocks;
    const int pixel = (block - n * kBlocks) * 4;
    // Divisions are expensive here.
    if (backwards) {
      y = pixel / kWidth;
      x = pixel - y * kWidth;
    } else if (pixel == 0) {
      y = x = 0;
    }
    std::int32_t inputs[4];
    std::int8_t *to[4];
    for (int i = 0; i < 4; ++i) {
      const int at = pixel + i;
      // Behind the last pixel, it is computed again.
      const bool more = kPixels % 4 == 0 || at < kPixels;
      to[i] = out + (n * kPixels + (more ? at : kPixels - 1)) * kOut;
      inputs[i] = gatherV6m<In, Win, InZero>(
          more ? y : Out::dim(1) - 1, more ? x : kWidth - 1,
          in + n * In::product(1, 4), taps + i);
      if (++x == kWidth) {
        x = 0;
        ++y;
      }
    }
    v6mOutputs<kDepth>(taps, inputs, weights, kOut, finish, to);
  }
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void conv2d_s8_v6m_small(const std::int8_t *in, const std::int8_t *weights,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out,
                         int backwards) {
  constexpr int kTaps = Win::kernelH * Win::kernelW * In::dim(3);
  alignas(4) std::int8_t taps[v6mDepth(kTaps) * 16];
  conv2d_s8_v6m<In, Out, Win, InZero, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, out, taps, backwards);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_ARCH_6M__

#endif // EDGECC_KERNELS_CONV2D_V6M_H
