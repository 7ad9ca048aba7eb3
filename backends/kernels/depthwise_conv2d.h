// Depthwise convolution: float, int8, int16 with int8 weights.
//
//   in      [N, H, W, C]
//   filter  [KH, KW, O], O a multiple of C: output channel o reads input
//           channel o / (O / C)
//   bias    [O]
//   out     [N, OH, OW, O]
//
// Arithmetic as in conv2d.h. The filter's layout makes the weights of
// neighbouring output channels neighbours in memory.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_H

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

/// One channel block of one pixel. `Multiplier` output channels read the same
/// input channel.
template <class In, class Win, int OutC> struct DepthwiseBlock {
  static constexpr int kMultiplier = OutC / In::dim(3);

  /// Adds the taps inside the image for output channels from `channel` on.
  template <int Lanes, class T, class W, class Acc>
  static inline void inside(Accumulators<Acc> &acc, const WindowAt<In, Win> &at,
                            const T *image, const W *filter, int channel) {
    const int first = channel / kMultiplier;
    [[maybe_unused]] const int c1 = (channel + 1) / kMultiplier - first;
    [[maybe_unused]] const int c2 = (channel + 2) / kMultiplier - first;
    [[maybe_unused]] const int c3 = (channel + 3) / kMultiplier - first;
    Accumulators<Acc> sum = acc;
    for (int ky = at.rows.first; ky < at.rows.last; ++ky) {
      const T *x = image + at.pixel(ky, at.cols.first) * In::dim(3) + first;
      const W *w =
          filter + (ky * Win::kernelW + at.cols.first) * OutC + channel;
      for (int taps = at.cols.count(); taps > 0; --taps) {
        sum.a0 += Acc(x[0]) * w[0];
        if constexpr (Lanes == 4) {
          sum.a1 += Acc(x[c1]) * w[1];
          sum.a2 += Acc(x[c2]) * w[2];
          sum.a3 += Acc(x[c3]) * w[3];
        }
        x += Win::dilationW * In::dim(3);
        w += OutC;
      }
    }
    acc = sum;
  }

  /// Adds the taps outside the image, which all have the value `pad`.
  template <int Lanes, class W, class Acc>
  static inline void outside(Accumulators<Acc> &acc,
                             const WindowAt<In, Win> &at, Acc pad,
                             const W *filter, int channel) {
    for (int ky = 0; ky < Win::kernelH; ++ky) {
      const W *taps = filter + ky * Win::kernelW * OutC + channel;
      const Taps cols = at.colsInside(ky);
      constants<Lanes>(acc, pad, taps, 0, cols.first);
      constants<Lanes>(acc, pad, taps, cols.last, Win::kernelW);
    }
  }

  /// Adds the taps [first, last) of a row with the input `value`.
  template <int Lanes, class W, class Acc>
  static inline void constants(Accumulators<Acc> &acc, Acc value, const W *taps,
                               int first, int last) {
    for (int kx = first; kx < last; ++kx)
      accumulateConstant<Lanes, 1>(acc, value, taps + kx * OutC, 1);
  }

  /// Computes output channels from `channel` on.
  template <int Lanes, bool HasPad, class T, class W, class Bias, class Acc,
            class Finish>
  static inline void channels(const WindowAt<In, Win> &at, const T *image,
                              const W *filter, Bias bias, T *out, int channel,
                              Acc pad, const Finish &finish) {
    Accumulators<Acc> acc = load<Lanes>(bias + channel);
    inside<Lanes>(acc, at, image, filter, channel);
    if constexpr (HasPad)
      if (at.touchesPadding())
        outside<Lanes>(acc, at, pad, filter, channel);
    store<Lanes>(acc, out, channel, finish);
  }
};

/// The loops that all types share. `bias` is an array or NoBias<Acc>. Without
/// `HasPad`, padding counts as 0.
template <class In, class Out, class Win, bool HasPad, class T, class W,
          class Bias, class Acc, class Finish>
inline void depthwiseConv2d(const T *in, const W *filter, Bias bias, T *out,
                            Acc pad, const Finish &finish) {
  static_assert(In::rank == 4 && Out::rank == 4, "images are [N, H, W, C]");
  static_assert(Out::dim(3) % In::dim(3) == 0,
                "the output channels are a multiple of the input channels");
  using Block = DepthwiseBlock<In, Win, Out::dim(3)>;
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
    for (int oy = 0; oy < Out::dim(1); ++oy)
      for (int ox = 0; ox < Out::dim(2); ++ox, out += Out::dim(3)) {
        const WindowAt<In, Win> at(oy, ox);
        int o = 0;
        for (; o < Out::dim(3) / 4 * 4; o += 4)
          Block::template channels<4, HasPad>(at, in, filter, bias, out, o, pad,
                                              finish);
        for (; o < Out::dim(3); ++o)
          Block::template channels<1, HasPad>(at, in, filter, bias, out, o, pad,
                                              finish);
      }
}

template <class In, class Out, class Win>
void depthwise_conv2d_f32(const float *in, const float *filter,
                          const float *bias, float *out, float lo, float hi) {
  depthwiseConv2d<In, Out, Win, false>(in, filter, bias, out, 0.0f,
                                       FinishF32{lo, hi});
}

template <class In, class Out, class Win>
void depthwise_conv2d_s8(const std::int8_t *in, const std::int8_t *filter,
                         const std::int32_t *bias,
                         const std::int32_t *multiplier, std::int8_t *out,
                         int in_zero, int shift, int out_zero, int lo, int hi) {
  depthwiseConv2d<In, Out, Win, true>(
      in, filter, bias, out, std::int32_t{in_zero},
      FinishS8{multiplier, shift, out_zero, lo, hi});
}

template <class In, class Out, class Win, class Sum>
void depthwise_conv2d_s16x8(const std::int16_t *in, const std::int8_t *filter,
                            const std::int32_t *bias,
                            const std::int32_t *multiplier, std::int16_t *out,
                            int shift, int lo, int hi) {
  depthwiseConv2d<In, Out, Win, false>(
      in, filter, NoBias<Sum>(), out, Sum(0),
      FinishS16x8{bias, multiplier, shift, lo, hi});
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_H
