// What convolutions and fully connected layers share, for float, for int8 with
// int32 accumulators, and for int16 activations with int8 weights: four output
// channels at a time from bias to output.
//
// Four accumulators are named, not an array: they then stay in registers at
// every optimization level, and each input value is loaded once for four
// multiplications.
#ifndef EDGECC_KERNELS_DOT_PRODUCT_H
#define EDGECC_KERNELS_DOT_PRODUCT_H

#include <cstdint>

#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Accumulators of up to four output channels; with one lane only `a0` is used.
template <class Acc> struct Accumulators {
  Acc a0, a1, a2, a3;
};

/// The first `Lanes` (1 or 4) elements at `from`.
template <int Lanes, class Acc> inline Accumulators<Acc> load(const Acc *from) {
  static_assert(Lanes == 1 || Lanes == 4, "one or four channels");
  if constexpr (Lanes == 4)
    return {from[0], from[1], from[2], from[3]};
  else
    return {from[0], Acc(0), Acc(0), Acc(0)};
}

/// In the place of a bias: accumulators begin at zero.
template <class Acc> struct NoBias {
  constexpr NoBias operator+(int /*channel*/) const { return {}; }
};

template <int Lanes, class Acc> inline Accumulators<Acc> load(NoBias<Acc>) {
  static_assert(Lanes == 1 || Lanes == 4, "one or four channels");
  return {Acc(0), Acc(0), Acc(0), Acc(0)};
}

/// Adds the dot product of in[0..count) with filter row j, which begins at
/// filter + j * RowStride, to accumulator j.
template <int Lanes, int RowStride, class T, class W, class Acc>
inline void accumulate(Accumulators<Acc> &acc, const T *in, const W *filter,
                       int count) {
  Accumulators<Acc> sum = acc;
  for (int i = 0; i < count; ++i) {
    const Acc x = in[i];
    sum.a0 += x * filter[i];
    if constexpr (Lanes == 4) {
      sum.a1 += x * filter[RowStride + i];
      sum.a2 += x * filter[2 * RowStride + i];
      sum.a3 += x * filter[3 * RowStride + i];
    }
  }
  acc = sum;
}

/// Products of int16 and int8 whose sum 32 bits hold, whatever they are:
/// 511 * 2^15 * 2^7 < 2^31.
constexpr int kSafeProducts = 511;

/// The same into 64 bits, which are touched once for many products.
template <int Lanes, int RowStride, class T, class W>
inline void accumulate(Accumulators<std::int64_t> &acc, const T *in,
                       const W *filter, int count) {
  static_assert(sizeof(T) == 2 && sizeof(W) == 1, "int16 times int8");
  for (int at = 0; at < count; at += kSafeProducts) {
    const int rest = count - at;
    Accumulators<std::int32_t> part = {0, 0, 0, 0};
    accumulate<Lanes, RowStride>(part, in + at, filter + at,
                                 rest < kSafeProducts ? rest : kSafeProducts);
    acc.a0 += part.a0;
    acc.a1 += part.a1;
    acc.a2 += part.a2;
    acc.a3 += part.a3;
  }
}

/// The same with an input that is `value` everywhere (padding).
template <int Lanes, int RowStride, class W, class Acc>
inline void accumulateConstant(Accumulators<Acc> &acc, Acc value,
                               const W *filter, int count) {
  Accumulators<Acc> sum = acc;
  for (int i = 0; i < count; ++i) {
    sum.a0 += value * filter[i];
    if constexpr (Lanes == 4) {
      sum.a1 += value * filter[RowStride + i];
      sum.a2 += value * filter[2 * RowStride + i];
      sum.a3 += value * filter[3 * RowStride + i];
    }
  }
  acc = sum;
}

/// How a float accumulator becomes an output: out = clamp(acc, lo, hi).
struct FinishF32 {
  float lo, hi;

  float operator()(float acc, int /*channel*/) const {
    return clamp(acc, lo, hi);
  }
};

/// How an int8 layer's accumulator becomes an output: requantized with the
/// channel's multiplier.
struct FinishS8 {
  const std::int32_t *multiplier;
  int shift, zero, lo, hi;

  std::int8_t operator()(std::int32_t acc, int channel) const {
    return static_cast<std::int8_t>(
        requantize(acc, multiplier[channel], shift, zero, lo, hi));
  }
};

/// How the sum of an int16 layer with int8 weights becomes an output. The bias
/// is added in 64 bits: a sum of 32 bits then need not have room for it.
struct FinishS16x8 {
  const std::int32_t *bias, *multiplier;
  int shift, lo, hi;

  std::int16_t operator()(std::int64_t sum, int channel) const {
    return static_cast<std::int16_t>(requantizeWide(
        sum + bias[channel], multiplier[channel], shift, 0, lo, hi));
  }
};

/// Finishes `Lanes` output channels from `channel` on and stores them.
template <int Lanes, class Acc, class T, class Finish>
inline void store(const Accumulators<Acc> &acc, T *out, int channel,
                  const Finish &finish) {
  out[channel] = finish(acc.a0, channel);
  if constexpr (Lanes == 4) {
    out[channel + 1] = finish(acc.a1, channel + 1);
    out[channel + 2] = finish(acc.a2, channel + 2);
    out[channel + 3] = finish(acc.a3, channel + 3);
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DOT_PRODUCT_H
