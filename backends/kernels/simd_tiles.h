// Convolutions as tiles of sums that stay in registers: Pixels neighbouring
// pixels times Blocks vectors of channels. Each weight that is loaded serves
// all pixels, each input all vectors.
//
//   weights  for each Blocks vectors of output channels (the last may be
//            fewer), for each run of inputs that lie side by side (see
//            TilePlan), for each kStep inputs of the run, for each of the
//            vectors: kStep weights of each channel. Filled up with zeros.
//   bias     of whole vectors of channels
//
// The inputs of a band of output rows are first copied to a buffer, with their
// padding, as the cells that the arithmetic takes. Windows of one pixel that
// cover the image need no rows: it counts as one row, and a band is a part of
// it. They are read where they are if the arithmetic takes them so.
//
// An arithmetic (avx_vectors.h, neon_vectors.h) multiplies with inputs that are
// in all lanes, or with a lane of several steps' inputs that were loaded at
// once (kChunk). Those that add up products of one output in all lanes of a
// register have kParts registers for each vector of sums.
#ifndef EDGECC_KERNELS_SIMD_TILES_H
#define EDGECC_KERNELS_SIMD_TILES_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

/// Sums stay in registers only where everything is one function.
#define EDGECC_SIMD_INLINE __attribute__((always_inline)) inline
#define EDGECC_SIMD_UNROLL _Pragma("GCC unroll 32")

namespace edgecc {
namespace kernels {
namespace {

/// How a convolution is cut into tiles; offsets are counted in cells.
template <class Arithmetic, class InShape, class OutShape, class WinShape,
          int TilePixels, int TileBlocks, int BandSize>
struct TilePlan {
  using Isa = Arithmetic;
  using In = InShape;
  using Out = OutShape;
  using Win = WinShape;
  using Cell = typename Isa::Cell;
  static constexpr int kDepth = In::dim(3), kOut = Out::dim(3);
  static constexpr int kPixels = TilePixels, kBlocks = TileBlocks;
  /// Output rows, or pixels if kWhole.
  static constexpr int kBand = BandSize;
  /// Windows of one pixel that cover the image.
  static constexpr bool kWhole = Win::kernelH == 1 && Win::kernelW == 1 &&
                                 Win::strideH == 1 && Win::strideW == 1 &&
                                 Win::padTop == 0 && Win::padLeft == 0 &&
                                 Win::padBottom == 0 && Win::padRight == 0;
  static constexpr int kAllPixels = Out::product(0, 3);

  // Rows in the buffer.
  static constexpr int kColumns = (Out::dim(2) - 1) * Win::strideW +
                                  (Win::kernelW - 1) * Win::dilationW + 1;
  static constexpr int kRow = kColumns * kDepth;
  static constexpr int rowsFor(int outRows) {
    return (outRows - 1) * Win::strideH + (Win::kernelH - 1) * Win::dilationH +
           1;
  }

  // Runs of inputs: a row of the window, or one of its pixels.
  static constexpr bool kDense = Win::dilationW == 1 || Win::kernelW == 1;
  static constexpr int kRuns = kDense ? 1 : Win::kernelW;
  static constexpr int kRun = kDense ? Win::kernelW * kDepth : kDepth;
  static constexpr int kSteps = (kRun + Isa::kStep - 1) / Isa::kStep;
  /// Inputs of a step whose weights are not all there to fill up.
  static constexpr bool kCopies =
      !kWhole || Isa::kConverts || kRun % Isa::kLeast != 0;
  static constexpr int kStepWeights = Isa::kStep * Isa::kLanes;
  static constexpr int kBlockWeights =
      Win::kernelH * kRuns * kSteps * kStepWeights;

