// What convolutions and fully connected layers share, for float and for int8
// with int32 accumulators: four output channels at a time from bias to output.
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

/// Adds the dot product of in[0..count) with filter row j, which begins at
/// filter + j * RowStride, to accumulator j.
template <int Lanes, int RowStride, class T, class Acc>
inline void accumulate(Accumulators<Acc> &acc, const T *in, const T *filter,
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

/// The same with an input that is `value` everywhere (padding).
template <int Lanes, int RowStride, class T, class Acc>
inline void accumulateConstant(Accumulators<Acc> &acc, Acc value,
                               const T *filter, int count) {
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
