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
// An arithmetic (*_vectors.h) says how sums of products are computed:
//   Source   the elements of tensors, Cell those that products are made of
//   Sum      the elements of sums; kLanes of them, one channel each, in Vec
//   kStep    neighbouring inputs of a channel that one instruction multiplies
//   kConverts  whether cells differ from the elements of tensors
//   kCopiesBlocks  if not: whether copies of a known size are made of vectors,
//            as GCC for x86 makes them `rep movs`, which begins slowly
//   kHoldsInputs  whether inputs of several steps are loaded at once, and then
//            taken by lane (else one input is in all lanes):
//     kChunk   steps whose inputs one load brings
//     kParts   registers whose lanes add up to the sums of a vector
//     kRound   chunks of a round of the loop over a long run
//     kLeast   inputs of which runs are multiples that are read where they are
//   kRenews  whether addresses and multipliers that are held cost more than
//            those that are loaded again
#ifndef EDGECC_KERNELS_SIMD_TILES_H
#define EDGECC_KERNELS_SIMD_TILES_H

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifndef EDGECC_KERNELS_SIMD_BANDS_H
#include "simd_bands.h"
#endif
#ifndef EDGECC_KERNELS_SIMD_BASICS_H
#include "simd_basics.h"
#endif
#ifndef EDGECC_KERNELS_SHAPE_H
#include "shape.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// Makes `x` a value that is only known from here on. What is loaded or made of
/// it then takes no registers while sums are computed.
template <class Isa, class T> EDGECC_SIMD_INLINE void renew(T &x) {
  if constexpr (Isa::kRenews)
    __asm__ volatile("" : "+r"(x));
}

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
  /// Whether the image comes as [N, C, H, W].
  static constexpr bool kPlanar = false;
  static constexpr int kPixels = TilePixels, kBlocks = TileBlocks;
  /// Output rows, or pixels if kFlat.
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

  // Runs of inputs: a row of the window, or one of its pixels. If filling these
  // up to whole steps would take too many more, the windows of a band are
  // gathered first, so that each is one run. So are those of one pixel with
  // strides where cells are copied as they are: most pixels of a band are in
  // none.
  static constexpr bool kDense = Win::dilationW == 1 || Win::kernelW == 1;
  static constexpr int kLine = kDense ? Win::kernelW * kDepth : kDepth;
  static constexpr int kWindow = Win::kernelH * Win::kernelW * kDepth;
  static constexpr int fillUp(int inputs) {
    return (inputs + Isa::kStep - 1) / Isa::kStep * Isa::kStep;
  }
  static constexpr bool kSkips = !Isa::kConverts && !Isa::kHoldsInputs &&
                                 Win::kernelH == 1 && Win::kernelW == 1 &&
                                 Win::strideW > 1;
  static constexpr bool kGathers =
      !kWhole &&
      (kSkips || (Isa::kHoldsInputs &&
                  kWindow / kLine * fillUp(kLine) * 5 >= fillUp(kWindow) * 7));
  static constexpr int kRuns = kDense || kGathers ? 1 : Win::kernelW;
  static constexpr int kRun = kGathers ? kWindow : kLine;
  static constexpr int kWindowRows = kGathers ? 1 : Win::kernelH;
  static constexpr int kChunkInputs = Isa::kChunk * Isa::kStep;
  static constexpr int runOffset(int run) {
    return run / kRuns * Win::dilationH * kRow +
           run % kRuns * Win::dilationW * kDepth;
  }
  /// Windows side by side, with nothing between them.
  static constexpr bool kFlat = kWhole || kGathers;
  static constexpr int kPixelStep = kGathers ? kWindow : kDepth;
  static constexpr int kSteps = (kRun + Isa::kStep - 1) / Isa::kStep;
  /// Cells behind a band that are read and multiplied by zeros: floats there
  /// have to be numbers.
  static constexpr int kTail = Isa::kStep > 1 && kRun % Isa::kStep > 0 &&
                                       static_cast<Cell>(0.5) != 0
                                   ? Isa::kStep
                                   : 0;
  /// Whether inputs are copied before they are read.
  static constexpr bool kCopies =
      !kWhole || Isa::kConverts || kRun % Isa::kLeast != 0;
  static constexpr int kStepWeights = Isa::kStep * Isa::kLanes;
  static constexpr int kBlockWeights =
      kWindowRows * kRuns * kSteps * kStepWeights;

  // Tiles: a part of a row, or whole rows.
  static constexpr int kTileColumns =
      kFlat || kPixels < Out::dim(2) ? kPixels : Out::dim(2);
  static constexpr int kTileRows = kFlat ? 1 : kPixels / kTileColumns;
  static constexpr int pixelOffset(int pixel) {
    return kFlat ? pixel * kPixelStep
                 : pixel / kTileColumns * Win::strideH * kRow +
                       pixel % kTileColumns * Win::strideW * kDepth;
  }
};

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

