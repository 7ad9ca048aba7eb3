// Softmax along one axis: float, int8, int16.
//
// f32: out = exp(x - max) / sum(exp(x - max)), or the logarithm of that.
// s8: the output has scale 1/256 and zero point -128. table[d] is
//   round(exp(-s_in * d) * 2^23) for d = max - q in 0..255;
//   out = min((table[d] * 256 + sum / 2) / sum - 128, 127), sum over the axis.
//
// s16: the output has scale 1/32768 and zero point 0. table[i] is
//   round(exp(-s_in * 256 * i) * 2^23) and table[256 + i] is
//   round(exp(-s_in * i) * 2^23) for i in 0..255; their product gives, for
//   d = max - q in 0..65535,
//   e(d) = (table[d >> 8] * table[256 + (d & 255)] + 2^29) >> 30;
//   out = min((e * 32768 + sum / 2) / sum, 32767), sum over the axis.
//
// `out` may be the input.
#ifndef EDGECC_KERNELS_SOFTMAX_H
#define EDGECC_KERNELS_SOFTMAX_H

#include <cmath>
#include <cstdint>

#ifndef EDGECC_KERNELS_EXPONENTIAL_H
#include "exponential.h"
#endif
#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// The largest of `Count` elements, `Step` apart.
template <int Count, int Step, class T> inline T largest(const T *x) {
  T best = x[0];
  for (int i = 1; i < Count; ++i)
    best = x[i * Step] > best ? x[i * Step] : best;
  return best;
}

/// Whether lines are long enough for reductions in vectors. Compilers keep the
/// order of additions, and branches where comparisons may trap: partial
/// results, and comparisons of integers, are vectors all the same.
template <int Count, int Step>
constexpr bool kReducesVectors =
    EDGECC_VECTOR_MATH != 0 && Step == 1 && Count >= 32;
constexpr int kPartials = 16;

/// A float's bits as an integer in the order of floats; its own inverse.
[[maybe_unused]] inline std::int32_t toOrder(std::int32_t bits) {
  return bits ^ ((bits >> 31) & 0x7FFFFFFF);
}

/// The largest of the elements of a line, or a NaN if there is one; of several
/// NaNs and numbers either.
template <int Count, int Step> inline float largestFloat(const float *x) {
  if constexpr (!kReducesVectors<Count, Step>) {
    return largest<Count, Step>(x);
  } else {
    std::int32_t best[kPartials];
    for (int j = 0; j < kPartials; ++j)
      best[j] = toOrder(bitsOf(x[j]));
    for (int i = kPartials; i <= Count - kPartials; i += kPartials)
      for (int j = 0; j < kPartials; ++j) {
        const std::int32_t order = toOrder(bitsOf(x[i + j]));
        best[j] = order > best[j] ? order : best[j];
      }
    std::int32_t all = best[0];
    for (int j = 1; j < kPartials; ++j)
      all = best[j] > all ? best[j] : all;
    for (int i = Count / kPartials * kPartials; i < Count; ++i) {
      const std::int32_t order = toOrder(bitsOf(x[i]));
      all = order > all ? order : all;
    }
    return fromBits(toOrder(all));
  }
}

/// The sum of the elements of a line.
template <int Count, int Step> inline float sumFloats(const float *x) {
  float sum = 0.0f;
  if constexpr (!kReducesVectors<Count, Step>) {
    for (int i = 0; i < Count; ++i)
      sum += x[i * Step];
  } else {
    float parts[kPartials] = {};
    for (int i = 0; i <= Count - kPartials; i += kPartials)
      for (int j = 0; j < kPartials; ++j)
        parts[j] += x[i + j];
    for (int j = 0; j < kPartials; ++j)
      sum += parts[j];
    for (int i = Count / kPartials * kPartials; i < Count; ++i)
      sum += x[i];
  }
  return sum;
}

/// Calls body(offset) for the first element of each line along the axis.
template <class S, int Axis, class Body>
inline void forEachLine(const Body &body) {
  constexpr int kInner = S::product(Axis + 1, S::rank);
  constexpr int kBlock = S::dim(Axis) * kInner;
  for (int outer = 0; outer < S::size; outer += kBlock)
    for (int inner = 0; inner < kInner; ++inner)
      body(outer + inner);
}

