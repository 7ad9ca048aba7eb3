// Fully connected layers: float, int8, int16 with int8 weights.
//
//   in       [..., K]   every leading index is a row of its own
//   weights  [O, K]
//   bias     [O]
//   out      [..., O]
//
// f32: out = clamp(bias + sum(in * weights), lo, hi).
// s8: out = requantize(bias + sum(q_in * q_weights), multiplier[o], shift,
//   out_zero, lo, hi); the bias already contains -in_zero * sum(q_weights).
// s16x8: out = requantizeWide(bias + sum(q_in * q_weights), multiplier[o],
//   shift, 0, lo, hi), zero points being 0. Sum is the type that the products
//   are summed in: int64, or int32 if the weights allow it.
#ifndef EDGECC_KERNELS_FULLY_CONNECTED_H
#define EDGECC_KERNELS_FULLY_CONNECTED_H

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

/// The loops that all types share. `bias` is an array or NoBias<Acc>.
template <class In, class Out, class Acc, class T, class W, class Bias,
          class Finish>
inline void fullyConnected(const T *in, const W *weights, Bias bias, T *out,
                           const Finish &finish) {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kRows = Out::product(0, Out::rank - 1);
  static_assert(In::product(0, In::rank - 1) == kRows, "rows of in and out");
  for (int row = 0; row < kRows; ++row, in += kDepth, out += kOut) {
    int o = 0;
    for (; o < kOut / 4 * 4; o += 4) {
      Accumulators<Acc> acc = load<4>(bias + o);
      accumulate<4, kDepth>(acc, in, weights + o * kDepth, kDepth);
      store<4>(acc, out, o, finish);
    }
    for (; o < kOut; ++o) {
      Accumulators<Acc> acc = load<1>(bias + o);
      accumulate<1, kDepth>(acc, in, weights + o * kDepth, kDepth);
      store<1>(acc, out, o, finish);
    }
  }
}

template <class In, class Out>
void fully_connected_f32(const float *in, const float *weights,
                         const float *bias, float *out, float lo, float hi) {
  fullyConnected<In, Out, float>(in, weights, bias, out, FinishF32{lo, hi});
}

template <class In, class Out>
void fully_connected_s8(const std::int8_t *in, const std::int8_t *weights,
                        const std::int32_t *bias,
                        const std::int32_t *multiplier, std::int8_t *out,
                        int shift, int out_zero, int lo, int hi) {
  fullyConnected<In, Out, std::int32_t>(
      in, weights, bias, out, FinishS8{multiplier, shift, out_zero, lo, hi});
}

template <class In, class Out, class Sum>
void fully_connected_s16x8(const std::int16_t *in, const std::int8_t *weights,
                           const std::int32_t *bias,
                           const std::int32_t *multiplier, std::int16_t *out,
                           int shift, int lo, int hi) {
  fullyConnected<In, Out, Sum>(in, weights, NoBias<Sum>(), out,
                               FinishS16x8{bias, multiplier, shift, lo, hi});
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_FULLY_CONNECTED_H