/// Adds the products of the step that is number At of a chunk of Count inputs,
/// or begins sums with them.
template <class Plan, int At, int Count, bool First, int M, int N>
EDGECC_SIMD_INLINE void
sumChunkStep(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
             const typename Plan::Isa::Inputs (&x)[M],
             const typename Plan::Isa::Weight *&weights) {
  using Isa = typename Plan::Isa;
  constexpr int kRegisters = N * Isa::kParts;
  constexpr int kLeft = Count - At * Isa::kStep;
  decltype(Isa::loadWeights(weights)) w[kRegisters];
  Isa::loadWeights(w, weights);
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < kRegisters; ++n) {
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      sums[m][n] =
          Isa::template dotStep<At, kLeft, First>(sums[m][n], x[m], w[n]);
    // GCC would compute the products of more outputs first, for which
    // registers do not suffice.
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      Isa::keep(sums[m][n]);
  }
  if constexpr (kLeft > Isa::kStep)
    sumChunkStep<Plan, At + 1, Count, false, M, N>(sums, x, weights);
}

/// Adds the products of Count inputs of a run.
template <class Plan, int Count, bool First, int M, int N>
EDGECC_SIMD_INLINE void
sumChunk(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
         const typename Plan::Cell *run,
         const typename Plan::Isa::Weight *&weights) {
  using Isa = typename Plan::Isa;
  // What lies behind a run in the buffer is there, and multiplied by zeros or
  // not at all.
  constexpr int kLoaded = Plan::kCopies ? Plan::kChunkInputs : Count;
  typename Isa::Inputs x[M];
  EDGECC_SIMD_UNROLL
  for (int m = 0; m < M; ++m)
    x[m] = Isa::template loadInputs<kLoaded>(run + Plan::pixelOffset(m));
  sumChunkStep<Plan, 0, Count, First, M, N>(sums, x, weights);
}

/// Adds the products of a run from chunk number At on, as straight code.
template <class Plan, int At, bool First, int M, int N>
EDGECC_SIMD_INLINE void
sumStraight(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
            const typename Plan::Cell *run,
            const typename Plan::Isa::Weight *&weights) {
  constexpr int kLeft = Plan::kRun - At * Plan::kChunkInputs;
  if constexpr (kLeft > 0) {
    constexpr int kCount =
        kLeft < Plan::kChunkInputs ? kLeft : Plan::kChunkInputs;
    sumChunk<Plan, kCount, First, M, N>(sums, run + At * Plan::kChunkInputs,
                                        weights);
    sumStraight<Plan, At + 1, false, M, N>(sums, run, weights);
  }
}

