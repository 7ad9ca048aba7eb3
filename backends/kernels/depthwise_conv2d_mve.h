// Depthwise int8 convolution, 3x3, with Arm's Helium instructions: stride 1 or
// 2, no dilation, one output per input channel.
//
//   in          [N, H, W, C]
//   weights     [C, 3, 3]
//   bias        [C], with -in_zero * sum(weights) in it
//   multiplier  [C]
//   out         [N, OH, OW, C]
//   scratch     MvePlane::kBytes: a band of rows of one channel of the padded
//               image
//
// Channel by channel and band by band, as in depthwise_conv2d_dsp.h, with the
// same order of reading and writing: the output may overwrite the input.
//
// A vector holds the three rows of five columns below neighbouring outputs; one
// sum of products for each of them uses the weights at another offset.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_MVE_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_MVE_H

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

/// A band of rows of one channel of the padded image.
template <class In, class Out, class Win, int Band> struct MvePlane {
  static constexpr int kStride = (Out::dim(2) - 1) * Win::strideW + 3;
  static constexpr int kHeight = (Band - 1) * Win::strideH + 3;
  /// The last vector of a row may reach further than its outputs.
  static constexpr int kBytes = kHeight * kStride + 16;
  /// Rows that the next band begins with.
  static constexpr int kKept = 3 - Win::strideH;
  /// Columns of the image that the windows touch.
  static constexpr int kCols =
      In::dim(2) < kStride - Win::padLeft ? In::dim(2) : kStride - Win::padLeft;
  static_assert(2 * kStride + 4 <= 255, "offsets are bytes");

  /// Every C-th byte of a row.
  static inline void copyRow(const std::int8_t *from, std::int8_t *to) {
    constexpr int kDepth = In::dim(3);
    const uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 1), kDepth);
    for (int x = 0; x < kCols / 8; ++x, from += 8 * kDepth, to += 8)
      vstrbq_s16(to, vldrbq_gather_offset_s16(from, offsets));
    if constexpr (kCols % 8 != 0) {
      const mve_pred16_t rest = vctp16q(kCols % 8);
      vstrbq_p_s16(to, vldrbq_gather_offset_z_s16(from, offsets, rest), rest);
    }
  }

  /// What `rows` output rows from `y` on read; the band before this one is in
  /// `plane`.
  static inline void load(const std::int8_t *image, std::int8_t *plane,
                          std::int8_t padding, int y, int rows) {
    if (Band < Out::dim(1) && y != 0)
      copyVectors<kKept * kStride>(plane,
                                   plane + Band * Win::strideH * kStride);
    const int last = (rows - 1) * Win::strideH + 3;
    for (int i = y == 0 ? 0 : kKept; i < last; ++i) {
      const int row = y * Win::strideH + i - Win::padTop;
      std::int8_t *to = plane + i * kStride + Win::padLeft;
      if (row >= 0 && row < In::dim(1))
        copyRow(image + row * In::dim(2) * In::dim(3), to);
      else if (kCols > 0)
        fillVectors<(kCols > 0 ? kCols : 0)>(to, padding);
    }
  }
};

/// The weights of a channel in three rows of five, once for each output that a
/// vector has room for.
template <class Win> struct MveWindow {
  /// Outputs whose windows span five columns.
  static constexpr int kOutputs = Win::strideW == 1 ? 3 : 2;
  int8x16_t first, second, third;

  static inline int8x16_t load(const std::int8_t *weights, int column) {
    alignas(4) std::uint8_t places[16];
    std::uint16_t lanes = 0;
    for (int i = 0; i < 16; ++i) {
      const int x = i % 5 - column;
      const bool used = i < 15 && x >= 0 && x < 3;
      places[i] = static_cast<std::uint8_t>(used ? i / 5 * 3 + x : 0);
      lanes = static_cast<std::uint16_t>(lanes | (used ? 1 << i : 0));
    }
    return vldrbq_gather_offset_z_s8(weights, vldrbq_u8(places), lanes);
  }
  inline explicit MveWindow(const std::int8_t *weights)
      : first(load(weights, 0)), second(load(weights, Win::strideW)),
        third(load(weights, 2)) {}
};

