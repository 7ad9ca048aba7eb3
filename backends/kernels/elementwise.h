// Elementwise kernels; operands broadcast to the output's shape as in numpy.
//
//   map<&fn, Out, Ins...>(out, ins...)   out[i] = fn(ins[i]...), any types
//   add_s8   acc = (a - a_zero) * a_mul + (b - b_zero) * b_mul + 2^(S - 1),
//            out = clamp((acc >> S) + out_zero, lo, hi)
//   mul_s8   out = requantize((a - a_zero) * (b - b_zero), m, shift, out_zero,
//            lo, hi)
//   table_s8 out = table[q + 128], 256 entries
//   add_s16  as add_s8, zero points being 0
//   mul_s16  out = requantizeWide(a * b, m, shift, 0, lo, hi)
//   table_s16  linear between 513 entries, 128 steps apart: with u = q + 32768,
//            i = u / 128, out = table[i] + (((table[i + 1] - table[i]) *
//            (u % 128) + 64) >> 7)
//
// `out` may be the memory of an operand that has the output's shape.
#ifndef EDGECC_KERNELS_ELEMENTWISE_H
#define EDGECC_KERNELS_ELEMENTWISE_H

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

/// The constant step with which In is read along the flattened dimensions of
/// Out from `Dim` on: 1 if it has them all, 0 if none, -1 if it has a part.
template <class In, class Out, int Dim> constexpr int flatStep() {
  constexpr int kFirst = Dim - (Out::rank - In::rank);
  constexpr int kElements = In::product(kFirst < 0 ? 0 : kFirst, In::rank);
  return kElements == Out::product(Dim, Out::rank) ? 1
         : kElements == 1                          ? 0
                                                   : -1;
}

/// One loop over `Size` elements; operand k advances by its step, 0 or 1.
template <int Size, int... Steps, class Fn, class TOut, class... TIns>
inline void mapFlat(const Fn &fn, TOut *out, const TIns *...ins) {
  for (int i = 0; i < Size; ++i)
    out[i] = fn(ins[i * Steps]...);
}

/// Walks the dimensions from `Dim` on. As soon as every operand is either dense
/// or constant over the rest, the rest is one flat loop.
template <int Dim, class Out, class... Ins, class Fn, class TOut, class... TIns>
inline void mapFrom(const Fn &fn, TOut *out, const TIns *...ins) {
  constexpr int kRest = Out::product(Dim, Out::rank);
  if constexpr ((true && ... && (flatStep<Ins, Out, Dim>() >= 0))) {
    mapFlat<kRest, flatStep<Ins, Out, Dim>()...>(fn, out, ins...);
  } else {
    for (int i = 0; i < Out::dim(Dim); ++i)
      mapFrom<Dim + 1, Out, Ins...>(
          fn, out + i * Out::product(Dim + 1, Out::rank),
          ins + i * broadcastStride<Ins, Out, Dim>()...);
  }
}

/// A scalar function takes and gives bytes as signed.
template <class T> constexpr T asScalar(T x) { return x; }
[[maybe_unused]] constexpr std::int8_t asScalar(std::uint8_t x) {
  return static_cast<std::int8_t>(x);
}

template <auto Fn, class Out, class... Ins, class TOut, class... TIns>
void map(TOut *out, const TIns *...ins) {
  static_assert(sizeof...(Ins) == sizeof...(TIns), "a shape for each operand");
  mapFrom<0, Out, Ins...>(
      [](TIns... x) { return static_cast<TOut>(Fn(asScalar(x)...)); }, out,
      ins...);
}

template <class Out, class InA, class InB>
void add_s8(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
            int a_zero, std::int32_t a_mul, int b_zero, std::int32_t b_mul,
            int S, int out_zero, int lo, int hi) {
  const std::int32_t half = S > 0 ? std::int32_t{1} << (S - 1) : 0;
  mapFrom<0, Out, InA, InB>(
      [=](std::int8_t x, std::int8_t y) {
        const std::int32_t acc =
            (x - a_zero) * a_mul + (y - b_zero) * b_mul + half;
        return static_cast<std::int8_t>(
            clamp<std::int32_t>((acc >> S) + out_zero, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB>
void mul_s8(const std::int8_t *a, const std::int8_t *b, std::int8_t *out,
            int a_zero, int b_zero, std::int32_t m, int shift, int out_zero,
            int lo, int hi) {
  mapFrom<0, Out, InA, InB>(
      [=](std::int8_t x, std::int8_t y) {
        return static_cast<std::int8_t>(requantize((x - a_zero) * (y - b_zero),
                                                   m, shift, out_zero, lo, hi));
      },
      out, a, b);
}

template <class S>
void table_s8(const std::int8_t *in, const std::int8_t *table,
              std::int8_t *out) {
  for (int i = 0; i < S::size; ++i)
    out[i] = table[in[i] + 128];
}

template <class Out, class InA, class InB>
void add_s16(const std::int16_t *a, const std::int16_t *b, std::int16_t *out,
             std::int32_t a_mul, std::int32_t b_mul, int S, int lo, int hi) {
  const std::int32_t half = S > 0 ? std::int32_t{1} << (S - 1) : 0;
  mapFrom<0, Out, InA, InB>(
      [=](std::int16_t x, std::int16_t y) {
        return static_cast<std::int16_t>(
            clamp<std::int32_t>((x * a_mul + y * b_mul + half) >> S, lo, hi));
      },
      out, a, b);
}

template <class Out, class InA, class InB>
void mul_s16(const std::int16_t *a, const std::int16_t *b, std::int16_t *out,
             std::int32_t m, int shift, int lo, int hi) {
  mapFrom<0, Out, InA, InB>(
      [=](std::int16_t x, std::int16_t y) {
        return static_cast<std::int16_t>(
            requantizeWide(x * y, m, shift, 0, lo, hi));
      },
      out, a, b);
}

template <class S>
void table_s16(const std::int16_t *in, const std::int16_t *table,
               std::int16_t *out) {
  for (int i = 0; i < S::size; ++i)
    out[i] = interpolate(table, in[i]);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_ELEMENTWISE_H