  // Tiles: a part of a row, or whole rows.
  static constexpr int kTileColumns =
      kWhole || kPixels < Out::dim(2) ? kPixels : Out::dim(2);
  static constexpr int kTileRows = kWhole ? 1 : kPixels / kTileColumns;
  static constexpr int pixelOffset(int pixel) {
    return kWhole ? pixel * kDepth
                  : pixel / kTileColumns * Win::strideH * kRow +
                        pixel % kTileColumns * Win::strideW * kDepth;
  }
};

/// `Count` elements as cells. Blocks may overlap, but do not reach beyond.
template <class Isa, int Count>
inline void toCells(typename Isa::Cell *to, const typename Isa::Source *from) {
  constexpr int kWhole = Count / Isa::kBlock * Isa::kBlock;
  if constexpr (kWhole > 0) {
    for (int i = 0; i < kWhole; i += Isa::kBlock)
      Isa::convertBlock(to + i, from + i);
    if constexpr (kWhole < Count)
      Isa::convertBlock(to + Count - Isa::kBlock, from + Count - Isa::kBlock);
  } else {
    for (int i = 0; i < Count; ++i)
      to[i] = Isa::toCell(from[i]);
  }
}

/// The same with the number known only when it runs.
template <class Isa>
inline void toCells(typename Isa::Cell *to, const typename Isa::Source *from,
                    int count) {
  int i = 0;
  for (; i + Isa::kBlock <= count; i += Isa::kBlock)
    Isa::convertBlock(to + i, from + i);
  for (; i < count; ++i)
    to[i] = Isa::toCell(from[i]);
}

template <int Count, class Cell> inline void fillCells(Cell *to, Cell pad) {
  for (int i = 0; i < Count; ++i)
    to[i] = pad;
}

/// `rows` rows of the image from `y` on, which may be negative, with padding.
template <class Plan, class T>
inline void fillBand(typename Plan::Cell *cells, const T *image, int y,
                     int rows, typename Plan::Cell pad) {
  using In = typename Plan::In;
  constexpr int kColumns = Plan::kColumns, kPad = Plan::Win::padLeft;
  constexpr int kLeft = kPad < kColumns ? kPad : kColumns;
  constexpr int kRest = kColumns - kLeft;
  constexpr int kInside = kRest < In::dim(2) ? kRest : In::dim(2);
  constexpr int kDepth = Plan::kDepth;
  for (int i = 0; i < rows; ++i, ++y, cells += Plan::kRow) {
    if (y < 0 || y >= In::dim(1)) {
      fillCells<Plan::kRow>(cells, pad);
      continue;
    }
    fillCells<kLeft * kDepth>(cells, pad);
    toCells<typename Plan::Isa, kInside * kDepth>(
        cells + kLeft * kDepth, image + y * In::dim(2) * kDepth);
    fillCells<(kRest - kInside) * kDepth>(cells + (kLeft + kInside) * kDepth,
                                          pad);
  }
}

/// Adds the products of Count steps, with one input at a time in all lanes.
template <class Plan, int Count, int M, int N>
EDGECC_SIMD_INLINE void sumSteps(typename Plan::Isa::Vec (&sums)[M][N],
                                 const typename Plan::Cell *run,
                                 const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  using Vec = typename Isa::Vec;
  EDGECC_SIMD_UNROLL
  for (int s = 0; s < Count; ++s) {
    Vec w[N];
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n)
      w[n] = Isa::loadWeights(weights + (s * N + n) * Plan::kStepWeights);
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m) {
      const Vec x = Isa::broadcast(run + Plan::pixelOffset(m) + s * Isa::kStep);
      EDGECC_SIMD_UNROLL
      for (int n = 0; n < N; ++n)
        sums[m][n] = Isa::dot(sums[m][n], x, w[n]);
    }
  }
}

/// Adds the products of the step that is number At of a chunk of Count inputs.
template <class Plan, int At, int Count, int M, int N>
EDGECC_SIMD_INLINE void
sumChunkStep(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
             const typename Plan::Isa::Inputs (&x)[M],
             const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  constexpr int kRegisters = N * Isa::kParts;
  constexpr int kLeft = Count - At * Isa::kStep;
  decltype(Isa::loadWeights(weights)) w[kRegisters];
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < kRegisters; ++n)
    w[n] = Isa::loadWeights(weights + n * (Plan::kStepWeights / Isa::kParts));
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < kRegisters; ++n) {
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      sums[m][n] = Isa::template dotStep<At, kLeft>(sums[m][n], x[m], w[n]);
    // GCC would compute the products of more outputs first, for which
    // registers do not suffice.
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      Isa::keep(sums[m][n]);
  }
  if constexpr (kLeft > Isa::kStep)
    sumChunkStep<Plan, At + 1, Count, M, N>(sums, x,
                                            weights + N * Plan::kStepWeights);
}

/// Adds the products of Count inputs of a run.
template <class Plan, int Count, int M, int N>
EDGECC_SIMD_INLINE void
sumChunk(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
         const typename Plan::Cell *run,
         const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  typename Isa::Inputs x[M];
  EDGECC_SIMD_UNROLL
  for (int m = 0; m < M; ++m)
    x[m] = Isa::template loadInputs<Count>(run + Plan::pixelOffset(m));
  sumChunkStep<Plan, 0, Count, M, N>(sums, x, weights);
}

