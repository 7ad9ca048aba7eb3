// Two-dimensional int8 convolution with weights of four bits.
//
//   in           [N, H, W, C]
//   digits       [O, KH * KW * C / Groups], packed (packed_weights.h) in groups
//   steps        of `Group` weights
//   bias         [O], with -in_zero * sum(weights) in it
//   multiplier   [O]
//   out          [N, OH, OW, O]
//   scratch      the weights of four output channels
//
// Arithmetic as conv2d_s8. Four output channels are unpacked once and then
// meet all pixels.
#ifndef EDGECC_KERNELS_CONV2D_W4_H
#define EDGECC_KERNELS_CONV2D_W4_H

#include <cstdint>

#ifndef EDGECC_KERNELS_CONV2D_H
#include "conv2d.h"
#endif
#ifndef EDGECC_KERNELS_PACKED_WEIGHTS_H
#include "packed_weights.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class In, class Out, class Win, int Groups, int Group>
struct PackedConv {
  static constexpr int kDepth = In::dim(3) / Groups;
  static constexpr int kOut = Out::dim(3) / Groups;
  using Conv = ConvGroup<In, Win, kDepth>;
  using Rows = PackedRows<Conv::kFilter, Group>;
  static constexpr int kLanes = kOut < 4 ? 1 : 4;

  const std::int8_t *in, *digits, *steps;
  const std::int32_t *bias;
  std::int8_t *out, *scratch;
  int inZero;
  FinishS8 finish;

  /// `Lanes` output channels of all pixels.
  template <int Lanes> inline void channels(int o) const {
    Rows::template unpack<Lanes>(digits + o * Rows::kRowBytes,
                                 steps + o * Rows::kGroups, scratch);
    const std::int8_t *image = in + o / kOut * kDepth;
    std::int8_t *to = out + o;
    FinishS8 shifted = finish;
    shifted.multiplier += o;
    for (int n = 0; n < Out::dim(0); ++n, image += In::product(1, 4))
      for (int oy = 0; oy < Out::dim(1); ++oy)
        for (int ox = 0; ox < Out::dim(2); ++ox, to += Out::dim(3))
          Conv::template channels<Lanes, true>(WindowAt<In, Win>(oy, ox), image,
                                               scratch, bias + o, to, 0,
                                               std::int32_t{inZero}, shifted);
  }

  inline void run() const {
    static_assert(kDepth * Groups == In::dim(3) && kOut * Groups == Out::dim(3),
                  "the groups divide the channels");
    for (int g = 0; g < Groups; ++g) {
      int o = g * kOut;
      if constexpr (kLanes == 4)
        for (int end = o + kOut / 4 * 4; o < end; o += 4)
          channels<4>(o);
      for (int end = (g + 1) * kOut; o < end; ++o)
        channels<1>(o);
    }
  }
};

template <class In, class Out, class Win, int Groups, int Group>
void conv2d_s8w4(const std::int8_t *in, const std::int8_t *digits,
                 const std::int8_t *steps, const std::int32_t *bias,
                 const std::int32_t *multiplier, std::int8_t *out,
                 std::int8_t *scratch, int in_zero, int shift, int out_zero,
                 int lo, int hi) {
  PackedConv<In, Out, Win, Groups, Group>{
      in,  digits,  steps,   bias,
      out, scratch, in_zero, {multiplier, shift, out_zero, lo, hi}}
      .run();
}

/// The same for weights that are few enough for the stack.
template <class In, class Out, class Win, int Groups, int Group>
void conv2d_s8w4_small(const std::int8_t *in, const std::int8_t *digits,
                       const std::int8_t *steps, const std::int32_t *bias,
                       const std::int32_t *multiplier, std::int8_t *out,
                       int in_zero, int shift, int out_zero, int lo, int hi) {
  using Conv = PackedConv<In, Out, Win, Groups, Group>;
  std::int8_t rows[Conv::kLanes * Conv::Conv::kFilter];
  Conv{in,  digits, steps,   bias,
       out, rows,   in_zero, {multiplier, shift, out_zero, lo, hi}}
      .run();
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_CONV2D_W4_H