/// Twelve outputs of a row at a time.
template <class In, class Out, class Win, int Stride, class Finish>
inline void mveRow(const std::int8_t *row, const MveWindow<Win> &window,
                   uint8x16_t taps, std::int32_t bias, std::int32_t multiplier,
                   std::int8_t *out) {
  constexpr int kWidth = Out::dim(2), kOut = Out::dim(3), kBlock = 12;
  constexpr int kOutputs = MveWindow<Win>::kOutputs;
  const uint32x4_t places = vmulq_n_u32(vidupq_n_u32(0, 1), kOut);
  for (int x = 0; x < kWidth; x += kBlock) {
    std::int32_t sums[kBlock];
    const int count = kWidth - x < kBlock ? kWidth - x : kBlock;
    for (int i = 0; i < count; i += kOutputs, row += kOutputs * Win::strideW) {
      const int8x16_t inputs = vldrbq_gather_offset_s8(row, taps);
      sums[i] = vmladavq_s8(inputs, window.first);
      sums[i + 1] = vmladavq_s8(inputs, window.second);
      if constexpr (kOutputs == 3)
        sums[i + 2] = vmladavq_s8(inputs, window.third);
    }
    for (int i = 0; i < count; i += 4, out += 4 * kOut) {
      const int32x4_t sum = vaddq_n_s32(vldrwq_s32(sums + i), bias);
      const int32x4_t outputs = Finish::apply(sum, multiplier);
      if (count - i >= 4)
        vstrbq_scatter_offset_s32(out, places, outputs);
      else
        vstrbq_scatter_offset_p_s32(
            out, places, outputs,
            vctp32q(static_cast<std::uint32_t>(count - i)));
    }
  }
}

template <class In, class Out, class Win, int Band, int InZero, class Finish>
inline void depthwiseMve(const std::int8_t *in, const std::int8_t *weights,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out,
                         std::int8_t *plane) {
  using Plane = MvePlane<In, Out, Win, Band>;
  constexpr int kHeight = Out::dim(1);
  fillVectors<Plane::kBytes>(plane, InZero);
  alignas(4) std::uint8_t places[16];
  for (int i = 0; i < 16; ++i)
    places[i] =
        static_cast<std::uint8_t>(i < 15 ? i / 5 * Plane::kStride + i % 5 : 0);
  const uint8x16_t taps = vldrbq_u8(places);
  for (int n = 0; n < Out::dim(0);
       ++n, in += In::product(1, 4), out += Out::product(1, 4))
    for (int c = 0; c < In::dim(3); ++c) {
      const MveWindow<Win> window(weights + 9 * c);
      for (int y = 0; y < kHeight; y += Band) {
        const int rows = y + Band < kHeight ? Band : kHeight - y;
        Plane::load(in + c, plane, InZero, y, rows);
        for (int i = 0; i < rows; ++i)
          mveRow<In, Out, Win, Plane::kStride, Finish>(
              plane + i * Win::strideH * Plane::kStride, window, taps, bias[c],
              multiplier[c], out + (y + i) * Out::product(2, 4) + c);
      }
    }
}

template <class In, class Out, class Win, int Band, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void depthwise_conv2d_s8_mve(const std::int8_t *in, const std::int8_t *weights,
                             const std::int32_t *bias,
                             const std::int32_t *multiplier, std::int8_t *out,
                             std::int8_t *scratch) {
  depthwiseMve<In, Out, Win, Band, InZero, FinishMve<Shift, OutZero, Lo, Hi>>(
      in, weights, bias, multiplier, out, scratch);
}

/// The same for bands that are small enough for the stack.
template <class In, class Out, class Win, int Band, int InZero, int Shift,
          int OutZero, int Lo, int Hi>
void depthwise_conv2d_s8_mve_small(const std::int8_t *in,
                                   const std::int8_t *weights,
                                   const std::int32_t *bias,
                                   const std::int32_t *multiplier,
                                   std::int8_t *out) {
  std::int8_t plane[MvePlane<In, Out, Win, Band>::kBytes];
  depthwiseMve<In, Out, Win, Band, InZero, FinishMve<Shift, OutZero, Lo, Hi>>(
      in, weights, bias, multiplier, out, plane);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // __ARM_FEATURE_MVE

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_MVE_H
