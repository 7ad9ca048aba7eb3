// Maximum and average pooling: float, int8, int16.
//
//   in   [N, H, W, C]
//   out  [N, OH, OW, C]
//
// Taps outside the image never contribute to a maximum or to a sum. The divisor
// of an average is the number of taps inside the image or, with CountPad,
// inside the padded image (windows of ceil_mode may reach beyond even that).
//
// avg_pool2d_s8: out = requantize(sum(q) - inside * in_zero,
//   multiplier[divisor - 1], shift, out_zero, lo, hi), `multiplier` having
//   KH * KW entries with the real factor s_in / (s_out * divisor).
// avg_pool2d_s16: the same by requantizeWide, zero points being 0.
// A window without any tap gives the lowest value (maximum) or the real value 0
// (average).
#ifndef EDGECC_KERNELS_POOL2D_H
#define EDGECC_KERNELS_POOL2D_H

#include <cmath>
#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Calls body(window, image, out) for every output pixel.
template <class In, class Out, class Win, class T, class Body>
inline void forEachWindow(const T *in, T *out, const Body &body) {
  static_assert(In::rank == 4 && Out::rank == 4, "images are [N, H, W, C]");
  static_assert(In::dim(3) == Out::dim(3), "pooling keeps the channels");
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
    for (int oy = 0; oy < Out::dim(1); ++oy)
      for (int ox = 0; ox < Out::dim(2); ++ox, out += Out::dim(3))
        body(WindowAt<In, Win>(oy, ox), in, out);
}

/// Reduces the taps of one channel that lie inside the image.
template <class In, class Win, class T, class Acc, class Step>
inline Acc reduceTaps(const WindowAt<In, Win> &at, const T *channel, Acc acc,
                      const Step &step) {
  for (int ky = at.rows.first; ky < at.rows.last; ++ky) {
    const T *x = channel + at.pixel(ky, at.cols.first) * In::dim(3);
    for (int taps = at.cols.count(); taps > 0; --taps) {
      acc = step(acc, *x);
      x += Win::dilationW * In::dim(3);
    }
  }
  return acc;
}

template <class In, class Out, class Win, class T>
inline void maxPool2d(const T *in, T *out, T lowest) {
  forEachWindow<In, Out, Win>(
      in, out, [lowest](const WindowAt<In, Win> &at, const T *image, T *pixel) {
        for (int c = 0; c < In::dim(3); ++c)
          pixel[c] = reduceTaps(at, image + c, lowest, [](T best, T x) {
            return x > best ? x : best;
          });
      });
}

template <class In, class Out, class Win>
void max_pool2d_f32(const float *in, float *out) {
  maxPool2d<In, Out, Win>(in, out, -HUGE_VALF);
}

template <class In, class Out, class Win>
void max_pool2d_s8(const std::int8_t *in, std::int8_t *out) {
  maxPool2d<In, Out, Win>(in, out, std::int8_t{-128});
}

template <class In, class Out, class Win>
void max_pool2d_s16(const std::int16_t *in, std::int16_t *out) {
  maxPool2d<In, Out, Win>(in, out, std::int16_t{-32768});
}

/// What the sum over a window is divided by.
template <class In, class Win, bool CountPad>
constexpr int averageDivisor(const WindowAt<In, Win> &at) {
  if constexpr (CountPad) {
    constexpr int kHeight = Win::padTop + In::dim(1) + Win::padBottom;
    constexpr int kWidth = Win::padLeft + In::dim(2) + Win::padRight;
    const Taps rows =
        clipTaps<Win::kernelH, Win::dilationH, kHeight>(at.y + Win::padTop);
    const Taps cols =
        clipTaps<Win::kernelW, Win::dilationW, kWidth>(at.x + Win::padLeft);
    return rows.count() * cols.count();
  } else {
    return at.rows.count() * at.cols.count();
  }
}

template <class In, class Out, class Win, bool CountPad>
void avg_pool2d_f32(const float *in, float *out, float lo, float hi) {
  forEachWindow<In, Out, Win>(
      in, out,
      [lo, hi](const WindowAt<In, Win> &at, const float *image, float *pixel) {
        const int divisor = averageDivisor<In, Win, CountPad>(at);
        for (int c = 0; c < In::dim(3); ++c) {
          const float sum = reduceTaps(at, image + c, 0.0f,
                                       [](float s, float x) { return s + x; });
          const float mean =
              divisor > 0 ? sum / static_cast<float>(divisor) : 0.0f;
          pixel[c] = clamp(mean, lo, hi);
        }
      });
}

template <class In, class Out, class Win, bool CountPad>
void avg_pool2d_s8(const std::int8_t *in, const std::int32_t *multiplier,
                   std::int8_t *out, int in_zero, int shift, int out_zero,
                   int lo, int hi) {
  forEachWindow<In, Out, Win>(
      in, out,
      [=](const WindowAt<In, Win> &at, const std::int8_t *image,
          std::int8_t *pixel) {
        const int divisor = averageDivisor<In, Win, CountPad>(at);
        const std::int32_t m = divisor > 0 ? multiplier[divisor - 1] : 0;
        const int offset = -at.rows.count() * at.cols.count() * in_zero;
        for (int c = 0; c < In::dim(3); ++c) {
          const int acc =
              reduceTaps(at, image + c, offset,
                         [](int s, std::int8_t x) { return s + x; });
          pixel[c] = static_cast<std::int8_t>(
              requantize(acc, m, shift, out_zero, lo, hi));
        }
      });
}

template <class In, class Out, class Win, bool CountPad>
void avg_pool2d_s16(const std::int16_t *in, const std::int32_t *multiplier,
                    std::int16_t *out, int shift, int lo, int hi) {
  forEachWindow<In, Out, Win>(
      in, out,
      [=](const WindowAt<In, Win> &at, const std::int16_t *image,
          std::int16_t *pixel) {
        const int divisor = averageDivisor<In, Win, CountPad>(at);
        const std::int32_t m = divisor > 0 ? multiplier[divisor - 1] : 0;
        for (int c = 0; c < In::dim(3); ++c) {
          const int sum = reduceTaps(
              at, image + c, 0, [](int s, std::int16_t x) { return s + x; });
          pixel[c] = static_cast<std::int16_t>(
              requantizeWide(sum, m, shift, 0, lo, hi));
        }
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_POOL2D_H
