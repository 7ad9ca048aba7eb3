// Reductions over any set of axes; sums and products of integers wrap around.
//
//   reduce_f32, reduce_integer   any kind; the output has the input's type
//   reduce_sum_s8                out = requantize(sum(in - in_zero), m, shift,
//                                out_zero, -128, 127); a mean has its divisor
//                                in m
//   reduce_sum_s16               out = requantizeWide(sum(in), m, shift, 0,
//                                -32768, 32767)
//
//   Mask  Shape<0 or 1 ...>, 1 for each axis that is reduced
//   out   the kept axes in their order (kept with extent 1 or not is the same
//         memory)
//
// The kinds are those of ONNX: L1 = sum |x|, L2 = sqrt(sum x^2), LogSum =
// log(sum x), LogSumExp = log(sum exp x).
#ifndef EDGECC_KERNELS_REDUCE_H
#define EDGECC_KERNELS_REDUCE_H

#include <cmath>
#include <cstdint>
#include <type_traits>

#ifndef EDGECC_KERNELS_ARITHMETIC_H
#include "arithmetic.h"
#endif
#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif
#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

enum class ReduceKind {
  Sum,
  Mean,
  Max,
  Min,
  Prod,
  SumSquare,
  L1,
  L2,
  LogSum,
  LogSumExp
};

/// The result of an empty reduction.
template <ReduceKind Kind, class T = float> inline T reduceStart() {
  if constexpr (Kind == ReduceKind::Max)
    return Arithmetic<T>::lowest();
  else if constexpr (Kind == ReduceKind::Min)
    return Arithmetic<T>::highest();
  else
    return static_cast<T>(Kind == ReduceKind::Prod ? 1 : 0);
}

/// Takes one more element in.
template <ReduceKind Kind, class T = float> inline T reduceStep(T acc, T x) {
  if constexpr (Kind == ReduceKind::Max)
    return x > acc ? x : acc;
  else if constexpr (Kind == ReduceKind::Min)
    return x < acc ? x : acc;
  else if constexpr (Kind == ReduceKind::Prod)
    return wrappingMul(acc, x);
  else if constexpr (Kind == ReduceKind::L1)
    return acc + std::fabs(x);
  else if constexpr (Kind == ReduceKind::SumSquare || Kind == ReduceKind::L2)
    return acc + x * x;
  else
    return wrappingAdd(acc, x);
}

template <ReduceKind Kind, int Count, class T> inline T reduceFinish(T acc) {
  if constexpr (Kind == ReduceKind::Mean)
    return acc / static_cast<float>(Count);
  else if constexpr (Kind == ReduceKind::L2)
    return std::sqrt(acc);
  else if constexpr (Kind == ReduceKind::LogSum)
    return std::log(acc);
  else
    return acc;
}

/// Number of elements that one result is made of.
template <class In, class Mask> constexpr int reducedCount() {
  int count = 1;
  for (int d = 0; d < In::rank; ++d)
    count *= Mask::dim(d) != 0 ? In::dim(d) : 1;
  return count;
}

/// Folds the reduced axes from `Dim` on into `acc` by `step`.
template <class In, class Mask, int Dim, class T, class Acc, class Step>
inline Acc foldAxes(const T *in, Acc acc, const Step &step) {
  if constexpr (Dim == In::rank) {
    return step(acc, *in);
  } else if constexpr (Mask::dim(Dim) == 0) {
    return foldAxes<In, Mask, Dim + 1>(in, acc, step);
  } else {
    for (int i = 0; i < In::dim(Dim); ++i)
      acc = foldAxes<In, Mask, Dim + 1>(in + i * In::product(Dim + 1, In::rank),
                                        acc, step);
    return acc;
  }
}

/// One result.
template <class In, class Mask, ReduceKind Kind, class T>
inline T reduceOne(const T *in) {
  if constexpr (Kind == ReduceKind::LogSumExp) {
    // Relative to the maximum, so that no exponential overflows.
    const float max =
        foldAxes<In, Mask, 0>(in, -HUGE_VALF, reduceStep<ReduceKind::Max, T>);
    if (std::isinf(max))
      return max;
    const float sum =
        foldAxes<In, Mask, 0>(in, 0.0f, [max](float acc, float x) {
          return acc + std::exp(x - max);
        });
    return max + std::log(sum);
  } else {
    const T acc =
        foldAxes<In, Mask, 0>(in, reduceStart<Kind, T>(), reduceStep<Kind, T>);
    return reduceFinish<Kind, reducedCount<In, Mask>()>(acc);
  }
}

/// Walks the kept axes from `Dim` on: out = one(in); returns the next output
/// place.
template <class In, class Mask, int Dim, class T, class One>
inline T *reduceFrom(const T *in, T *out, const One &one) {
  if constexpr (Dim == In::rank) {
    *out = one(in);
    return out + 1;
  } else if constexpr (Mask::dim(Dim) != 0) {
    return reduceFrom<In, Mask, Dim + 1>(in, out, one);
  } else {
    for (int i = 0; i < In::dim(Dim); ++i)
      out = reduceFrom<In, Mask, Dim + 1>(
          in + i * In::product(Dim + 1, In::rank), out, one);
    return out;
  }
}

template <class In, class Mask, ReduceKind Kind>
void reduce_f32(const float *in, float *out) {
  static_assert(In::rank == Mask::rank, "one entry for each axis");
  reduceFrom<In, Mask, 0>(in, out, reduceOne<In, Mask, Kind, float>);
}

template <class In, class Mask, ReduceKind Kind, class T>
void reduce_integer(const T *in, T *out) {
  static_assert(In::rank == Mask::rank, "one entry for each axis");
  static_assert(Kind != ReduceKind::Mean, "a mean is no integer");
  reduceFrom<In, Mask, 0>(in, out, reduceOne<In, Mask, Kind, T>);
}

template <class In, class Mask>
void reduce_sum_s8(const std::int8_t *in, std::int8_t *out, int in_zero,
                   std::int32_t m, int shift, int out_zero) {
  static_assert(In::rank == Mask::rank, "one entry for each axis");
  constexpr int kCount = reducedCount<In, Mask>();
  reduceFrom<In, Mask, 0>(in, out, [=](const std::int8_t *x) {
    const std::int32_t sum = foldAxes<In, Mask, 0>(
        x, std::int32_t{-kCount * in_zero},
        [](std::int32_t acc, std::int8_t q) { return acc + q; });
    return static_cast<std::int8_t>(
        requantize(sum, m, shift, out_zero, -128, 127));
  });
}

template <class In, class Mask>
void reduce_sum_s16(const std::int16_t *in, std::int16_t *out, std::int32_t m,
                    int shift) {
  static_assert(In::rank == Mask::rank, "one entry for each axis");
  // 32 bits hold 65535 elements.
  constexpr bool kIsLong = reducedCount<In, Mask>() > 65535;
  using Sum = std::conditional_t<kIsLong, std::int64_t, std::int32_t>;
  reduceFrom<In, Mask, 0>(in, out, [=](const std::int16_t *x) {
    const Sum sum = foldAxes<In, Mask, 0>(
        x, Sum{0}, [](Sum acc, std::int16_t q) { return acc + q; });
    return static_cast<std::int16_t>(
        requantizeWide(sum, m, shift, 0, -32768, 32767));
  });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_REDUCE_H
