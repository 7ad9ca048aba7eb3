// Kernels that choose places by computed indices: scatter, top_k.
#ifndef EDGECC_KERNELS_SELECTION_H
#define EDGECC_KERNELS_SELECTION_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_ARITHMETIC_H
#include "arithmetic.h"
#endif
#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

enum class ScatterKind { Replace, Add, Mul, Max, Min };

/// Sums and products of integers wrap around.
template <ScatterKind Kind, class T> inline T scatterStep(T old, T update) {
  if constexpr (Kind == ScatterKind::Add)
    return wrappingAdd(old, update);
  else if constexpr (Kind == ScatterKind::Mul)
    return wrappingMul(old, update);
  else if constexpr (Kind == ScatterKind::Max)
    return old < update ? update : old;
  else if constexpr (Kind == ScatterKind::Min)
    return update < old ? update : old;
  else
    return update;
}

/// `out` is the data in which, one after another, entry indices[i] of the first
/// dimension is combined with entry i of the updates. Negative indices count
/// from the end; what lies outside of the data is dropped.
template <class Data, class Indices, ScatterKind Kind, class T, class TIndex>
void scatter(const T *data, const TIndex *indices, const T *updates, T *out) {
  constexpr int kCount = Data::dim(0), kInner = Data::product(1, Data::rank);
  if (out != data)
    std::memcpy(out, data, static_cast<std::size_t>(Data::size) * sizeof(T));
  for (int i = 0; i < Indices::size; ++i, updates += kInner) {
    const TIndex given = indices[i];
    const TIndex index = given < 0 ? given + kCount : given;
    if (index < 0 || index >= kCount)
      continue;
    T *place = out + static_cast<int>(index) * kInner;
    for (int j = 0; j < kInner; ++j)
      place[j] = scatterStep<Kind>(place[j], updates[j]);
  }
}

/// The positions of the `K` largest or smallest elements along an axis, best
/// first; among equal ones, the lowest position. The best ones so far are kept
/// in order, which beats sorting as long as K is small.
template <class In, int Axis, int K, bool Largest, class T>
void top_k(const T *in, std::int64_t *out) {
  constexpr int kSize = In::dim(Axis), kOuter = In::product(0, Axis);
  constexpr int kStride = In::product(Axis + 1, In::rank);
  for (int outer = 0; outer < kOuter; ++outer)
    for (int inner = 0; inner < kStride; ++inner) {
      const T *lane = in + outer * kSize * kStride + inner;
      std::int64_t *best = out + outer * K * kStride + inner;
      for (int i = 0; i < kSize; ++i) {
        const T x = lane[i * kStride];
        int place = i < K ? i : K;
        for (; place > 0; --place) {
          const T y = lane[best[(place - 1) * kStride] * kStride];
          if (Largest ? !(x > y) : !(x < y))
            break;
          if (place < K)
            best[place * kStride] = best[(place - 1) * kStride];
        }
        if (place < K)
          best[place * kStride] = i;
      }
    }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SELECTION_H
