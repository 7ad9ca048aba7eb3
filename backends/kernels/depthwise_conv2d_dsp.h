// Depthwise int8 convolution, 3x3, with Arm's DSP instructions: stride 1 or 2,
// no dilation, one output per input channel.
//
//   in       [N, H, W, C]
//   weights  words, packed: for each channel and kernel row the bytes w0, w1,
//            w1, w2, which unpack to the pairs (w0, w1) and (w1, w2)
//   bias     [C], with -in_zero * sum(weights) in it
//   doubled  [C], multipliers times two (arm_dsp.h says when)
//   out      [N, OH, OW, C]
//   scratch  one channel of the padded image as int16: (padded H) x kStride
//
// Channel by channel: its image is copied into scratch, where neighbours in a
// row are pairs for SMLAD, and nine weights stay in six registers. As a channel
// is read before any of it is written, the output may overwrite the input.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_DSP_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_DSP_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_ARM_DSP_H
#include "arm_dsp.h"
#endif

#if defined(__ARM_FEATURE_DSP)

namespace edgecc {
namespace kernels {
namespace {

/// One channel of the padded image.
template <class In, class Out, class Win> struct DspPlane {
  static constexpr int kSpan = (Out::dim(2) - 1) * Win::strideW + 3;
  /// Even, so that rows begin at words; the last pair of outputs of a row may
  /// need a column more than the window spans.
  static constexpr int kStride = (kSpan + 1) / 2 * 2;
  static constexpr int kHeight = (Out::dim(1) - 1) * Win::strideH + 3;
  /// What of the image the windows touch.
  static constexpr int kRows =
      In::dim(1) < kHeight - Win::padTop ? In::dim(1) : kHeight - Win::padTop;
  static constexpr int kCols =
      In::dim(2) < kSpan - Win::padLeft ? In::dim(2) : kSpan - Win::padLeft;

  static inline void fill(std::int16_t *plane, std::int16_t value) {
    for (int i = 0; i < kHeight * kStride; ++i)
      plane[i] = value;
  }

  static inline void copy(const std::int8_t *image, std::int16_t *plane) {
    plane += Win::padTop * kStride + Win::padLeft;
    for (int y = 0; y < kRows; ++y, plane += kStride) {
      const std::int8_t *from = image + y * In::dim(2) * In::dim(3);
#pragma GCC unroll 4
      for (int x = 0; x < kCols; ++x, from += In::dim(3))
        plane[x] = *from;
    }
  }
};

/// The weights of a channel: row i has (w0, w1) in `low`, (w1, w2) in `high`.
struct DspWindow {
  std::int32_t low0, high0, low1, high1, low2, high2;

  /// Adds the row of the pixel that begins at the pair `a`.
  static inline std::int32_t even(std::int32_t a, std::int32_t b,
                                  std::int32_t low, std::int32_t high,
                                  std::int32_t sum) {
    return multiplyLowHigh(b, high, multiplyPairs(a, low, sum));
  }
  /// Adds the row of the next pixel, which begins in the middle of `a`.
  static inline std::int32_t odd(std::int32_t a, std::int32_t b,
                                 std::int32_t low, std::int32_t high,
                                 std::int32_t sum) {
    // The upper half of a times the lower half of low.
    return multiplyPairs(b, high, multiplyLowHigh(low, a, sum));
  }
};

/// One row of outputs of a channel.
template <class Plane, class Out, class Win, class Finish>
inline void dspRow(const std::int16_t *row, const DspWindow &w,
                   std::int32_t bias, std::int32_t doubled, std::int8_t *out) {
  constexpr int kStride = Plane::kStride, kOutC = Out::dim(3);
  constexpr int kWidth = Out::dim(2);
  constexpr bool kPairs = Win::strideW == 1;
  for (int x = 0; x < kWidth; x += kPairs ? 2 : 1, row += 2) {
    const std::int32_t a0 = loadWord(row), b0 = loadWord(row + 2);
    std::int32_t sum = DspWindow::even(a0, b0, w.low0, w.high0, bias);
    std::int32_t next = bias;
    if constexpr (kPairs)
      next = DspWindow::odd(a0, b0, w.low0, w.high0, next);
    const std::int32_t a1 = loadWord(row + kStride);
    const std::int32_t b1 = loadWord(row + kStride + 2);
    sum = DspWindow::even(a1, b1, w.low1, w.high1, sum);
    if constexpr (kPairs)
      next = DspWindow::odd(a1, b1, w.low1, w.high1, next);
    const std::int32_t a2 = loadWord(row + 2 * kStride);
    const std::int32_t b2 = loadWord(row + 2 * kStride + 2);
    sum = DspWindow::even(a2, b2, w.low2, w.high2, sum);
    out[x * kOutC] = Finish::apply(sum, doubled);
    if constexpr (kPairs) {
      next = DspWindow::odd(a2, b2, w.low2, w.high2, next);
      if (kWidth % 2 == 0 || x + 1 < kWidth)
        out[(x + 1) * kOutC] = Finish::apply(next, doubled);
    }
  }
}

template <class In, class Out, class Win, int InZero, class Finish>
inline void depthwiseDsp(const std::int8_t *in, const std::int32_t *weights,
                         const std::int32_t *bias, const std::int32_t *doubled,
                         std::int8_t *out, std::int16_t *plane) {
  using Plane = DspPlane<In, Out, Win>;
  constexpr int kChannels = In::dim(3);
  Plane::fill(plane, InZero);
  for (int n = 0; n < Out::dim(0);
       ++n, in += In::product(1, 4), out += Out::product(1, 4))
    for (int c = 0; c < kChannels; ++c) {
      Plane::copy(in + c, plane);
      const std::int32_t *rows = weights + 3 * c;
      const DspWindow w = {evenBytes(rows[0]), oddBytes(rows[0]),
                           evenBytes(rows[1]), oddBytes(rows[1]),
                           evenBytes(rows[2]), oddBytes(rows[2])};
      for (int y = 0; y < Out::dim(1); ++y)
        dspRow<Plane, Out, Win, Finish>(
            plane + y * Win::strideH * Plane::kStride, w, bias[c], doubled[c],
            out + y * Out::dim(2) * kChannels + c);
    }
}

template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void depthwise_conv2d_s8_dsp(const std::int8_t *in, const std::int32_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *doubled, std::int8_t *out,
                             std::int8_t *scratch) {
  depthwiseDsp<In, Out, Win, InZero, FinishDsp<OutZero, Lo, Hi>>(
      in, weights, bias, doubled, out,
      reinterpret_cast<std::int16_t *>(scratch));
}

/// The same for images that are small enough for the stack.
template <class In, class Out, class Win, int InZero, int OutZero, int Lo,
          int Hi>
void depthwise_conv2d_s8_dsp_small(const std::int8_t *in,
                                   const std::int32_t *weights,
                                   const std::int32_t *bias,
                                   const std::int32_t *doubled,
                                   std::int8_t *out) {
  using Plane = DspPlane<In, Out, Win>;
  alignas(4) std::int16_t plane[Plane::kHeight * Plane::kStride];
  depthwiseDsp<In, Out, Win, InZero, FinishDsp<OutZero, Lo, Hi>>(
      in, weights, bias, doubled, out, plane);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_DSP

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_DSP_H
