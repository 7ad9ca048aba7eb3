// Weighted sums of entries along an axis: one step of a linear or cubic resize.
//
//   in       [..., N, ...]   N is dimension `Axis`
//   indices  [Taps, P]       in 0..N-1
//   weights  [Taps, P]
//   out      [..., P, ...]
//
// f32: out[p] = sum over t of weights[t, p] * in[indices[t, p]].
// s8: out[p] = requantize(sum of weights[t, p] * (in[indices[t, p]] - in_zero),
//   m, shift, out_zero, -128, 127), weights of 16 bits.
// s16: out[p] = requantizeWide(sum of weights[t, p] * in[indices[t, p]], m,
//   shift, 0, -32768, 32767).
#ifndef EDGECC_KERNELS_RESAMPLE_H
#define EDGECC_KERNELS_RESAMPLE_H

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

/// Entries of `Inner` elements; `finish` makes an output of an accumulator.
template <class In, int Axis, class Weights, class Acc, class T, class TWeight,
          class Finish>
inline void resample(const T *in, const std::int32_t *indices,
                     const TWeight *weights, T *out, Acc zero,
                     const Finish &finish) {
  constexpr int kTaps = Weights::dim(0), kPositions = Weights::dim(1);
  constexpr int kInner = In::product(Axis + 1, In::rank);
  constexpr int kBlock = In::dim(Axis) * kInner;
  for (int outer = 0; outer < In::product(0, Axis); ++outer, in += kBlock)
    for (int p = 0; p < kPositions; ++p, out += kInner)
      for (int i = 0; i < kInner; ++i) {
        Acc acc = 0;
        for (int t = 0; t < kTaps; ++t) {
          const int tap = t * kPositions + p;
          acc += static_cast<Acc>(weights[tap]) *
                 (static_cast<Acc>(in[indices[tap] * kInner + i]) - zero);
        }
        out[i] = finish(acc);
      }
}

template <class In, int Axis, class Weights>
void resample_f32(const float *in, const std::int32_t *indices,
                  const float *weights, float *out) {
  resample<In, Axis, Weights>(in, indices, weights, out, 0.0f,
                              [](float acc) { return acc; });
}

template <class In, int Axis, class Weights>
void resample_s8(const std::int8_t *in, const std::int32_t *indices,
                 const std::int16_t *weights, std::int8_t *out, int in_zero,
                 std::int32_t m, int shift, int out_zero) {
  resample<In, Axis, Weights>(
      in, indices, weights, out, std::int32_t{in_zero}, [=](std::int32_t acc) {
        return static_cast<std::int8_t>(
            requantize(acc, m, shift, out_zero, -128, 127));
      });
}

template <class In, int Axis, class Weights>
void resample_s16(const std::int16_t *in, const std::int32_t *indices,
                  const std::int16_t *weights, std::int16_t *out,
                  std::int32_t m, int shift) {
  resample<In, Axis, Weights>(
      in, indices, weights, out, std::int64_t{0}, [=](std::int64_t acc) {
        return static_cast<std::int16_t>(
            requantizeWide(acc, m, shift, 0, -32768, 32767));
      });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_RESAMPLE_H
