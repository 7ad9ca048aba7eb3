// Depthwise convolution in float with vectors, windows read where they are.
//
//   in          [N, H, W, C], C at least the lanes of a vector
//   weights     for each vector of channels, for each row of the window, for
//               each of its columns: the weights of the channels
//   bias        for each vector of channels
//   out         [N, OH, OW, C]
//
// If C is not a multiple of the lanes, the last vector ends with the last
// channel: it shares channels, and their results, with the one before.
//
// A tile is `Rows` times `Columns` windows of a vector of channels, each input
// of which is loaded once. What windows see outside of the image is not there:
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
  static_assert(In::dim(3) == Out::dim(3) && In::dim(3) >= Isa::kLanes,
                "one output per channel, and at least a vector of them");
  static constexpr int kDepth = In::dim(3), kLanes = Isa::kLanes;
  static constexpr int kVectors = (kDepth + kLanes - 1) / kLanes;
  static constexpr int kHeight = Win::kernelH, kWidth = Win::kernelW;
  static constexpr int kWeights = kHeight * kWidth * kLanes;
  static constexpr int kInRow = In::dim(2) * kDepth;
  static constexpr int kOutRow = Out::dim(2) * kDepth;

  /// Rows or columns under `count` windows that follow each other.
  static constexpr int spanOf(int count, int kernel, int stride, int dilation) {
    return (count - 1) * stride + (kernel - 1) * dilation + 1;
  }
  static constexpr int columnsFor(int windows) {
    return spanOf(windows, kWidth, Win::strideW, Win::dilationW);
  }
  static constexpr int firstColumn(int x) {
    return x * Win::strideW - Win::padLeft;
  }

  /// Tiles from this window on see nothing at the left of the image.
  static constexpr int kInnerFrom = [] {
    int x = 0;
    while (x < Out::dim(2) && firstColumn(x) < 0)
      x += Columns;
    return x < Out::dim(2) ? x : Out::dim(2);
  }();
  /// Tiles from this window on may see what is at the right of it.
  static constexpr int kInnerTo = [] {
    int x = kInnerFrom;
    while (x + Columns <= Out::dim(2) &&
           firstColumn(x) + columnsFor(Columns) <= In::dim(2))
      x += Columns;
    return x;
  }();

  const float *in, *weights, *bias;
  float *out, lo, hi;

  /// Adds what row `I` under a tile gives to its windows. `row` is the column
  /// of the image where the tile begins, which may be outside.
  template <int R, int M, int From, int To>
  static EDGECC_SIMD_INLINE void addRow(Vec (&sums)[R][M], const float *row,
                                        int i,
                                        const Vec (&w)[kHeight][kWidth]) {
    EDGECC_SIMD_UNROLL
    for (int j = From; j < To; ++j) {
      const Vec x = Isa::loadCells(row + j * kDepth);
      EDGECC_SIMD_UNROLL
      for (int m = 0; m < M; ++m) {
        const int kx = j - m * Win::strideW;
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
  }

  /// `R` rows of `M` windows from (y, x) on, of which columns `From` to `To`
  /// lie inside the image.
  template <int R, int M, int From, int To>
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
        addRow<R, M, From, To>(sums, row + i * kInRow, i, w);
    float *to = out + y * kOutRow + x * kDepth + channel;
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < R * M; ++i)
      Isa::store(to + i / M * kOutRow + i % M * kDepth,
                 Isa::clamp(sums[i / M][i % M], Isa::set(lo), Isa::set(hi)));
  }

  /// `R` rows of `M` windows from (y, x) on, in all channels.
  template <int R, int M, int From, int To>
  EDGECC_SIMD_INLINE void tiles(int y, int x) const {
    for (int n = 0; n < kVectors; ++n) {
      const float *of = weights + n * kWeights;
      Vec w[kHeight][kWidth];
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < kHeight * kWidth; ++i)
        w[i / kWidth][i % kWidth] = Isa::loadWeights(of + i * kLanes);
      tile<R, M, From, To>(w, Isa::load(bias + n * kLanes),
                           n + 1 < kVectors ? n * kLanes : kDepth - kLanes, y,
                           x);
    }
  }

  /// Tiles at the border of the image, from window `X` to `End`.
  template <int R, int X, int End> EDGECC_SIMD_INLINE void border(int y) const {
    if constexpr (X < End) {
      constexpr int kRest = Out::dim(2) - X;
      constexpr int M = kRest < Columns ? kRest : Columns;
      constexpr int kFirst = firstColumn(X);
      constexpr int kSeen = In::dim(2) - kFirst;
      constexpr int kTo = columnsFor(M) < kSeen ? columnsFor(M) : kSeen;
      tiles<R, M, (kFirst < 0 ? -kFirst : 0), kTo>(y, X);
      border<R, X + Columns, End>(y);
    }
  }

  /// `R` rows of results from `y` on.
  template <int R> EDGECC_SIMD_APART void rows(int y) const {
    border<R, 0, kInnerFrom>(y);
    for (int x = kInnerFrom; x < kInnerTo; x += Columns)
      tiles<R, Columns, 0, columnsFor(Columns)>(y, x);
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
