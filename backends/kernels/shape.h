// Shapes, sliding windows and the arithmetic on them that all kernels share.
//
// Every size is a template parameter, so that loop bounds and strides are
// constants in the generated code. Tensors are dense and row-major; images are
// channels-last: [N, H, W, C].
#ifndef EDGECC_KERNELS_SHAPE_H
#define EDGECC_KERNELS_SHAPE_H

namespace edgecc {
namespace kernels {
namespace {

/// The dimensions of a tensor; Shape<> is a scalar.
template <int... Dims> struct Shape {
  static constexpr int rank = static_cast<int>(sizeof...(Dims));
  static constexpr int size = (1 * ... * Dims);
  /// The dimensions and a closing 1, which gives Shape<> an array as well.
  static constexpr int dims[sizeof...(Dims) + 1] = {Dims..., 1};
  static constexpr int dim(int i) { return dims[i]; }
  /// Number of elements in the dimensions [begin, end).
  static constexpr int product(int begin, int end) {
    int elements = 1;
    for (int i = begin; i < end; ++i)
      elements *= dims[i];
    return elements;
  }
};

/// How far In's elements move with dimension `Dim` of Out, to which In
/// broadcasts as in numpy: 0 where In has no such dimension or extent 1 there.
template <class In, class Out, int Dim> constexpr int broadcastStride() {
  constexpr int kDim = Dim - (Out::rank - In::rank);
  if constexpr (kDim < 0)
    return 0;
  else
    return In::dim(kDim) == 1 ? 0 : In::product(kDim + 1, In::rank);
}

/// A sliding window: kernel size, strides, dilations and padding.
template <int KH, int KW, int SH, int SW, int DH, int DW, int PadTop,
          int PadLeft, int PadBottom, int PadRight>
struct Window {
  static constexpr int kernelH = KH, kernelW = KW;
  static constexpr int strideH = SH, strideW = SW;
  static constexpr int dilationH = DH, dilationW = DW;
  static constexpr int padTop = PadTop, padLeft = PadLeft;
  static constexpr int padBottom = PadBottom, padRight = PadRight;
};

/// A range [first, last) of window taps along one axis.
struct Taps {
  int first;
  int last;
  constexpr int count() const { return last - first; }
  constexpr bool contains(int tap) const { return tap >= first && tap < last; }
};

/// The taps of a window at position `origin` (its tap 0; may be negative) that
/// lie in [0, Size). Clipping here keeps border tests out of the inner loops.
template <int Kernel, int Dilation, int Size>
constexpr Taps clipTaps(int origin) {
  int first = origin >= 0 ? 0 : (Dilation - 1 - origin) / Dilation;
  int last = origin >= Size ? 0 : (Size - 1 - origin) / Dilation + 1;
  if (last > Kernel)
    last = Kernel;
  if (first > last)
    first = last;
  return Taps{first, last};
}

/// Where the window of an output pixel lies in an image of shape In: the
/// position of its first tap, and the taps inside the image.
template <class In, class Win> struct WindowAt {
  int y, x;
  Taps rows, cols;

  constexpr WindowAt(int oy, int ox)
      : y(oy * Win::strideH - Win::padTop), x(ox * Win::strideW - Win::padLeft),
        rows(clipTaps<Win::kernelH, Win::dilationH, In::dim(1)>(y)),
        cols(clipTaps<Win::kernelW, Win::dilationW, In::dim(2)>(x)) {}

  /// The columns of row `ky` inside the image; none if the row is outside.
  constexpr Taps colsInside(int ky) const {
    return rows.contains(ky) ? cols : Taps{0, 0};
  }
  constexpr bool touchesPadding() const {
    return rows.count() < Win::kernelH || cols.count() < Win::kernelW;
  }
  /// Number of the pixel under a tap, counted in rows of the image.
  constexpr int pixel(int ky, int kx) const {
    return (y + ky * Win::dilationH) * In::dim(2) + x + kx * Win::dilationW;
  }
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SHAPE_H
