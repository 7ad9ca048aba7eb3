// Two-dimensional convolution of int8 with Arm's Helium instructions, one
// group.
//
//   in          [N, H, W, C]
//   weights     for each four output channels, for each 16 taps of [KH, KW, C],
//               16 bytes of each of these channels; filled up with zeros
//   bias        [O] up to a multiple of 4, with -in_zero * sum(weights) in it
//   multiplier  [O] up to a multiple of 4
//   out         [N, OH, OW, O]
//   patches     scratch: MvePatch::kBuffer bytes, the taps of a few pixels
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
#ifndef EDGECC_KERNELS_RESIDUAL_H
#include "residual.h"
#endif

#if defined(__ARM_FEATURE_MVE)

namespace edgecc {
namespace kernels {
namespace {

/// All outputs of pairs of neighbouring pixels whose taps lie `step` apart.
/// With `Copies`, taps and outputs may share memory: taps are read before
/// outputs are written. Then `step` is positive and no more than the vectors of
/// a pixel.
template <int Vectors, int Shift>
EDGECC_SHARED void mvePairs(bool copies, const std::int8_t *taps, int step,
                            int pairs, const std::int8_t *weights, int outputs,
                            const MveFinish &finish, std::int8_t *out) {
  const int blocks = outputs / 4, rest = outputs % 4;
  std::int8_t copy[32 * Vectors];
  for (; pairs > 0; --pairs, taps += 2 * step, out += 2 * outputs) {
    const std::int8_t *first = taps;
    if (copies) {
      copyVectors<32 * Vectors>(copy, taps);
      first = copy;
    }
    const std::int8_t *next = first + step;
    const int nextOut = step == 0 ? 0 : outputs;
    if (blocks > 0)
      mveBlocks<Vectors, Shift>(first, next, weights, blocks, finish, out,
                                out + nextOut);
    if (rest > 0) {
      std::int8_t lastA[4], lastB[4];
      mveBlocks<Vectors, Shift>(first, next, weights + blocks * Vectors * 64, 1,
                                afterBlocks(finish, blocks), lastA, lastB);
      std::int8_t *to = out + 4 * blocks;
      for (int i = 0; i < rest; ++i, ++to) {
        to[0] = lastA[i];
        to[nextOut] = lastB[i];
      }
    }
  }
}

/// The windows of pixels as rows of bytes.
template <class In, class Out, class Win, int InZero> struct MvePatch {
  static constexpr int kDepth = In::dim(3), kRow = Win::kernelW * kDepth;
  static constexpr int kTaps = Win::kernelH * kRow;
  static constexpr int kBytes = wholeVectors(kTaps);
  /// Windows of one pixel that cover the image.
  static constexpr bool kWhole = kTaps == kDepth && Win::padTop == 0 &&
                                 Win::padLeft == 0 && Win::padBottom == 0 &&
                                 Win::padRight == 0 && Win::strideH == 1 &&
                                 Win::strideW == 1;
  /// Pixels that are gathered together; an even number. As getPatchPixels in
  /// backends/cortexm/HeliumKernels.cpp.
  static constexpr int kPixels = kBytes <= 32 ? 8 : kBytes <= 128 ? 4 : 2;
  /// Whole vectors that are stored may reach behind the last pixel.
  static constexpr int kBuffer = kWhole ? 3 * kBytes : kPixels * kBytes + 16;

  /// Output pixels whose windows lie inside the image, along one axis.
  struct Inside {
    int first, last;

    constexpr Inside(int size, int kernel, int dilation, int stride, int pad)
        : first((pad + stride - 1) / stride), last(-1) {
      const int room = size + pad - (kernel - 1) * dilation - 1;
      if (room >= 0)
        last = room / stride;
    }
    constexpr bool contains(int at) const { return at >= first && at <= last; }
  };
  static constexpr Inside rows = {In::dim(1), Win::kernelH, Win::dilationH,
                                  Win::strideH, Win::padTop};
  static constexpr Inside columns = {In::dim(2), Win::kernelW, Win::dilationW,
                                     Win::strideW, Win::padLeft};
  /// The last place where a row of a window may be read in whole vectors.
  static constexpr int kLastWhole = In::product(1, 4) - wholeVectors(kRow);

  /// Windows without dilation row by row, others tap by tap.
  static EDGECC_SHARED void gatherClipped(const WindowAt<In, Win> &at,
                                          const std::int8_t *image,
                                          std::int8_t *to) {
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

  /// The taps of output pixel (y, x); what lies behind them is anything.
  static inline void gather(int y, int x, const std::int8_t *image,
                            std::int8_t *to) {
    constexpr int kStep = Win::dilationH * In::dim(2) * kDepth;
    const int place = ((y * Win::strideH - Win::padTop) * In::dim(2) +
                       x * Win::strideW - Win::padLeft) *
                      kDepth;
    if (Win::dilationW == 1 && rows.contains(y) && columns.contains(x) &&
        place + (Win::kernelH - 1) * kStep <= kLastWhole)
      for (int ky = 0; ky < Win::kernelH; ++ky)
        copyVectors<wholeVectors(kRow)>(to + ky * kRow,
                                        image + place + ky * kStep);
    else
      gatherClipped(WindowAt<In, Win>(y, x), image, to);
  }
};

/// All outputs of `pixels` pixels in a buffer.
template <int Vectors, int Shift>
inline void mvePixels(const std::int8_t *taps, int step, int pixels,
                      const std::int8_t *weights, int outputs,
                      const MveFinish &finish, std::int8_t *out) {
  mvePairs<Vectors, Shift>(false, taps, step, pixels / 2, weights, outputs,
                           finish, out);
  if (pixels % 2 != 0)
    mvePairs<Vectors, Shift>(false, taps + (pixels - 1) * step, 0, 1, weights,
                             outputs, finish, out + (pixels - 1) * outputs);
}

/// What is added to the outputs of a few pixels, and room for these; or
/// nothing.
struct MveSum {
  const Residual *residual;
  std::int8_t *block;
};

/// An image, a few pixels at a time; from its end if `backwards`.
template <class In, class Out, class Win, int InZero, int Shift>
inline void conv2dWindows(const std::int8_t *in, const std::int8_t *weights,
                          const MveFinish &finish, const MveSum &sum,
                          std::int8_t *out, std::int8_t *patches,
                          bool backwards) {
  using Patch = MvePatch<In, Out, Win, InZero>;
  constexpr int kWidth = Out::dim(2), kAll = Out::dim(1) * kWidth;
  constexpr int kOut = Out::dim(3);
  constexpr int kGroups = (kAll + Patch::kPixels - 1) / Patch::kPixels;
  for (int i = 0; i < kGroups; ++i) {
    const int pixel = (backwards ? kGroups - 1 - i : i) * Patch::kPixels;
    const int rest = kAll - pixel;
    const int count = rest < Patch::kPixels ? rest : Patch::kPixels;
    int y = pixel / kWidth, x = pixel % kWidth;
    for (int k = 0; k < count; ++k) {
      Patch::gather(y, x, in, patches + k * Patch::kBytes);
      if (++x == kWidth) {
        x = 0;
        ++y;
      }
    }
    std::int8_t *to = sum.residual ? sum.block : out + pixel * kOut;
    mvePixels<Patch::kBytes / 16, Shift>(patches, Patch::kBytes, count, weights,
                                         kOut, finish, to);
    if (sum.residual)
      addResidual(*sum.residual, to, pixel * kOut, count * kOut, out);
  }
}

/// The same for windows of one pixel that cover the image. Vectors may read
/// behind a pixel, where weights are zeros, but not behind the image.
template <class In, class Out, class Win, int InZero, int Shift>
inline void conv2dPixels(const std::int8_t *in, const std::int8_t *weights,
                         const MveFinish &finish, const MveSum &sum,
                         std::int8_t *out, std::int8_t *patches) {
  using Patch = MvePatch<In, Out, Win, InZero>;
  constexpr int kDepth = In::dim(3), kVectors = Patch::kBytes / 16;
  constexpr int kInside = In::product(1, 4) - 2 * Patch::kBytes;
  constexpr int kPairs = kInside >= 0 ? kInside / (2 * kDepth) + 1 : 0;
  constexpr int kRest = Out::dim(1) * Out::dim(2) - 2 * kPairs;
  constexpr int kOut = Out::dim(3);
  // With something to add, pair by pair.
  const int step = sum.residual ? 1 : kPairs;
  for (int pair = 0; pair < kPairs; pair += step) {
    std::int8_t *to = sum.residual ? sum.block : out;
    mvePairs<kVectors, Shift>(true, in + 2 * pair * kDepth, kDepth, step,
                              weights, kOut, finish, to);
    if (sum.residual)
      addResidual(*sum.residual, to, 2 * pair * kOut, 2 * kOut, out);
  }
  if constexpr (kRest > 0) {
    copyVectors(patches, in + 2 * kPairs * kDepth, kRest * kDepth);
    for (int i = 0; i < kRest; i += 2) {
      const int pixel = 2 * kPairs + i, count = i + 1 < kRest ? 2 : 1;
      std::int8_t *to = sum.residual ? sum.block : out + pixel * kOut;
      mvePixels<kVectors, Shift>(patches + i * kDepth, kDepth, count, weights,
                                 kOut, finish, to);
      if (sum.residual)
        addResidual(*sum.residual, to, pixel * kOut, count * kOut, out);
    }
  }
}

template <class In, class Out, class Win, int InZero, int Shift>
inline void conv2dS8Mve(const std::int8_t *in, const std::int8_t *weights,
                        const MveFinish &finish, const MveSum &sum,
                        std::int8_t *out, std::int8_t *patches,
                        bool backwards = false) {
  for (int i = 0; i < Out::dim(0); ++i) {
    const int n = backwards ? Out::dim(0) - 1 - i : i;
    Residual next{};
    if (sum.residual) {
      next = *sum.residual;
      next.other += n * Out::product(1, 4);
    }
    const MveSum image = {sum.residual ? &next : nullptr, sum.block};
    if constexpr (MvePatch<In, Out, Win, InZero>::kWhole)
      conv2dPixels<In, Out, Win, InZero, Shift>(
          in + n * In::product(1, 4), weights, finish, image,
          out + n * Out::product(1, 4), patches);
    else
      conv2dWindows<In, Out, Win, InZero, Shift>(
          in + n * In::product(1, 4), weights, finish, image,
          out + n * Out::product(1, 4), patches, backwards);
  }
}

/// Windows of more than one pixel can be taken backwards, from the end of the
/// image.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                   const std::int32_t *bias, const std::int32_t *multiplier,
                   std::int8_t *out, std::int8_t *scratch, int backwards) {
  conv2dS8Mve<In, Out, Win, InZero, Shift>(
      in, weights, MveFinish{bias, multiplier, OutZero, Lo, Hi},
      MveSum{nullptr, nullptr}, out, scratch, backwards != 0);
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_mve_small(const std::int8_t *in, const std::int8_t *weights,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out,
                         int backwards) {
  std::int8_t patches[MvePatch<In, Out, Win, InZero>::kBuffer];
  conv2d_s8_mve<In, Out, Win, InZero, Shift, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, out, patches, backwards);
}

/// With another tensor added (residual.h), which `out` may overwrite. Of these
/// outputs, whose zero point is sumZero, mul, otherZero and so on are those of
/// add_s8 in elementwise.h.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_add_mve(const std::int8_t *in, const std::int8_t *weights,
                       const std::int32_t *bias, const std::int32_t *multiplier,
                       const std::int8_t *other, std::int8_t *out,
                       std::int8_t *scratch, int mul, int otherZero,
                       int otherMul, int shift, int sumZero, int lo, int hi) {
  const Residual residual = {other, OutZero, mul, otherZero, otherMul,
                             shift, sumZero, lo,  hi};
  constexpr int kPixels = MvePatch<In, Out, Win, InZero>::kPixels;
  std::int8_t block[kPixels * Out::dim(3)];
  conv2dS8Mve<In, Out, Win, InZero, Shift>(
      in, weights, MveFinish{bias, multiplier, OutZero, Lo, Hi},
      MveSum{&residual, block}, out, scratch);
}

/// The same for windows that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int Shift, int OutZero,
          int Lo, int Hi>
void conv2d_s8_add_mve_small(const std::int8_t *in, const std::int8_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *multiplier,
                             const std::int8_t *other, std::int8_t *out,
                             int mul, int otherZero, int otherMul, int shift,
                             int sumZero, int lo, int hi) {
  std::int8_t patches[MvePatch<In, Out, Win, InZero>::kBuffer];
  conv2d_s8_add_mve<In, Out, Win, InZero, Shift, OutZero, Lo, Hi>(
      in, weights, bias, multiplier, other, out, patches, mul, otherZero,
      otherMul, shift, sumZero, lo, hi);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_CONV2D_MVE_H