/// The same in rounds of a few chunks, as what a loop itself takes counts.
template <class Plan, bool First, int M, int N>
EDGECC_SIMD_INLINE void
sumRounds(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
          const typename Plan::Cell *run,
          const typename Plan::Isa::Weight *&weights) {
  constexpr int kInputs = Plan::kChunkInputs;
  constexpr bool kBegins =
      First && Plan::Isa::kParts > 1 && Plan::kRun >= kInputs;
  constexpr int kChunks = Plan::kRun / kInputs - kBegins;
  // Rather straight code for what is left of few rounds.
  constexpr int kMost = Plan::Isa::kRound;
  constexpr int kRound = kMost > 2 && kChunks < 2 * kMost ? 2 : kMost;
  if constexpr (kBegins) {
    sumChunk<Plan, kInputs, true, M, N>(sums, run, weights);
    run += kInputs;
  }
  for (int c = 0; c < kChunks / kRound; ++c) {
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kRound; ++i)
      sumChunk<Plan, kInputs, false, M, N>(sums, run + i * kInputs, weights);
    run += kRound * kInputs;
    __asm__("" : "+r"(run));
  }
  constexpr int kNext = kBegins + kChunks / kRound * kRound;
  sumStraight<Plan, kNext, First && kNext == 0, M, N>(
      sums, run - kNext * kInputs, weights);
}

