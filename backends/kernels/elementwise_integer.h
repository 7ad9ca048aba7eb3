// Integer kernels of two operands beyond sums and products; operands broadcast
// to the output's shape as in numpy.
//
//   extremum_s8  the larger (or smaller) of (a - a_zero) * a_mul and
//                (b - b_zero) * b_mul, plus 2^(S - 1), >> S, + out_zero,
//                clamped
//   div_s8       divide(a - a_zero, b - b_zero, m, S, out_zero, lo, hi)
//   prelu_s8     requantize(a - a_zero, m[0], ...) where a >= a_zero, else
//                requantize((a - a_zero) * (b - b_zero), m[1], ...)
//
// The same of int16, without zero points:
//   extremum_s16
//   div_s16      divideWide(a, b, m, S, lo, hi)
//   prelu_s16    requantizeWide(a, m[0], ...) where a >= 0, else
//                requantizeWide(a * b, m[1], ...)
//
// A difference is an add_s8 whose b_mul is negative. `out` may be the memory of
// an operand that has the output's shape.
#ifndef EDGECC_KERNELS_ELEMENTWISE_INTEGER_H
#define EDGECC_KERNELS_ELEMENTWISE_INTEGER_H

#include <cstdint>

#ifndef EDGECC_KERNELS_ELEMENTWISE_H
#include "elementwise.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Out, class InA, class InB, bool IsMax>
void extremum_s8(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
                 int a_zero, std::int32_t a_mul, int b_zero, std::int32_t b_mul,
                 int S, int out_zero, int lo, int hi) {
  const std::int32_t half = S > 0 ? std::int32_t{1} << (S - 1) : 0;
  mapFrom<0, Out, InA, InB>(
      [=](std::int8_t x, std::int8_t y) {
        const std::int32_t left = (x - a_zero) * a_mul;
        const std::int32_t right = (y - b_zero) * b_mul;
        const std::int32_t acc = (left > right) == IsMax ? left : right;
        return static_cast<std::int8_t>(
            clamp<std::int32_t>(((acc + half) >> S) + out_zero, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB>
void div_s8(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
            int a_zero, int b_zero, std::int32_t m, int S, int out_zero, int lo,
            int hi) {
  mapFrom<0, Out, InA, InB>(
      [=](std::int8_t x, std::int8_t y) {
        return static_cast<std::int8_t>(
            divide(x - a_zero, y - b_zero, m, S, out_zero, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB>
void prelu_s8(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
              int a_zero, int b_zero, std::int32_t m_positive,
              std::int32_t m_negative, int shift, int out_zero, int lo,
              int hi) {
  mapFrom<0, Out, InA, InB>(
      [=](std::int8_t x, std::int8_t y) {
        const std::int32_t d = x - a_zero;
        const std::int32_t acc = d < 0 ? d * (y - b_zero) : d;
        return static_cast<std::int8_t>(requantize(
            acc, d < 0 ? m_negative : m_positive, shift, out_zero, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB, bool IsMax>
void extremum_s16(const std::int16_t *a, const std::int16_t *b,
                  std::int16_t *out, std::int32_t a_mul, std::int32_t b_mul,
                  int S, int lo, int hi) {
  const std::int32_t half = S > 0 ? std::int32_t{1} << (S - 1) : 0;
  mapFrom<0, Out, InA, InB>(
      [=](std::int16_t x, std::int16_t y) {
        const std::int32_t left = x * a_mul, right = y * b_mul;
        const std::int32_t acc = (left > right) == IsMax ? left : right;
        return static_cast<std::int16_t>(
            clamp<std::int32_t>((acc + half) >> S, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB>
void div_s16(const std::int16_t *a, const std::int16_t *b, std::int16_t *out,
             std::int32_t m, int S, int lo, int hi) {
  mapFrom<0, Out, InA, InB>(
      [=](std::int16_t x, std::int16_t y) {
        return static_cast<std::int16_t>(divideWide(x, y, m, S, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB>
void prelu_s16(const std::int16_t *a, const std::int16_t *b, std::int16_t *out,
               std::int32_t m_positive, std::int32_t m_negative, int shift,
               int lo, int hi) {
  mapFrom<0, Out, InA, InB>(
      [=](std::int16_t x, std::int16_t y) {
        return static_cast<std::int16_t>(
            requantizeWide(x < 0 ? x * y : x, x < 0 ? m_negative : m_positive,
                           shift, 0, lo, hi));
      },
      out, a, b);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_ELEMENTWISE_INTEGER_H
