// Normalization of groups of elements to mean 0 and variance 1, int8 and int16.
//
//   Mask        Shape<0 or 1 ...>, 1 for each axis along which a group extends
//   Rms         by the root mean square instead, without the mean
//   multiplier  scale / s_out * 2^shift for each position of the last axis
//   bias        bias / s_out * 2^16 for each position of the last axis; int16:
//               times 2^12
//   epsilon     epsilon * count^2 / s_in^2
//
// With d = in - in_zero, over a group of `count` elements:
//   c = count * d - sum(d)            (Rms: count * d)
//   v = count * sum(d^2) - sum(d)^2   (Rms: count * sum(d^2))
//   y = standardize(c, reciprocalRoot(v + epsilon))
//   out = clamp(((((y * multiplier) >> shift) + bias + 2^15) >> 16) + out_zero,
//               -128, 127)
//
// Int16, without zero points:
//   out = clamp((((y * multiplier) >> (shift + 8)) + bias + 2^11) >> 12,
//               -32768, 32767)
//
// `out` may be the input. Groups have at most 2^20 elements, of int16 2^14.
#ifndef EDGECC_KERNELS_LAYER_NORM_INTEGER_H
#define EDGECC_KERNELS_LAYER_NORM_INTEGER_H

#include <cstdint>

#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif
#ifndef EDGECC_KERNELS_LAYER_NORM_H
#include "layer_norm.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// The narrowest type for sums of squares; differences of bytes have 9 bits.
template <bool Wide> struct SquareSum {
  using Type = std::uint32_t;
};
template <> struct SquareSum<true> {
  using Type = std::uint64_t;
};

template <class S, class Mask> constexpr int groupSize() {
  int count = 1;
  for (int d = 0; d < S::rank; ++d)
    count *= Mask::dim(d) != 0 ? S::dim(d) : 1;
  return count;
}

/// Calls finish(y, element, position along the last axis) with all elements,
/// standardized.
template <class S, class Mask, bool Rms, class T, class Finish>
inline void standardizeGroups(const T *in, int in_zero, std::int64_t epsilon,
                              const Finish &finish) {
  static_assert(S::rank == Mask::rank, "one entry for each axis");
  constexpr int kCount = groupSize<S, Mask>();
  static_assert(kCount <= (sizeof(T) == 1 ? 1 << 20 : 1 << 14),
                "sums would overflow");
  using Squares = typename SquareSum<(sizeof(T) > 1 || kCount > 66051)>::Type;
  walkAxes<S, Mask, 0, 0>(0, 0, [=](int group, int groupLast) {
    std::int32_t sum = 0;
    Squares squares = 0;
    walkAxes<S, Mask, 1, 0>(group, groupLast, [&](int i, int) {
      const std::int32_t d = in[i] - in_zero;
      sum += d;
      squares += static_cast<Squares>(d * d);
    });
    if (Rms)
      sum = 0;
    const std::int64_t variance =
        static_cast<std::int64_t>(squares) * kCount - std::int64_t{sum} * sum;
    const ReciprocalRoot root =
        reciprocalRoot(static_cast<std::uint64_t>(variance + epsilon));
    walkAxes<S, Mask, 1, 0>(group, groupLast, [&](int i, int last) {
      finish(standardize<T>((in[i] - in_zero) * kCount - sum, root), i, last);
    });
  });
}

template <class S, class Mask, bool Rms>
void layer_norm_s8(const std::int8_t *in, const std::int32_t *multiplier,
                   const std::int32_t *bias, std::int8_t *out, int in_zero,
                   std::int64_t epsilon, int shift, int out_zero) {
  standardizeGroups<S, Mask, Rms>(
      in, in_zero, epsilon, [=](std::int32_t y, int i, int last) {
        // Beyond these bounds the result saturates whatever the zero point is.
        const auto steps = static_cast<std::int32_t>(clamp<std::int64_t>(
            normalize<std::int8_t>(y, multiplier[last], shift, bias[last]),
            -512, 512));
        out[i] = static_cast<std::int8_t>(
            clamp<std::int32_t>(steps + out_zero, -128, 127));
      });
}

template <class S, class Mask, bool Rms>
void layer_norm_s16(const std::int16_t *in, const std::int32_t *multiplier,
                    const std::int32_t *bias, std::int16_t *out,
                    std::int64_t epsilon, int shift) {
  standardizeGroups<S, Mask, Rms>(
      in, 0, epsilon, [=](std::int32_t y, int i, int last) {
        out[i] = static_cast<std::int16_t>(clamp<std::int64_t>(
            normalize<std::int16_t>(y, multiplier[last], shift, bias[last]),
            -32768, 32767));
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_LAYER_NORM_INTEGER_H