/// The sums of M pixels and N vectors of channels, chunk by chunk.
template <class Plan, int M, int N>
EDGECC_SIMD_INLINE void
sumChunks(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
          const typename Plan::Cell *cells,
          const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  constexpr int kInputs = Isa::kChunk * Isa::kStep;
  constexpr int kChunks = Plan::kRun / kInputs, kRest = Plan::kRun % kInputs;
  for (int ky = 0; ky < Plan::Win::kernelH; ++ky)
    for (int kx = 0; kx < Plan::kRuns; ++kx) {
      const typename Plan::Cell *run = cells +
                                       ky * Plan::Win::dilationH * Plan::kRow +
                                       kx * Plan::Win::dilationW * Plan::kDepth;
      for (int c = 0; c < kChunks; ++c) {
        sumChunk<Plan, kInputs, M, N>(sums, run, weights);
        run += kInputs;
        weights += Isa::kChunk * N * Plan::kStepWeights;
        __asm__("" : "+r"(run));
      }
      if constexpr (kRest > 0) {
        sumChunk<Plan, kRest, M, N>(sums, run, weights);
        weights +=
            (kRest + Isa::kStep - 1) / Isa::kStep * N * Plan::kStepWeights;
      }
    }
}

/// The sums of M pixels and N vectors of channels, step by step.
template <class Plan, int M, int N>
EDGECC_SIMD_INLINE void sumTile(typename Plan::Isa::Vec (&sums)[M][N],
                                const typename Plan::Cell *cells,
                                const typename Plan::Isa::Weight *weights,
                                const typename Plan::Isa::Sum *bias) {
  using Isa = typename Plan::Isa;
  // Loops of few rounds, the ends of which processors foresee.
  constexpr int kSteps = Plan::kSteps;
  constexpr int kUnroll = kSteps >= 32 ? 8 : 4, kRest = kSteps % kUnroll;
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n) {
    const typename Isa::Vec start = Isa::load(bias + n * Isa::kLanes);
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      sums[m][n] = start;
  }
  for (int ky = 0; ky < Plan::Win::kernelH; ++ky)
    for (int kx = 0; kx < Plan::kRuns; ++kx) {
      const typename Plan::Cell *run = cells +
                                       ky * Plan::Win::dilationH * Plan::kRow +
                                       kx * Plan::Win::dilationW * Plan::kDepth;
      for (int s = 0; s < kSteps / kUnroll; ++s) {
        sumSteps<Plan, kUnroll>(sums, run, weights);
        run += kUnroll * Isa::kStep;
        weights += kUnroll * N * Plan::kStepWeights;
        // One register for all pixels: GCC would take one for each.
        __asm__("" : "+r"(run));
      }
      sumSteps<Plan, kRest>(sums, run, weights);
      weights += kRest * N * Plan::kStepWeights;
    }
}

