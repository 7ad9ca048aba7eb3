// For depthwise convolutions with any window that go through an image channel
// by channel: the rows below a row of outputs, column by column, so that what a
// window covers lies side by side in memory.
//
// Row r of the padded image is at r + x * pitch in column x. With the next row
// of outputs its windows begin `strideH` elements further on, and new elements
// of a column lie where the next one had rows that are not needed any more. So
// every row is written once, and memory for an image is that for one row of
// windows and an element for each further row.
//
// A channel is written where it was read, and only in rows that are in the
// buffer by then: the output may overwrite the input, if it has no longer rows
// and begins less than the height of a window above it.
#ifndef EDGECC_KERNELS_DEPTHWISE_COLUMNS_H
#define EDGECC_KERNELS_DEPTHWISE_COLUMNS_H

#include <cstdint>

namespace edgecc {
namespace kernels {
namespace {

/// An image, its result and the windows, as numbers: code is shared by layers.
struct DepthwiseColumns {
  int images, depth, inHeight, inWidth, outHeight, outWidth, padTop, padLeft;
  int strideH; ///< no more than the height
  int height;  ///< of a window, with what dilation leaves out
  int columns; ///< of the image, as far as windows touch it; at least one
  int size;    ///< elements of the buffer
};

/// How many outputs of a row to compute together, so that few are computed that
/// there are not.
[[maybe_unused]] constexpr int columnsTogether(int outputs) {
  return (outputs + 2) / 3 * 3 < (outputs + 3) / 4 * 4 ? 3 : 4;
}

/// `pitch` elements lie between columns; `read` is what the windows of a row
/// of outputs read.
template <class In, class Out, class Win>
constexpr DepthwiseColumns columnsOf(int pitch, int read) {
  constexpr int kHeight = (Win::kernelH - 1) * Win::dilationH + 1;
  constexpr int kSpan = (Out::dim(2) - 1) * Win::strideW +
                        (Win::kernelW - 1) * Win::dilationW + 1;
  static_assert(kSpan > Win::padLeft && Win::strideH <= kHeight);
  const int written = kSpan * pitch;
  return {In::dim(0),
          In::dim(3),
          In::dim(1),
          In::dim(2),
          Out::dim(1),
          Out::dim(2),
          Win::padTop,
          Win::padLeft,
          Win::strideH,
          kHeight,
          In::dim(2) < kSpan - Win::padLeft ? In::dim(2) : kSpan - Win::padLeft,
          (Out::dim(1) - 1) * Win::strideH + (written > read ? written : read)};
}

/// Brings the rows of a channel into a buffer that is full of padding, as they
/// are needed. Rows::copy takes a row of the image, Rows::fill writes padding.
template <class Rows, int Pitch, class T> struct ColumnRows {
  Rows rows;
  int inRow, strideH;
  bool padsLeft;
  T padding;
  const std::int8_t *from;
  T *to, *end, *imageEnd;

  inline ColumnRows(const DepthwiseColumns &shape, const std::int8_t *image,
                    T *buffer, T value)
      : rows(shape.depth, shape.columns, value),
        inRow(shape.inWidth * shape.depth), strideH(shape.strideH),
        padsLeft(shape.padLeft > 0), padding(value), from(image),
        to(buffer + shape.padLeft * Pitch + shape.padTop),
        end(to - shape.padTop + shape.height), imageEnd(to + shape.inHeight) {}

  /// What is missing below the next row of outputs.
  inline void next() {
    for (T *const last = end < imageEnd ? end : imageEnd; to < last; ++to) {
      rows.template copy<Pitch>(from, to);
      from += inRow;
      // What was the image's first column before; it moves on to the left.
      if (padsLeft)
        to[-Pitch] = padding;
    }
    for (; to < end; ++to) {
      rows.template fill<Pitch>(to);
      if (padsLeft)
        to[-Pitch] = padding;
    }
    end += strideH;
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_COLUMNS_H
