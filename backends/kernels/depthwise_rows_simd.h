// Depthwise convolution with vectors that reads the image where it is: there
// is no buffer, and what lies outside the image is neither read nor multiplied.
//
//   in          [N, H, W, C], C not below Blocks vectors
//   weights     for each Blocks vectors of channels (the last may be fewer),
//               for each tap of the window: their weights. The last vectors are
//               those of the last channels, so that they may have some of the
//               others once more.
//   bias        per channel
//   out         [N, OH, OW, C]
//
// A tile is Pixels neighbouring pixels times Blocks vectors of channels. Rows
// of the window follow each other; of each, the weights are in registers, and a
// column of the image is loaded once for all pixels whose windows have it.
#ifndef EDGECC_KERNELS_DEPTHWISE_ROWS_SIMD_H
#define EDGECC_KERNELS_DEPTHWISE_ROWS_SIMD_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#include "simd_basics.h"
#endif
#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Arithmetic, class InShape, class OutShape, class WinShape,
          int TilePixels, int TileBlocks, int BandRows>
struct DepthRowsPlan {
  using Isa = Arithmetic;
  using In = InShape;
  using Out = OutShape;
  using Win = WinShape;
  static_assert(Win::dilationW == 1, "columns side by side");
  static constexpr int kPixels = TilePixels, kBlocks = TileBlocks;
  static constexpr int kBand = BandRows, kDepth = In::dim(3);
  static constexpr int kLanes = Isa::kLanes, kWidth = Out::dim(2);
  static_assert(kDepth >= kBlocks * kLanes, "vectors of channels");
  static constexpr int kVectors = (kDepth + kLanes - 1) / kLanes;

  // Tiles of a row: the first one has the columns of padding on the left, the
  // last one those on the right.
  static constexpr int kTiles = (kWidth + kPixels - 1) / kPixels;
  static constexpr int kLast = kWidth - (kTiles - 1) * kPixels;
  static constexpr int columnsFor(int pixels) {
    return (pixels - 1) * Win::strideW + Win::kernelW;
  }
  static constexpr int kBeyond = columnsFor(kWidth) - Win::padLeft - In::dim(2);
  static constexpr int kRight = kBeyond > 0 ? kBeyond : 0;
  /// Whether the tiles between them are inside the image.
  static constexpr bool kFits =
      kTiles == 1 || (Win::padLeft <= kPixels * Win::strideW &&
                      kRight <= kLast * Win::strideW);
  static constexpr int kPitch = In::dim(2) * kDepth;
};

