// Kernels that move elements without computing: copy, transpose, pad, slice,
// gather, and one operand's part of a concatenation. T is any trivially
// copyable element type.
//
// `out` must not overlap an input, except that copy allows out == in.
#ifndef EDGECC_KERNELS_DATA_MOVEMENT_H
#define EDGECC_KERNELS_DATA_MOVEMENT_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Copies a constant number of elements.
template <int Count, class T> inline void copyElements(const T *in, T *out) {
  std::memcpy(out, in, static_cast<std::size_t>(Count) * sizeof(T));
}

template <class S, class T> void copy(const T *in, T *out) {
  if (in != out)
    copyElements<S::size>(in, out);
}

/// Walks the output dimensions from `Dim` on; returns the next output place.
template <class In, class Perm, int Dim, class T>
inline T *transposeFrom(const T *in, T *out) {
  if constexpr (Dim == Perm::rank) {
    *out = *in;
    return out + 1;
  } else {
    constexpr int kAxis = Perm::dim(Dim);
    constexpr int kStride = In::product(kAxis + 1, In::rank);
    for (int i = 0; i < In::dim(kAxis); ++i)
      out = transposeFrom<In, Perm, Dim + 1>(in + i * kStride, out);
    return out;
  }
}

/// Output dimension d is input dimension Perm[d].
template <class In, class Perm, class T> void transpose(const T *in, T *out) {
  static_assert(In::rank == Perm::rank, "one entry for each dimension");
  transposeFrom<In, Perm, 0>(in, out);
}

template <class T> inline void fill(T *out, int count, T value) {
  for (int i = 0; i < count; ++i)
    out[i] = value;
}

/// Walks the dimensions from `Dim` on.
template <class In, class Out, class Before, int Dim, class T>
inline void padFrom(const T *in, T *out, T value) {
  if constexpr (Dim == Out::rank) {
    *out = *in;
  } else {
    constexpr int kInStride = In::product(Dim + 1, In::rank);
    constexpr int kOutStride = Out::product(Dim + 1, Out::rank);
    for (int i = 0; i < Out::dim(Dim); ++i, out += kOutStride) {
      const int source = i - Before::dim(Dim);
      if (source < 0 || source >= In::dim(Dim))
        fill(out, kOutStride, value);
      else
        padFrom<In, Out, Before, Dim + 1>(in + source * kInStride, out, value);
    }
  }
}

/// Puts `Before` elements of `value` in front along each dimension (a negative
/// number crops), and as many behind as fill the output.
template <class In, class Out, class Before, class T>
void pad(const T *in, T *out, T value) {
  static_assert(In::rank == Out::rank && In::rank == Before::rank,
                "one entry for each dimension");
  padFrom<In, Out, Before, 0>(in, out, value);
}

/// One operand of a concatenation: `Outer` blocks of `InInner` elements go to
/// element `Offset` of the output's blocks of `OutInner` elements.
template <class T, int Outer, int InInner, int OutInner, int Offset>
void copy_slab(const T *in, T *out) {
  static_assert(Offset + InInner <= OutInner, "the operand has its place");
  for (int i = 0; i < Outer; ++i)
    copyElements<InInner>(in + i * InInner, out + i * OutInner + Offset);
}

/// Walks the dimensions from `Dim` on; returns the next output place.
template <class In, class Out, class Starts, class Steps, int Dim, class T>
inline T *sliceFrom(const T *in, T *out) {
  if constexpr (Dim == Out::rank) {
    *out = *in;
    return out + 1;
  } else {
    constexpr int kStride = In::product(Dim + 1, In::rank);
    for (int i = 0; i < Out::dim(Dim); ++i)
      out = sliceFrom<In, Out, Starts, Steps, Dim + 1>(
          in + (Starts::dim(Dim) + i * Steps::dim(Dim)) * kStride, out);
    return out;
  }
}

/// Element i along dimension d is the input's Starts[d] + i * Steps[d];
/// the steps may be negative, the starts count from the front.
template <class In, class Out, class Starts, class Steps, class T>
void slice(const T *in, T *out) {
  static_assert(In::rank == Out::rank && In::rank == Starts::rank &&
                    In::rank == Steps::rank,
                "one entry for each dimension");
  sliceFrom<In, Out, Starts, Steps, 0>(in, out);
}

/// The place that an index means, of `Count`. Clamped in the index's own type,
/// which may be wider than int.
template <int Count, class TIndex> inline int gatherIndex(TIndex index) {
  const int at = index >= Count   ? Count - 1
                 : index < -Count ? 0
                                  : static_cast<int>(index);
  return at < 0 ? at + Count : at;
}

/// ONNX Gather: replaces the data's dimension `Axis` by those of the indices.
/// Negative indices count from the end; an index beyond either end means the
/// element there, as nothing outside the data may be read.
template <class Data, class Indices, int Axis, class T, class TIndex>
void gather(const T *data, const TIndex *indices, T *out) {
  constexpr int kOuter = Data::product(0, Axis), kCount = Data::dim(Axis);
  constexpr int kInner = Data::product(Axis + 1, Data::rank);
  for (int outer = 0; outer < kOuter; ++outer, data += kCount * kInner)
    for (int i = 0; i < Indices::size; ++i, out += kInner)
      copyElements<kInner>(data + gatherIndex<kCount>(indices[i]) * kInner,
                           out);
}

/// gather along the first axis of int8 data that have at most 16 values. Each
/// row is stored as numbers of four bits of what `palette` has, the lower half
/// of a byte first, and begins with a byte of its own.
template <class Data, class Indices, class TIndex>
void gather_palette_s8(const std::uint8_t *data, const std::int8_t *palette,
                       const TIndex *indices, std::int8_t *out) {
  constexpr int kCount = Data::dim(0), kInner = Data::product(1, Data::rank);
  constexpr int kRowBytes = (kInner + 1) / 2;
  for (int i = 0; i < Indices::size; ++i, out += kInner) {
    const std::uint8_t *row =
        data + gatherIndex<kCount>(indices[i]) * kRowBytes;
    for (int c = 0; c < kInner; ++c)
      out[c] = palette[c % 2 == 0 ? row[c / 2] & 15 : row[c / 2] >> 4];
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DATA_MOVEMENT_H
