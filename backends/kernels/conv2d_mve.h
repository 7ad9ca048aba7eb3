// Two-dimensional convolution of int8 with Arm's Helium instructions, one
// group.
//
//   in          [N, H, W, C]
//   weights     for each four output channels, for each 16 taps of [KH, KW, C],
//               16 bytes of each of these channels; filled up with zeros
//   bias        [O] up to a multiple of 4, with -in_zero * sum(weights) in it
//   multiplier  [O] up to a multiple of 4
//   out         [N, OH, OW, O]
//   patches     scratch: the taps of two pixels, each up to a multiple of 16
//
// Two pixels times four channels. Windows of one pixel whose channels fill
// vectors are read where they are, others are gathered once for all channels.
#ifndef EDGECC_KERNELS_CONV2D_MVE_H
#define EDGECC_KERNELS_CONV2D_MVE_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_MVE_VECTORS_H
#include "mve_vectors.h"
#endif

#if defined(__ARM_FEATURE_MVE)

namespace edgecc {
namespace kernels {
namespace {

/// The window of a pixel as one row of bytes.
template <class In, class Win, int InZero> struct MvePatch {
  static constexpr int kDepth = In::dim(3), kRow = Win::kernelW * kDepth;
  static constexpr int kTaps = Win::kernelH * kRow;
  static constexpr int kBytes = wholeVectors(kTaps);
  /// Needs no copy.
  static constexpr bool kDirect = kTaps == kDepth && kDepth % 16 == 0 &&
                                  Win::padTop == 0 && Win::padLeft == 0 &&
                                  Win::padBottom == 0 && Win::padRight == 0;

  static inline void gatherTaps(const WindowAt<In, Win> &at,
                                const std::int8_t *image, std::int8_t *to) {
    for (int ky = 0; ky < Win::kernelH; ++ky) {
      const Taps inside = at.colsInside(ky);
      for (int kx = 0; kx < Win::kernelW; ++kx, to += kDepth)
        if (inside.contains(kx))
          copyVectors<kDepth>(to, image + at.pixel(ky, kx) * kDepth);
        else
          fillVectors<kDepth>(to, InZero);
    }
  }

  /// What lies behind the taps keeps its value; its weights are zeros.
  static inline const std::int8_t *
  gather(int pixel, int width, const std::int8_t *image, std::int8_t *to) {
    const WindowAt<In, Win> at(pixel / width, pixel % width);
    if constexpr (kDirect)
      return image + at.pixel(0, 0) * kDepth;
    if (Win::dilationW == 1 && !at.touchesPadding())
      for (int ky = 0; ky < Win::kernelH; ++ky)
        copyVectors<kRow>(to + ky * kRow, image + at.pixel(ky, 0) * kDepth);
    else
      gatherTaps(at, image, to);
    return to;
  }
};

template <class In, class Out, class Win, int InZero, class Finish>
inline void conv2dS8Mve(const std::int8_t *in, const std::int8_t *weights,
                        const std::int32_t *bias,
                        const std::int32_t *multiplier, std::int8_t *out,
                        std::int8_t *patches) {
  using Patch = MvePatch<In, Win, InZero>;
  constexpr int kOut = Out::dim(3), kWidth = Out::dim(2);
  constexpr int kPixels = Out::dim(1) * kWidth;
  for (int n = 0; n < Out::dim(0);
       ++n, in += In::product(1, 4), out += Out::product(1, 4))
    for (int pixel = 0; pixel < kPixels; pixel += 2) {
      // The last pixel may be computed again.
      const int a = pixel + 1 < kPixels || kPixels == 1 ? pixel : kPixels - 2;
      const int b = kPixels == 1 ? a : a + 1;
      const std::int8_t *tapsOfA = Patch::gather(a, kWidth, in, patches);
      const std::int8_t *tapsOfB =
          Patch::gather(b, kWidth, in, patches + Patch::kBytes);
      const std::int8_t *rows = weights;
      for (int o = 0; o < kOut; o += 4, rows += 4 * Patch::kBytes) {
        int32x4_t sumsOfA, sumsOfB;
        addProducts<Patch::kBytes / 16>(tapsOfA, tapsOfB, rows, bias + o,
                                        sumsOfA, sumsOfB);
        const int32x4_t m = vldrwq_s32(multiplier + o);
        const int count = kOut % 4 == 0 ? 4 : kOut - o;
        storeOutputs(out + a * kOut + o, Finish::apply(sumsOfA, m), count);
        storeOutputs(out + b * kOut + o, Finish::apply(sumsOfB, m), count);
      }
    }
}

template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                   const std::int32_t *bias, const std::int32_t *multiplier,
                   std::int8_t *out, std::int8_t *scratch) {
  conv2dS8Mve<In, Out, Win, InZero, FinishMve<Shift, OutZero, Lo, Hi>>(
      in, weights, bias, multiplier, out, scratch);
}

/// The same for windows that are small enough for the stack, or need no copy.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_mve_small(const std::int8_t *in, const std::int8_t *weights,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out) {
  using Patch = MvePatch<In, Win, InZero>;
  std::int8_t patches[Patch::kDirect ? 1 : 2 * Patch::kBytes];
  conv2dS8Mve<In, Out, Win, InZero, FinishMve<Shift, OutZero, Lo, Hi>>(
      in, weights, bias, multiplier, out, patches);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_CONV2D_MVE_H
