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
// Two pixels times four channels. Windows of one pixel are read where they are,
// others are gathered once for all channels.
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

/// All outputs of pairs of neighbouring pixels whose taps lie `step` apart.
template <int Vectors, int Shift>
EDGECC_SHARED void mvePairs(const std::int8_t *taps, int step, int pairs,
                            const std::int8_t *weights, int outputs,
                            const MveFinish &finish, std::int8_t *out) {
  const int blocks = outputs / 4, rest = outputs % 4;
  for (; pairs > 0; --pairs, taps += 2 * step, out += 2 * outputs) {
    const std::int8_t *next = taps + step;
    if (blocks > 0)
      mveBlocks<Vectors, Shift>(taps, next, weights, blocks, finish, out,
                                out + outputs);
    if (rest > 0) {
      std::int8_t lastA[4], lastB[4];
      mveBlocks<Vectors, Shift>(taps, next, weights + blocks * Vectors * 64, 1,
                                afterBlocks(finish, blocks), lastA, lastB);
      std::int8_t *to = out + 4 * blocks;
      for (int i = 0; i < rest; ++i, ++to) {
        to[0] = lastA[i];
        to[outputs] = lastB[i];
      }
    }
  }
}

/// The windows of pixels as rows of bytes.
template <class In, class Win, int InZero> struct MvePatch {
  static constexpr int kDepth = In::dim(3), kRow = Win::kernelW * kDepth;
  static constexpr int kTaps = Win::kernelH * kRow;
  static constexpr int kBytes = wholeVectors(kTaps);
  static constexpr bool kPointwise = kTaps == kDepth && Win::padTop == 0 &&
                                     Win::padLeft == 0 && Win::padBottom == 0 &&
                                     Win::padRight == 0;
  /// Windows without dilation row by row, others tap by tap.
  static inline void gatherTaps(const WindowAt<In, Win> &at,
                                const std::int8_t *image, std::int8_t *to) {
    for (int ky = 0; ky < Win::kernelH; ++ky, to += kRow) {
      const Taps inside = at.colsInside(ky);
      if (inside.count() < Win::kernelW)
        fillVectors(to, InZero, kRow);
      if (inside.count() == 0)
        continue;
      const int first = inside.first;
      const std::int8_t *from = image + at.pixel(ky, first) * kDepth;
      std::int8_t *place = to + first * kDepth;
      if constexpr (Win::dilationW == 1)
        copyVectors(place, from, inside.count() * kDepth);
      else
        for (int kx = first; kx < inside.last;
             ++kx, place += kDepth, from += Win::dilationW * kDepth)
          copyVectors<kDepth>(place, from);
    }
  }

  /// The taps of an output pixel; what lies behind them keeps its value.
  static inline void gather(int y, int x, const std::int8_t *image,
                            std::int8_t *to) {
    const WindowAt<In, Win> at(y, x);
    if (Win::dilationW == 1 && !at.touchesPadding())
      for (int ky = 0; ky < Win::kernelH; ++ky)
        copyVectors<kRow>(to + ky * kRow, image + at.pixel(ky, 0) * kDepth);
    else
      gatherTaps(at, image, to);
  }
};

/// The output pixels from `first` on of an image, two by two.
template <class In, class Out, class Win, int InZero, int Shift>
inline void conv2dWindows(const std::int8_t *in, const std::int8_t *weights,
                          const MveFinish &finish, std::int8_t *out,
                          std::int8_t *patches, int first) {
  using Patch = MvePatch<In, Win, InZero>;
  constexpr int kOut = Out::dim(3), kWidth = Out::dim(2);
  constexpr int kPixels = Out::dim(1) * kWidth, kVectors = Patch::kBytes / 16;
  int y = first / kWidth, x = first % kWidth;
  for (int pixel = first; pixel < kPixels; pixel += 2) {
    const bool both = kPixels % 2 == 0 || pixel + 1 < kPixels;
    for (int i = 0; i < (both ? 2 : 1); ++i) {
      Patch::gather(y, x, in, patches + i * Patch::kBytes);
      if (++x == kWidth) {
        x = 0;
        ++y;
      }
    }
    if (both) {
      mvePairs<kVectors, Shift>(patches, Patch::kBytes, 1, weights, kOut,
                                finish, out + pixel * kOut);
    } else {
      // The second pixel is whatever was there before.
      std::int8_t last[2 * kOut];
      mvePairs<kVectors, Shift>(patches, Patch::kBytes, 1, weights, kOut,
                                finish, last);
      for (int i = 0; i < kOut; ++i)
        out[pixel * kOut + i] = last[i];
    }
  }
}

template <class In, class Out, class Win, int InZero, int Shift>
inline void conv2dS8Mve(const std::int8_t *in, const std::int8_t *weights,
                        const MveFinish &finish, std::int8_t *out,
                        std::int8_t *patches) {
  using Patch = MvePatch<In, Win, InZero>;
  constexpr int kPixels = Out::dim(1) * Out::dim(2), kDepth = In::dim(3);
  constexpr bool kWhole =
      Patch::kPointwise && Win::strideH == 1 && Win::strideW == 1;
  // Vectors may read behind a pixel, where weights are zeros, but not behind
  // the image.
  constexpr int kInside =
      kWhole ? (In::product(1, 4) - Patch::kBytes) / kDepth + 1 : 0;
  constexpr int kPairs = kInside > 0 ? kInside / 2 : 0;
  for (int n = 0; n < Out::dim(0);
       ++n, in += In::product(1, 4), out += Out::product(1, 4)) {
    if constexpr (kPairs != 0)
      mvePairs<Patch::kBytes / 16, Shift>(in, kDepth, kPairs, weights,
                                          Out::dim(3), finish, out);
    if constexpr (2 * kPairs < kPixels)
      conv2dWindows<In, Out, Win, InZero, Shift>(in, weights, finish, out,
                                                 patches, 2 * kPairs);
  }
}

template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                   const std::int32_t *bias, const std::int32_t *multiplier,
                   std::int8_t *out, std::int8_t *scratch) {
  conv2dS8Mve<In, Out, Win, InZero, Shift>(
      in, weights, MveFinish{bias, multiplier, OutZero, Lo, Hi}, out, scratch);
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_mve_small(const std::int8_t *in, const std::int8_t *weights,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out) {
  std::int8_t patches[2 * MvePatch<In, Win, InZero>::kBytes];
  conv2d_s8_mve<In, Out, Win, InZero, Shift, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, out, patches);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_CONV2D_MVE_H