template <class Plan, bool Lower, bool Upper> struct DepthRowsSweep {
  using Isa = typename Plan::Isa;
  using Vec = typename Isa::Vec;
  using Cell = typename Isa::Cell;
  using Win = typename Plan::Win;
  static constexpr int kDepth = Plan::kDepth, kTaps = Win::kernelW;

  const Cell *weights;
  const Cell *bias;
  Cell *out;
  Vec lo, hi;

  /// The rows of a window that are inside the image.
  struct Rows {
    const Cell *first;
    const Cell *weights;
    int count;
  };

  /// M pixels, of whose columns Left and Right ones are outside. `offset` is
  /// where those that are inside begin.
  template <int M, int N, int Left, int Right>
  EDGECC_SIMD_INLINE void tile(const Rows &rows, std::ptrdiff_t offset,
                               const Cell *start, Cell *to) const {
    constexpr int kColumns = Plan::columnsFor(M);
    // From behind the last column to the next row.
    constexpr std::ptrdiff_t kDown =
        Win::dilationH * Plan::kPitch - (kColumns - Left - Right) * kDepth;
    using Group = typename Isa::template Group<N>;
    Group sums[M];
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      sums[m].load(start);
    const Cell *column = rows.first + offset, *taps = rows.weights;
    for (int left = rows.count; left > 0; --left) {
      Group w[kTaps];
      EDGECC_SIMD_UNROLL
      for (int kx = 0; kx < kTaps; ++kx)
        w[kx].loadAlong(taps, N * Isa::kLanes);
      EDGECC_SIMD_UNROLL
      for (int c = Left; c < kColumns - Right; ++c) {
        Group x;
        x.loadAlong(column, kDepth);
        EDGECC_SIMD_UNROLL
        for (int m = 0; m < M; ++m) {
          const int kx = c - m * Win::strideW;
          if (kx >= 0 && kx < kTaps)
            sums[m].addProduct(x, w[kx]);
        }
      }
      column += kDown;
    }
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m) {
      if constexpr (Lower)
        sums[m].limitBelow(lo);
      if constexpr (Upper)
        sums[m].limitAbove(hi);
      sums[m].storeAlong(to, kDepth);
    }
  }

  /// A row of outputs.
  template <int N>
  EDGECC_SIMD_INLINE void row(const Rows &rows, const Cell *start,
                              Cell *to) const {
    constexpr int M = Plan::kPixels, kLeft = Win::padLeft;
    constexpr std::ptrdiff_t kStep = M * Win::strideW * kDepth;
    if constexpr (Plan::kTiles == 1) {
      tile<Plan::kWidth, N, kLeft, Plan::kRight>(rows, 0, start, to);
    } else {
      tile<M, N, kLeft, 0>(rows, 0, start, to);
      std::ptrdiff_t offset = kStep - kLeft * kDepth;
      to += M * kDepth;
      for (int t = 1; t < Plan::kTiles - 1; ++t) {
        tile<M, N, 0, 0>(rows, offset, start, to);
        offset += kStep;
        to += M * kDepth;
      }
      tile<Plan::kLast, N, 0, Plan::kRight>(rows, offset, start, to);
    }
  }

  /// N vectors of channels, with weights from `taps` on, of `count` rows.
  template <int N>
  EDGECC_SIMD_APART void channels(const Cell *image, const Cell *taps,
                                  int channel, int y, int count,
                                  Cell *to) const {
    constexpr int kDown = Win::dilationH, kHeight = Plan::In::dim(1);
    const DepthRowsSweep local = *this;
    image += channel;
    to += channel;
    for (; count > 0; --count, ++y, to += Plan::kWidth * kDepth) {
      const int first = y * Win::strideH - Win::padTop;
      const int above = first < 0 ? (-first + kDown - 1) / kDown : 0;
      const int reach = (kHeight - first + kDown - 1) / kDown;
      const Rows rows = {image + (first + above * kDown) * Plan::kPitch,
                         taps + above * kTaps * N * Isa::kLanes,
                         (reach < Win::kernelH ? reach : Win::kernelH) - above};
      local.template row<N>(rows, bias + channel, to);
    }
  }

  /// All channels of a band.
  inline void band(const Cell *image, int y, int count, Cell *to) const {
    constexpr int N = Plan::kBlocks, kLanes = Isa::kLanes;
    constexpr int kGroup = N * kLanes, kRest = Plan::kVectors % N;
    constexpr int kWhole = Plan::kVectors / N;
    constexpr int kTapWeights = Win::kernelH * kTaps * kLanes;
    for (int g = 0; g < kWhole; ++g) {
      const int last = kDepth - kGroup;
      channels<N>(image, weights + g * N * kTapWeights,
                  g * kGroup < last ? g * kGroup : last, y, count, to);
    }
    if constexpr (kRest > 0)
      channels<kRest>(image, weights + kWhole * N * kTapWeights,
                      kDepth - kRest * kLanes, y, count, to);
  }
};

/// Limits that are infinite are told by Lower and Upper.
template <class Isa, class In, class Out, class Win, int Pixels, int Blocks,
          int Band, bool Lower, bool Upper>
void depthwise_rows_f32_simd(const float *in, const float *weights,
                             const float *bias, float *out, float lo,
                             float hi) {
  using Plan = DepthRowsPlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  static_assert(Plan::kFits, "only tiles at the sides need padding");
  const DepthRowsSweep<Plan, Lower, Upper> sweep = {weights, bias, out,
                                                    Isa::set(lo), Isa::set(hi)};
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
    for (int y = 0; y < Out::dim(1); y += Band) {
      const int rest = Out::dim(1) - y;
      sweep.band(in, y, rest < Band ? rest : Band, out);
      out += (rest < Band ? rest : Band) * Plan::kWidth * Plan::kDepth;
    }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_ROWS_SIMD_H
