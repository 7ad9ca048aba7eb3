// Two-dimensional convolution: float, int8, int16 with int8 weights.
//
//   in      [N, H, W, C]
//   filter  [O, KH, KW, C / Groups]
//   bias    [O]
//   out     [N, OH, OW, O]
//
// f32: out = clamp(bias + sum(in * filter), lo, hi); taps outside the image
//   count as 0.
// s8: out = requantize(bias + sum(q_in * q_filter), multiplier[o], shift,
//   out_zero, lo, hi). The bias already contains -in_zero * sum(q_filter), thus
//   taps outside the image count as in_zero.
// s16x8: out = requantizeWide(bias + sum(q_in * q_filter), multiplier[o],
// shift,
//   0, lo, hi), zero points being 0. Sum is the type that the products are
//   summed in: int64, or int32 if the weights allow it.
#ifndef EDGECC_KERNELS_CONV2D_H
#define EDGECC_KERNELS_CONV2D_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#include "dot_product.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// The convolution of one group: `Depth` channels into its output channels.
template <class In, class Win, int Depth> struct ConvGroup {
  static constexpr int kFilter = Win::kernelH * Win::kernelW * Depth;
  /// Neighbouring taps of a row are then neighbours in memory.
  static constexpr bool kRowIsDense =
      Win::dilationW == 1 && Depth == In::dim(3);

  /// Adds the taps inside the image. `image` begins at the group's first
  /// channel, `filter` at the first output channel.
  template <int Lanes, class T, class W, class Acc>
  static inline void inside(Accumulators<Acc> &acc, const WindowAt<In, Win> &at,
                            const T *image, const W *filter) {
    for (int ky = at.rows.first; ky < at.rows.last; ++ky) {
      const W *taps = filter + ky * Win::kernelW * Depth;
      if constexpr (kRowIsDense) {
        accumulate<Lanes, kFilter>(
            acc, image + at.pixel(ky, at.cols.first) * In::dim(3),
            taps + at.cols.first * Depth, at.cols.count() * Depth);
      } else {
        for (int kx = at.cols.first; kx < at.cols.last; ++kx)
          accumulate<Lanes, kFilter>(acc, image + at.pixel(ky, kx) * In::dim(3),
                                     taps + kx * Depth, Depth);
      }
    }
  }

  /// Adds the taps outside the image, which all have the value `pad`.
  template <int Lanes, class W, class Acc>
  static inline void outside(Accumulators<Acc> &acc,
                             const WindowAt<In, Win> &at, Acc pad,
                             const W *filter) {
    for (int ky = 0; ky < Win::kernelH; ++ky) {
      const W *taps = filter + ky * Win::kernelW * Depth;
      const Taps cols = at.colsInside(ky);
      accumulateConstant<Lanes, kFilter>(acc, pad, taps, cols.first * Depth);
      accumulateConstant<Lanes, kFilter>(acc, pad, taps + cols.last * Depth,
                                         (Win::kernelW - cols.last) * Depth);
    }
  }

  /// Computes `Lanes` output channels of one pixel.
  template <int Lanes, bool HasPad, class T, class W, class Bias, class Acc,
            class Finish>
  static inline void channels(const WindowAt<In, Win> &at, const T *image,
                              const W *filter, Bias bias, T *out, int channel,
                              Acc pad, const Finish &finish) {
    const W *rows = filter + channel * kFilter;
    Accumulators<Acc> acc = load<Lanes>(bias + channel);
    inside<Lanes>(acc, at, image, rows);
    if constexpr (HasPad)
      if (at.touchesPadding())
        outside<Lanes>(acc, at, pad, rows);
    store<Lanes>(acc, out, channel, finish);
  }
};

/// The loops that all types share. `bias` is an array or NoBias<Acc>. Without
/// `HasPad`, padding counts as 0.
template <class In, class Out, class Win, int Groups, bool HasPad, class T,
          class W, class Bias, class Acc, class Finish>
inline void conv2d(const T *in, const W *filter, Bias bias, T *out, Acc pad,
                   const Finish &finish) {
  constexpr int kDepth = In::dim(3) / Groups, kOut = Out::dim(3) / Groups;
  static_assert(In::rank == 4 && Out::rank == 4, "images are [N, H, W, C]");
  static_assert(kDepth * Groups == In::dim(3) && kOut * Groups == Out::dim(3),
                "the groups divide the channels");
  using Group = ConvGroup<In, Win, kDepth>;
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
    for (int oy = 0; oy < Out::dim(1); ++oy)
      for (int ox = 0; ox < Out::dim(2); ++ox, out += Out::dim(3)) {
        const WindowAt<In, Win> at(oy, ox);
        for (int g = 0; g < Groups; ++g) {
          const T *image = in + g * kDepth;
          int o = g * kOut;
          for (int end = o + kOut / 4 * 4; o < end; o += 4)
            Group::template channels<4, HasPad>(at, image, filter, bias, out, o,
                                                pad, finish);
          for (int end = (g + 1) * kOut; o < end; ++o)
            Group::template channels<1, HasPad>(at, image, filter, bias, out, o,
                                                pad, finish);
        }
      }
}

template <class In, class Out, class Win, int Groups>
void conv2d_f32(const float *in, const float *filter, const float *bias,
                float *out, float lo, float hi) {
  conv2d<In, Out, Win, Groups, false>(in, filter, bias, out, 0.0f,
                                      FinishF32{lo, hi});
}

template <class In, class Out, class Win, int Groups>
void conv2d_s8(const std::int8_t *in, const std::int8_t *filter,
               const std::int32_t *bias, const std::int32_t *multiplier,
               std::int8_t *out, int in_zero, int shift, int out_zero, int lo,
               int hi) {
  conv2d<In, Out, Win, Groups, true>(
      in, filter, bias, out, std::int32_t{in_zero},
      FinishS8{multiplier, shift, out_zero, lo, hi});
}

template <class In, class Out, class Win, int Groups, class Sum>
void conv2d_s16x8(const std::int16_t *in, const std::int8_t *filter,
                  const std::int32_t *bias, const std::int32_t *multiplier,
                  std::int16_t *out, int shift, int lo, int hi) {
  conv2d<In, Out, Win, Groups, false>(
      in, filter, NoBias<Sum>(), out, Sum(0),
      FinishS16x8{bias, multiplier, shift, lo, hi});
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_CONV2D_H