/// The sums of M pixels and N vectors of channels, chunk by chunk.
template <class Plan, int M, int N>
EDGECC_SIMD_INLINE void
sumChunks(typename Plan::Isa::Vec (&sums)[M][N * Plan::Isa::kParts],
          const typename Plan::Cell *cells,
          const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  constexpr int kWindowRuns = Plan::kWindowRows * Plan::kRuns;
  // Windows side by side then have inputs in common that are loaded once, if
  // there are registers for them.
  constexpr int kChunks =
      (Plan::kRun + Plan::kChunkInputs - 1) / Plan::kChunkInputs;
  constexpr bool kStraight = Isa::kRenews && kChunks <= 6 &&
                             M * Plan::kDepth <= 8 * Plan::kChunkInputs;
  constexpr bool kFirst = kWindowRuns == 1;
  if constexpr (kStraight && kWindowRuns * kChunks <= 4) {
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kWindowRuns; ++i)
      sumStraight<Plan, 0, kFirst, M, N>(sums, cells + Plan::runOffset(i),
                                         weights);
    return;
  }
  for (int i = 0; i < kWindowRuns; ++i) {
    const typename Plan::Cell *run = cells + Plan::runOffset(i);
    if constexpr (kStraight)
      sumStraight<Plan, 0, kFirst, M, N>(sums, run, weights);
    else
      sumRounds<Plan, kFirst, M, N>(sums, run, weights);
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
      const typename Plan::Cell *run =
          cells + Plan::runOffset(ky * Plan::kRuns + kx);
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
    if constexpr (!Isa::kHoldsInputs) {
      sumTile<Plan, M, N>(sums, cells, block, bias + channel);
    } else {
      constexpr int kParts = Isa::kParts;
      typename Isa::Vec parts[M][N * kParts];
      const typename Isa::Sum *start = bias + channel;
      EDGECC_SIMD_UNROLL
      for (int m = 0; m < M; ++m) {
        EDGECC_SIMD_UNROLL
        for (int i = 0; i < N * kParts; ++i)
          parts[m][i] = Isa::start(start + i / kParts * Isa::kLanes);
        // Pairs of vectors are loaded again by fewer instructions than they
        // are copied by.
        if constexpr (Isa::kRenews && kParts == 1)
          __asm__ volatile("" : : : "memory");
      }
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
  EDGECC_SIMD_INLINE void wholes(const Cell *cells, int channel, int pixel,
                                 int count) const {
    constexpr int M = Plan::kPixels, kRest = Plan::kAllPixels % M;
    int i = 0;
    for (; i + M <= count; i += M)
      tile<M, N, Valid>(cells + i * Plan::kPixelStep, channel, pixel + i);
    // Bands are whole tiles, but for the last one.
    if constexpr (kRest > 0)
      if (i < count)
        tile<kRest, N, Valid>(cells + i * Plan::kPixelStep, channel, pixel + i);
  }

  template <int N, int Valid>
  EDGECC_SIMD_INLINE void rows(const Cell *cells, int channel, int pixel,
                               int count) const {
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
    if constexpr (kRows == 1 || Plan::kBand % kRows > 0 ||
                  Plan::Out::dim(1) % kRows > 0)
      for (; left > 0; --left, row += kDown, pixel += kWidth) {
        int x = 0;
        for (; x + kStep <= kWidth; x += kStep)
          tile<kStep, N, Valid>(row + x * kAcross, channel, pixel + x);
        if constexpr (kWidth % kStep > 0)
          tile<kWidth % kStep, N, Valid>(row + x * kAcross, channel, pixel + x);
      }
  }

  template <int N, int Valid>
  EDGECC_SIMD_APART void channels(const Cell *cells, int channel, int pixel,
                                  int count) const {
    // As bytes that are stored could be anything, pointers would be loaded
    // again behind each of them.
    const Finish own = finish;
    const typename Isa::Weight *itsWeights = weights;
    const typename Isa::Sum *itsBias = bias;
    // Arm takes two instructions for each load from an address that it knows.
    renew<Isa>(itsWeights);
    renew<Isa>(itsBias);
    const TileSweep local = {itsWeights, itsBias, own};
    if constexpr (Plan::kFlat)
      local.template wholes<N, Valid>(cells, channel, pixel, count);
    else
      local.template rows<N, Valid>(cells, channel, pixel, count);
  }
};

/// All channels of `count` rows, or of pixels if kFlat, group by group as the
/// sweep's `channels` computes them.
template <class Plan, class Sweep>
inline void sweepBand(const Sweep &sweep, const typename Plan::Cell *cells,
                      int pixel, int count) {
  constexpr int kLanes = Plan::Isa::kLanes, kGroup = Plan::kBlocks * kLanes;
  constexpr int kRest = Plan::kOut % kGroup;
  int channel = 0;
  if constexpr (kGroup <= Plan::kOut)
    for (; channel + kGroup <= Plan::kOut; channel += kGroup)
      sweep.template channels<Plan::kBlocks, kGroup>(cells, channel, pixel,
                                                     count);
  if constexpr (kRest > 0)
    sweep.template channels<(kRest + kLanes - 1) / kLanes, kRest>(
        cells, channel, pixel, count);
}

/// All images. `scratch` holds the band; it is not used if the arithmetic takes
/// the image as it is.
template <class Plan, class Sweep>
inline void sweepBands(const Sweep &sweep, const typename Plan::Isa::Source *in,
                       void *scratch, typename Plan::Cell pad) {
  using Isa = typename Plan::Isa;
  using In = typename Plan::In;
  using Out = typename Plan::Out;
  [[maybe_unused]] typename Plan::Cell *cells =
      static_cast<typename Plan::Cell *>(scratch);
  if constexpr (Plan::kFlat) {
    for (int pixel = 0; pixel < Plan::kAllPixels; pixel += Plan::kBand) {
      const int rest = Plan::kAllPixels - pixel;
      const int count = rest < Plan::kBand ? rest : Plan::kBand;
      [[maybe_unused]] const typename Isa::Source *from =
          in + pixel * Plan::kDepth;
      if constexpr (Plan::kGathers) {
        gatherWindows<Plan>(cells, in, pixel, count, pad);
        sweepBand<Plan>(sweep, cells, pixel, count);
      } else if constexpr (Plan::kCopies) {
        toCells<Isa>(cells, from, count * Plan::kDepth);
        sweepBand<Plan>(sweep, cells, pixel, count);
      } else {
        sweepBand<Plan>(sweep, from, pixel, count);
      }
    }
  } else {
    for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
      for (int y = 0; y < Out::dim(1); y += Plan::kBand) {
        const int rest = Out::dim(1) - y;
        const int count = rest < Plan::kBand ? rest : Plan::kBand;
        fillBand<Plan>(cells, in, y * Plan::Win::strideH - Plan::Win::padTop,
                       Plan::rowsFor(count), pad);
        sweepBand<Plan>(sweep, cells, (n * Out::dim(1) + y) * Out::dim(2),
                        count);
      }
  }
}

template <class Plan, class Finish>
inline void tiledConvolution(const typename Plan::Isa::Source *in,
                             const typename Plan::Isa::Weight *weights,
                             const typename Plan::Isa::Sum *bias,
                             const Finish &finish, void *scratch,
                             typename Plan::Cell pad) {
  sweepBands<Plan>(TileSweep<Plan, Finish>{weights, bias, finish}, in, scratch,
                   pad);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_TILES_H
