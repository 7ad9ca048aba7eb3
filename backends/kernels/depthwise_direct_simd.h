// Depthwise convolution in float with vectors, windows read where they are.
//
//   in          [N, H, W, C]
//   weights     for each vector of channels, for each row of the window, for
//               each of its columns: the weights of the channels
//   bias        for each vector of channels
//   out         [N, OH, OW, C]
//
// If C is larger than the lanes, but not a multiple, the last vector ends with
// the last channel: it shares channels, and their results, with the one before.
// If it is smaller, a few neighbouring pixels are a unit that shares a vector,
// and weights and biases are repeated; with strides a unit is one pixel.
//
// A tile is `Rows` times `Columns` units of a vector of channels, each input of
// which is loaded once. What windows see outside of the image is not there:
// rows are left out when the code runs, columns when it is compiled, since only
// tiles at the left and at the right have such. The sum of a window is the one
// of depthwise_conv2d_simd.h to the bit: bias first, then row by row.
#ifndef EDGECC_KERNELS_DEPTHWISE_DIRECT_SIMD_H
#define EDGECC_KERNELS_DEPTHWISE_DIRECT_SIMD_H

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Arithmetic, class InShape, class OutShape, class WinShape,
          int Rows, int Columns>
struct DirectDepth {
  using Isa = Arithmetic;
  using In = InShape;
  using Out = OutShape;
  using Win = WinShape;
  using Vec = typename Isa::Vec;
  static_assert(In::dim(3) == Out::dim(3), "one output per channel");
  static constexpr int kDepth = In::dim(3), kLanes = Isa::kLanes;
  static constexpr int kVectors = (kDepth + kLanes - 1) / kLanes;
  static constexpr int kHeight = Win::kernelH, kWidth = Win::kernelW;
  static constexpr int kWeights = kHeight * kWidth * kLanes;
  static constexpr int kInRow = In::dim(2) * kDepth;
  static constexpr int kOutRow = Out::dim(2) * kDepth;

  /// Pixels of a unit, its channels, and pixels that a load of it touches.
  static constexpr int kFit =
      kDepth < kLanes && Win::strideW == 1 ? kLanes / kDepth : 1;
  static constexpr int kUnit = kFit < Out::dim(2) ? kFit : Out::dim(2);
  static constexpr int kValid =
      kUnit * kDepth < kLanes ? kUnit * kDepth : kLanes;
  static constexpr int kTouched =
      kDepth < kLanes ? (kLanes + kDepth - 1) / kDepth : 1;
  /// Pixels of a tile, and columns from one of its units to the next.
  static constexpr int kTile = Columns * kUnit;
  static constexpr int kAcross = kUnit > 1 ? kUnit : Win::strideW;

  /// Rows under `count` windows that follow each other, or columns where units
  /// under the windows begin.
  static constexpr int spanOf(int count, int kernel, int stride, int dilation) {
    return (count - 1) * stride + (kernel - 1) * dilation + 1;
  }
  static constexpr int columnsFor(int units) {
    return spanOf(units, kWidth, kAcross, Win::dilationW);
  }
  static constexpr int firstColumn(int x) {
    return x * Win::strideW - Win::padLeft;
  }

  /// Tiles from this window on see nothing at the left of the image.
  static constexpr int kInnerFrom = [] {
    int x = 0;
    while (x < Out::dim(2) && firstColumn(x) < 0)
      x += kTile;
    return x < Out::dim(2) ? x : Out::dim(2);
  }();
  /// Tiles from this window on may see what is at the right of it, or touch it.
  static constexpr int kInnerTo = [] {
    int x = kInnerFrom;
    while (x + kTile <= Out::dim(2) &&
           firstColumn(x) + columnsFor(Columns) - 1 + kTouched <= In::dim(2))
      x += kTile;
    return x;
  }();
  /// Where tiles begin that see nothing outside, instead of a column.
  static constexpr int kInside = 1 << 30;
  /// The lanes of a unit at a column that lie inside the image.
  static constexpr unsigned lanesAt(int column) {
    unsigned lanes = 0;
    for (int i = 0; i < kValid; ++i) {
      const int at = column + i / kDepth;
      if (at >= 0 && at < In::dim(2))
        lanes |= 1U << i;
    }
    return lanes;
  }
  static constexpr unsigned kAllLanes = (1U << (kLanes - 1) << 1) - 1;

  const float *in, *weights, *bias;
  float *out, lo, hi;

