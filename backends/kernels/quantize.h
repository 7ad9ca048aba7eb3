// Changes of representation: float to int8 and int16 and back, and between
// integers with different scales, zero points and widths. Element by element as
// in fixed_point.h.
//
// `out` of requantize_s8 may be its input, that of requantize_wide an input of
// the same type.
#ifndef EDGECC_KERNELS_QUANTIZE_H
#define EDGECC_KERNELS_QUANTIZE_H

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

template <class S>
void quantize_s8(const float *in, std::int8_t *out, float scale, int zero) {
  for (int i = 0; i < S::size; ++i)
    out[i] = quantize(in[i], scale, zero);
}

template <class S>
void dequantize_s8(const std::int8_t *in, float *out, float scale, int zero) {
  for (int i = 0; i < S::size; ++i)
    out[i] = dequantize(in[i], scale, zero);
}

/// m * 2^(shift - 31) is the input's scale divided by the output's.
template <class S>
void requantize_s8(const std::int8_t *in, std::int8_t *out, int in_zero,
                   std::int32_t m, int shift, int out_zero) {
  for (int i = 0; i < S::size; ++i)
    out[i] = static_cast<std::int8_t>(
        requantize(in[i] - in_zero, m, shift, out_zero, -128, 127));
}

template <class S>
void quantize_s16(const float *in, std::int16_t *out, float scale, int zero) {
  for (int i = 0; i < S::size; ++i)
    out[i] = quantizeAs<std::int16_t>(in[i], scale, zero);
}

template <class S>
void dequantize_s16(const std::int16_t *in, float *out, float scale, int zero) {
  for (int i = 0; i < S::size; ++i)
    out[i] = dequantize(in[i], scale, zero);
}

/// From and to int8 or int16, one of them int16: m * 2^-shift is the input's
/// scale divided by the output's.
template <class S, class In, class Out>
void requantize_wide(const In *in, Out *out, int in_zero, std::int32_t m,
                     int shift, int out_zero) {
  constexpr int kHalf = 1 << (8 * sizeof(Out) - 1);
  for (int i = 0; i < S::size; ++i)
    out[i] = static_cast<Out>(
        requantizeWide(in[i] - in_zero, m, shift, out_zero, -kHalf, kHalf - 1));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_QUANTIZE_H