template <class S, int Axis> void softmax_f32(const float *in, float *out) {
  constexpr int kCount = S::dim(Axis);
  constexpr int kStep = S::product(Axis + 1, S::rank);
  forEachLine<S, Axis>([in, out](int offset) {
    const float max = largestFloat<kCount, kStep>(in + offset);
    for (int i = 0; i < kCount; ++i)
      out[offset + i * kStep] = in[offset + i * kStep] - max;
  });
  // All lines at once, whatever their length is: vectors are full.
  for (int i = 0; i < S::size; ++i)
    out[i] = exponential(out[i]);
  forEachLine<S, Axis>([out](int offset) {
    float *y = out + offset;
    const float sum = sumFloats<kCount, kStep>(y);
    for (int i = 0; i < kCount; ++i)
      y[i * kStep] /= sum;
  });
}

template <class S, int Axis> void log_softmax_f32(const float *in, float *out) {
  constexpr int kCount = S::dim(Axis);
  constexpr int kStep = S::product(Axis + 1, S::rank);
  forEachLine<S, Axis>([in, out](int offset) {
    const float *x = in + offset;
    float *y = out + offset;
    const float max = largest<kCount, kStep>(x);
    float sum = 0.0f;
    for (int i = 0; i < kCount; ++i)
      sum += std::exp(x[i * kStep] - max);
    const float logarithm = std::log(sum);
    for (int i = 0; i < kCount; ++i)
      y[i * kStep] = x[i * kStep] - max - logarithm;
  });
}

/// The narrowest type for the sums of a line. Table entries are at most 2^23:
/// with up to 511 of them, 256 entries plus half the sum fit 32 bits, which
/// spares a division of 64 bits.
template <bool Wide> struct SoftmaxSum {
  using Type = std::uint32_t;
};
template <> struct SoftmaxSum<true> {
  using Type = std::uint64_t;
};

template <class S, int Axis>
void softmax_s8(const std::int8_t *in, const std::int32_t *table,
                std::int8_t *out) {
  constexpr int kCount = S::dim(Axis);
  constexpr int kStep = S::product(Axis + 1, S::rank);
  using Sum = typename SoftmaxSum<(kCount > 511)>::Type;
  forEachLine<S, Axis>([in, table, out](int offset) {
    const std::int8_t *q = in + offset;
    const int max = largest<kCount, kStep>(q);
    Sum sum = 0;
    for (int i = 0; i < kCount; ++i)
      sum += static_cast<Sum>(table[max - q[i * kStep]]);
    // With many elements most shares are zero: that takes no division.
    const Sum negligible = sum / 512;
    for (int i = 0; i < kCount; ++i) {
      const Sum e = static_cast<Sum>(table[max - q[i * kStep]]);
      const int share = e < negligible
                            ? -128
                            : static_cast<int>((e * 256 + sum / 2) / sum) - 128;
      out[offset + i * kStep] =
          static_cast<std::int8_t>(share < 127 ? share : 127);
    }
  });
}

/// exp of -s_in * distance, times 2^16.
[[maybe_unused]] inline std::uint32_t expOfDistance(const std::int32_t *table,
                                                    int distance) {
  const std::int64_t product = static_cast<std::int64_t>(table[distance >> 8]) *
                               table[256 + (distance & 255)];
  return static_cast<std::uint32_t>((product + (std::int64_t{1} << 29)) >> 30);
}

template <class S, int Axis>
void softmax_s16(const std::int16_t *in, const std::int32_t *table,
                 std::int16_t *out) {
  constexpr int kCount = S::dim(Axis);
  constexpr int kStep = S::product(Axis + 1, S::rank);
  // Exponentials are at most 2^16: with up to 65535 of them, 32768 times one
  // plus half the sum fits 32 bits.
  using Sum = typename SoftmaxSum<(kCount > 65535)>::Type;
  forEachLine<S, Axis>([in, table, out](int offset) {
    const std::int16_t *q = in + offset;
    const int max = largest<kCount, kStep>(q);
    Sum sum = 0;
    for (int i = 0; i < kCount; ++i)
      sum += expOfDistance(table, max - q[i * kStep]);
    for (int i = 0; i < kCount; ++i) {
      const Sum e = expOfDistance(table, max - q[i * kStep]);
      const Sum share = (e * 32768 + sum / 2) / sum;
      out[offset + i * kStep] =
          static_cast<std::int16_t>(share < 32767 ? share : 32767);
    }
  });
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SOFTMAX_H