  /// Adds what column `J` of row `i` under a tile gives to its windows.
  template <int J, int R, int M>
  static EDGECC_SIMD_INLINE void addUnit(Vec (&sums)[R][M], Vec x, int i,
                                         const Vec (&w)[kHeight][kWidth]) {
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m) {
      const int kx = J - m * kAcross;
      if (kx < 0 || kx % Win::dilationW != 0 || kx / Win::dilationW >= kWidth)
        continue;
      EDGECC_SIMD_UNROLL
      for (int r = 0; r < R; ++r) {
        const int ky = i - r * Win::strideH;
        if (ky < 0 || ky % Win::dilationH != 0 ||
            ky / Win::dilationH >= kHeight)
          continue;
        sums[r][m] = Isa::dot(sums[r][m], x,
                              w[ky / Win::dilationH][kx / Win::dilationW]);
      }
    }
  }

  /// The same of column `J` and those behind it. The tile begins at `row`,
  /// which may be outside, column `First`.
  template <int First, int J, int R, int M>
  static EDGECC_SIMD_INLINE void addRow(Vec (&sums)[R][M], const float *row,
                                        int i,
                                        const Vec (&w)[kHeight][kWidth]) {
    if constexpr (J < columnsFor(M)) {
      constexpr unsigned kSeen =
          First == kInside ? kAllLanes : lanesAt(First + J);
      if constexpr (kSeen == kAllLanes)
        addUnit<J>(sums, Isa::loadCells(row + J * kDepth), i, w);
      else if constexpr (kSeen != 0)
        addUnit<J>(sums, Isa::loadSome(row + J * kDepth, kSeen), i, w);
      addRow<First, J + 1>(sums, row, i, w);
    }
  }

  /// `R` rows of `M` units from (y, x) on, which begin at column `First`. Of
  /// the last unit `Last` lanes are there.
  template <int R, int M, int First, int Last>
  EDGECC_SIMD_INLINE void tile(const Vec (&w)[kHeight][kWidth], Vec start,
                               int channel, int y, int x) const {
    constexpr int kRows = spanOf(R, kHeight, Win::strideH, Win::dilationH);
    Vec sums[R][M];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < R * M; ++i)
      sums[i / M][i % M] = start;
    const int top = y * Win::strideH - Win::padTop;
    const float *row = in + top * kInRow + firstColumn(x) * kDepth + channel;
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kRows; ++i)
      if (top + i >= 0 && top + i < In::dim(1))
        addRow<First, 0>(sums, row + i * kInRow, i, w);
    float *to = out + y * kOutRow + x * kDepth + channel;
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < R * M; ++i) {
      float *at = to + i / M * kOutRow + i % M * kUnit * kDepth;
      const Vec q = Isa::clamp(sums[i / M][i % M], Isa::set(lo), Isa::set(hi));
      const bool isLast = i % M + 1 == M;
      const int lanes = isLast ? Last : kValid;
      const int next = isLast ? 0 : i % M + 2 == M ? Last : kValid;
      // What is too much is overwritten by the next unit.
      if (lanes + next >= kLanes)
        Isa::store(at, q);
      else
        Isa::storePart(at, q, lanes);
    }
  }

  /// `R` rows of `M` units from (y, x) on, in all channels.
  template <int R, int M, int First, int Last>
  EDGECC_SIMD_INLINE void tiles(int y, int x) const {
    for (int n = 0; n < kVectors; ++n) {
      const float *of = weights + n * kWeights;
      Vec w[kHeight][kWidth];
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < kHeight * kWidth; ++i)
        w[i / kWidth][i % kWidth] = Isa::loadWeights(of + i * kLanes);
      tile<R, M, First, Last>(w, Isa::load(bias + n * kLanes),
                              n == 0             ? 0
                              : n + 1 < kVectors ? n * kLanes
                                                 : kDepth - kLanes,
                              y, x);
    }
  }

  /// Tiles at the border of the image, from window `X` to `End`.
  template <int R, int X, int End> EDGECC_SIMD_INLINE void border(int y) const {
    if constexpr (X < End) {
      constexpr int kRest = Out::dim(2) - X;
      constexpr int kPixels = kRest < kTile ? kRest : kTile;
      constexpr int M = (kPixels + kUnit - 1) / kUnit;
      constexpr int kLast = (kPixels - (M - 1) * kUnit) * kDepth;
      tiles<R, M, firstColumn(X), (kLast < kLanes ? kLast : kLanes)>(y, X);
      border<R, X + kTile, End>(y);
    }
  }

  /// `R` rows of results from `y` on.
  template <int R> EDGECC_SIMD_APART void rows(int y) const {
    border<R, 0, kInnerFrom>(y);
    for (int x = kInnerFrom; x < kInnerTo; x += kTile)
      tiles<R, Columns, kInside, kValid>(y, x);
    border<R, kInnerTo, Out::dim(2)>(y);
  }

  /// Rows of tiles of an image, the last of which may be lower.
  static constexpr int kTileRows = (Out::dim(1) + Rows - 1) / Rows;

  inline void tileRow(int number) const {
    constexpr int kRest = Out::dim(1) % Rows;
    if constexpr (kRest > 0)
      if (number + 1 == kTileRows)
        return rows<kRest>(number * Rows);
    if constexpr (Out::dim(1) >= Rows)
      rows<Rows>(number * Rows);
  }
};

/// Rows of tiles of all images, from number `from` on.
template <class Isa, class In, class Out, class Win, int Rows, int Columns>
inline void directDepthwise(const float *in, const float *weights,
                            const float *bias, float *out, float lo, float hi,
                            int from, int to) {
  using Tiles = DirectDepth<Isa, In, Out, Win, Rows, Columns>;
  for (; from < to; ++from) {
    const int image = from / Tiles::kTileRows;
    Tiles{in + image * In::product(1, 4),   weights, bias,
          out + image * Out::product(1, 4), lo,      hi}
        .tileRow(from % Tiles::kTileRows);
  }
}

template <class Isa, class In, class Out, class Win, int Rows, int Columns>
void depthwise_direct_f32_simd(const float *in, const float *weights,
                               const float *bias, float *out, float lo,
                               float hi) {
  directDepthwise<Isa, In, Out, Win, Rows, Columns>(
      in, weights, bias, out, lo, hi, 0,
      Out::dim(0) * ((Out::dim(1) + Rows - 1) / Rows));
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_DIRECT_SIMD_H
