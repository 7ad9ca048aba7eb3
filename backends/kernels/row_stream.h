// What goes on between layers that are computed together, row by row. A buffer
// keeps a few rows of an image; the newest comes last.
//
//   slide_rows   the rows move up by one; the last one is to be written
//   fill_rows    bytes of rows outside the image
//   row_sums_s8  adds a row [1, 1, W, C] to sums [C]
//   mean_of_sums_s8  avg_pool2d_s8 of pool2d.h over an image of `Count` pixels,
//                from the sums of its channels: out = requantize(sum - Count *
//                in_zero, multiplier[Count - 1], shift, out_zero, lo, hi)
#ifndef EDGECC_KERNELS_ROW_STREAM_H
#define EDGECC_KERNELS_ROW_STREAM_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif
#ifndef EDGECC_KERNELS_FIXED_POINT_H
#include "fixed_point.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Moves the bytes behind the first `Distance` ones up to the front. C
/// libraries for small cores do that byte by byte; rows of whole words are
/// moved as such.
template <int Distance, int Bytes> inline void moveUp(char *to) {
  if constexpr (Distance % 4 == 0) {
    auto *word = static_cast<std::int32_t *>(__builtin_assume_aligned(to, 4));
#pragma GCC unroll 4
    for (int i = 0; i < Bytes / 4; ++i) {
      word[i] = word[i + Distance / 4];
      // Keeps the loop from becoming a call of memmove.
      __asm__ volatile("" ::: "memory");
    }
  } else {
    std::memmove(to, to + Distance, Bytes);
  }
}

/// Of `Rows` rows of `Elements` elements all but the first.
template <int Rows, int Elements, class T> void slide_rows(T *rows) {
  constexpr int kRow = Elements * static_cast<int>(sizeof(T));
  moveUp<kRow, (Rows - 1) * kRow>(reinterpret_cast<char *>(rows));
}

template <int Elements, class T> void fill_rows(T *rows, int byte) {
  std::memset(rows, byte, static_cast<std::size_t>(Elements) * sizeof(T));
}

template <class Row>
void row_sums_s8(const std::int8_t *row, std::int32_t *sums) {
  constexpr int kChannels = Row::dim(3);
  for (int c = 0; c < kChannels; ++c) {
    std::int32_t sum = sums[c];
    for (int x = 0; x < Row::dim(2); ++x)
      sum += row[x * kChannels + c];
    sums[c] = sum;
  }
}

template <int Channels, int Count>
void mean_of_sums_s8(const std::int32_t *sums, const std::int32_t *multiplier,
                     std::int8_t *out, int in_zero, int shift, int out_zero,
                     int lo, int hi) {
  for (int c = 0; c < Channels; ++c)
    out[c] = static_cast<std::int8_t>(requantize(sums[c] - Count * in_zero,
                                                 multiplier[Count - 1], shift,
                                                 out_zero, lo, hi));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_ROW_STREAM_H