/// N vectors of channels from `channel` on, of which `Valid` channels are
/// there, of a part of the image. Pixels are counted from `pixel` on.
template <class Plan, class Finish> struct TileSweep {
  using Isa = typename Plan::Isa;
  using Cell = typename Plan::Cell;

  const typename Isa::Weight *weights;
  const typename Isa::Sum *bias;
  const Finish &finish;

  template <int M, int N, int Valid>
  EDGECC_SIMD_INLINE void tile(const Cell *cells, int channel,
                               int pixel) const {
    typename Isa::Vec sums[M][N];
    const typename Isa::Weight *block =
        weights + channel / Isa::kLanes * Plan::kBlockWeights;
    if constexpr (Isa::kChunk * Isa::kParts == 1) {
      sumTile<Plan, M, N>(sums, cells, block, bias + channel);
    } else {
      constexpr int kParts = Isa::kParts;
      typename Isa::Vec parts[M][N * kParts];
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < M * N * kParts; ++i)
        parts[i / (N * kParts)][i % (N * kParts)] =
            Isa::start(bias + channel + i / kParts % N * Isa::kLanes);
      sumChunks<Plan, M, N>(parts, cells, block);
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < M * N; ++i)
        sums[i / N][i % N] = Isa::total(parts[i / N] + i % N * kParts,
                                        bias + channel + i % N * Isa::kLanes);
    }
    finish.template store<Plan, M, N, Valid>(sums, channel,
                                             pixel * Plan::kOut + channel);
  }

  template <int N, int Valid>
  inline void wholes(const Cell *cells, int channel, int pixel,
                     int count) const {
    constexpr int M = Plan::kPixels, kRest = Plan::kAllPixels % M;
    int i = 0;
    for (; i + M <= count; i += M)
      tile<M, N, Valid>(cells + i * Plan::kDepth, channel, pixel + i);
    // Bands are whole tiles, but for the last one.
    if constexpr (kRest > 0)
      if (i < count)
        tile<kRest, N, Valid>(cells + i * Plan::kDepth, channel, pixel + i);
  }

  template <int N, int Valid>
  inline void rows(const Cell *cells, int channel, int pixel, int count) const {
    constexpr int kWidth = Plan::Out::dim(2), kStep = Plan::kTileColumns;
    constexpr int kDown = Plan::Win::strideH * Plan::kRow;
    constexpr int kAcross = Plan::Win::strideW * Plan::kDepth;
    constexpr int kRows = Plan::kTileRows;
    const Cell *row = cells;
    int left = count;
    if constexpr (kRows > 1)
      for (; left >= kRows; left -= kRows) {
        tile<kRows * kWidth, N, Valid>(row, channel, pixel);
        row += kRows * kDown;
        pixel += kRows * kWidth;
      }
    for (; left > 0; --left, row += kDown, pixel += kWidth) {
      int x = 0;
      for (; x + kStep <= kWidth; x += kStep)
        tile<kStep, N, Valid>(row + x * kAcross, channel, pixel + x);
      if constexpr (kWidth % kStep > 0)
        tile<kWidth % kStep, N, Valid>(row + x * kAcross, channel, pixel + x);
    }
  }

  template <int N, int Valid>
  inline void channels(const Cell *cells, int channel, int pixel,
                       int count) const {
    if constexpr (Plan::kWhole)
      wholes<N, Valid>(cells, channel, pixel, count);
    else
      rows<N, Valid>(cells, channel, pixel, count);
  }

  /// All channels of `count` rows, or of pixels if kWhole.
  inline void band(const Cell *cells, int pixel, int count) const {
    constexpr int kGroup = Plan::kBlocks * Isa::kLanes;
    constexpr int kRest = Plan::kOut % kGroup;
    int channel = 0;
    for (; channel + kGroup <= Plan::kOut; channel += kGroup)
      channels<Plan::kBlocks, kGroup>(cells, channel, pixel, count);
    if constexpr (kRest > 0)
      channels<(kRest + Isa::kLanes - 1) / Isa::kLanes, kRest>(cells, channel,
                                                               pixel, count);
  }
};

/// All images. `scratch` holds the band; it is not used if the arithmetic takes
/// the image as it is.
template <class Plan, class Finish>
inline void tiledConvolution(const typename Plan::Isa::Source *in,
                             const typename Plan::Isa::Weight *weights,
                             const typename Plan::Isa::Sum *bias,
                             const Finish &finish, void *scratch,
                             typename Plan::Cell pad) {
  using Isa = typename Plan::Isa;
  using In = typename Plan::In;
  using Out = typename Plan::Out;
  const TileSweep<Plan, Finish> sweep = {weights, bias, finish};
  [[maybe_unused]] typename Plan::Cell *cells =
      static_cast<typename Plan::Cell *>(scratch);
  if constexpr (Plan::kWhole) {
    for (int pixel = 0; pixel < Plan::kAllPixels; pixel += Plan::kBand) {
      const int rest = Plan::kAllPixels - pixel;
      const int count = rest < Plan::kBand ? rest : Plan::kBand;
      const typename Isa::Source *from = in + pixel * Plan::kDepth;
      if constexpr (Plan::kCopies) {
        toCells<Isa>(cells, from, count * Plan::kDepth);
        sweep.band(cells, pixel, count);
      } else {
        sweep.band(from, pixel, count);
      }
    }
  } else {
    for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
      for (int y = 0; y < Out::dim(1); y += Plan::kBand) {
        const int rest = Out::dim(1) - y;
        const int count = rest < Plan::kBand ? rest : Plan::kBand;
        fillBand<Plan>(cells, in, y * Plan::Win::strideH - Plan::Win::padTop,
                       Plan::rowsFor(count), pad);
        sweep.band(cells, (n * Out::dim(1) + y) * Out::dim(2), count);
      }
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_TILES_H
