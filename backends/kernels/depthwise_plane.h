// A band of rows of one channel of a padded image, for depthwise 3x3
// convolutions that go through an image channel by channel and band by band. As
// a channel is written where it was read, and only in rows that are in the band
// by then, the output may overwrite the input, if it has no longer rows and
// begins no more than a row of padding above it.
#ifndef EDGECC_KERNELS_DEPTHWISE_PLANE_H
#define EDGECC_KERNELS_DEPTHWISE_PLANE_H

#include <cstdint>

namespace edgecc {
namespace kernels {
namespace {

/// An image, its result and a band, as numbers: code is shared by layers.
struct DepthwisePlane {
  int images, depth, inHeight, inWidth, outHeight, outWidth, padTop, padLeft;
  int step; ///< of the window, down and to the right
  int band; ///< output rows

  constexpr int stride() const { return (outWidth - 1) * step + 3; }
  constexpr int height() const { return (band - 1) * step + 3; }
  /// Columns of the image that the windows touch.
  constexpr int columns() const {
    const int most = stride() - padLeft > 0 ? stride() - padLeft : 0;
    return inWidth < most ? inWidth : most;
  }
};

template <class In, class Out, class Win, int Band>
constexpr DepthwisePlane planeOf() {
  return {In::dim(0),  In::dim(3),  In::dim(1),   In::dim(2),   Out::dim(1),
          Out::dim(2), Win::padTop, Win::padLeft, Win::strideH, Band};
}

template <class T>
inline void padPlaneRows(const DepthwisePlane &shape, T *to, T padding,
                         int rows) {
  for (; rows > 0; --rows, to += shape.stride())
    for (int x = 0; x < shape.columns(); ++x)
      to[x] = padding;
}

/// Brings into `plane` what `rows` output rows from `y` on read; the band
/// before this one is there, and padding everywhere else at first. Rows::copy
/// takes rows of the image, Rows::move elements that the bands share.
template <class Rows, class T>
inline void loadPlane(const DepthwisePlane &shape, const std::int8_t *image,
                      T *plane, T padding, int y, int rows) {
  const int stride = shape.stride(), kept = y != 0 ? 3 - shape.step : 0;
  Rows::move(plane, plane + shape.band * shape.step * stride, kept * stride);
  // Rows of the image, counted from the first row of the band.
  const int origin = y * shape.step - shape.padTop;
  const int height = (rows - 1) * shape.step + 3;
  const int top = origin + kept < 0 ? -origin : kept;
  const int below = shape.inHeight - origin;
  const int bottom = below < height ? below : height;
  T *to = plane + shape.padLeft;
  if (top < bottom)
    Rows::copy(shape, image + (origin + top) * shape.inWidth * shape.depth,
               to + top * stride, bottom - top);
  if (shape.band >= shape.outHeight)
    return; // Padding is still there.
  if (kept < top)
    padPlaneRows(shape, to + kept * stride, padding,
                 (top < height ? top : height) - kept);
  const int end = bottom > kept ? bottom : kept;
  if (end < height)
    padPlaneRows(shape, to + end * stride, padding, height - end);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_PLANE_H
