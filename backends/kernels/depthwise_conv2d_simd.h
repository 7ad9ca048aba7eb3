// Depthwise convolution with vectors, one output per channel.
//
//   in          [N, H, W, C]
//   weights     for each vector of channels, for each kStep rows of the window,
//               for each of its columns: kStep weights of each channel. Filled
//               up with zeros.
//   bias, multiplier  of whole vectors of channels, as in conv2d_simd.h
//   out         [N, OH, OW, C]
//   scratch     DepthPlan::kScratch bytes
//
// Channels stand side by side in vectors. If vectors are several times as long
// as a pixel, a few neighbouring pixels count as one (a unit), and weights,
// bias and multipliers are repeated. Instructions that multiply kStep inputs
// get them from as many rows: these are interleaved once for each row of
// outputs.
#ifndef EDGECC_KERNELS_DEPTHWISE_CONV2D_SIMD_H
#define EDGECC_KERNELS_DEPTHWISE_CONV2D_SIMD_H

#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

template <class Arithmetic, class InShape, class OutShape, class WinShape,
          int BandRows>
struct DepthPlan {
  using Isa = Arithmetic;
  using In = InShape;
  using Out = OutShape;
  using Win = WinShape;
  using Cell = typename Isa::Cell;
  static_assert(In::dim(3) == Out::dim(3), "one output per channel");
  static constexpr int kDepth = In::dim(3), kBand = BandRows;
  static constexpr bool kPlanar = false;
  static constexpr int kTail = 0;
  static constexpr int kLanes = Isa::kLanes, kStep = Isa::kStep;

  // Units, which the finish takes for pixels with kOut channels.
  static constexpr int kFit = kDepth < kLanes ? kLanes / kDepth : 1;
  static constexpr int kUnit = Win::strideW > 1     ? 1
                               : kFit < Out::dim(2) ? kFit
                                                    : Out::dim(2);
  static constexpr int kOut = kUnit * kDepth;
  static constexpr int kVectors = (kOut + kLanes - 1) / kLanes;
  static constexpr int kUnits = Out::dim(2) / kUnit;
  static constexpr int kOutRow = Out::dim(2) * kDepth;

  // Rows of cells, as in TilePlan.
  static constexpr int kColumns = (Out::dim(2) - 1) * Win::strideW +
                                  (Win::kernelW - 1) * Win::dilationW + 1;
  static constexpr int kRow = kColumns * kDepth;
  static constexpr int rowsFor(int outRows) {
    return (outRows - 1) * Win::strideH + (Win::kernelH - 1) * Win::dilationH +
           1;
  }
  /// Rows of outputs that have the same kStep rows of inputs.
  static constexpr int kTogether = Isa::kShiftsWeights && Win::strideH == 1 &&
                                           Win::dilationH == 1 &&
                                           Win::kernelH < kStep
                                       ? 2
                                       : 1;
  // Rows of kStep cells, which begin a vector with each pixel.
  static constexpr bool kInterleaves = kStep > 1;
  static constexpr int kGroups = (Win::kernelH + kStep - 1) / kStep;
  static constexpr int kPixel = !kInterleaves || kFit > 1
                                    ? kDepth
                                    : (kDepth + kLanes - 1) / kLanes *kLanes;
  static constexpr int kMixedRow = kColumns * kPixel * kStep;
  static constexpr int kStepWeights = kLanes * kStep;
  static constexpr int kBlockWeights = kGroups * Win::kernelW * kStepWeights;

  /// Vectors and blocks may reach behind the last row.
  static constexpr int kBehind = Isa::kMix * kStep;
  static constexpr int kCells = rowsFor(kBand) * kRow + kBehind;
  static constexpr int kScratch =
      (kCells + (kInterleaves ? kGroups * kMixedRow + kBehind : 0)) *
      static_cast<int>(sizeof(Cell));

  /// Cells from a column and a group of rows to the next.
  static constexpr int kColumnStep = Win::dilationW * kPixel * kStep;
  static constexpr int kGroupStep =
      kInterleaves ? kMixedRow : Win::dilationH * kRow;
  static constexpr int kUnitStep = kUnit * Win::strideW * kPixel * kStep;

  /// Columns under `units` windows side by side.
  static constexpr int columnsFor(int units) {
    return (units - 1) * Win::strideW + Win::kernelW;
  }
  /// Whether the columns of a tile fit registers.
  template <int Units>
  static constexpr bool kReuses =
      Isa::kReusesColumns && kUnit == 1 && Win::dilationW == 1 &&
      columnsFor(Units) <= Isa::kMostColumns;
};

/// `Rows` rows, kStep at a time.
template <class Plan, int Rows>
inline void mixRows(const typename Plan::Cell *cells,
                    typename Plan::Cell *mixed) {
  using Isa = typename Plan::Isa;
  constexpr int kStep = Plan::kStep;
  constexpr bool kFlat = Plan::kPixel == Plan::kDepth;
  constexpr int kPieces = kFlat ? 1 : Plan::kColumns;
  constexpr int kCount = kFlat ? Plan::kRow : Plan::kDepth;
  for (int g = 0; g < Plan::kGroups; ++g, mixed += Plan::kMixedRow) {
    const typename Plan::Cell *rows[kStep];
    for (int i = 0; i < kStep; ++i) {
      // Any row will do where weights are zeros.
      const int ky = g * kStep + i;
      rows[i] = cells +
                (ky < Rows ? ky : Rows - 1) * Plan::Win::dilationH * Plan::kRow;
    }
    for (int piece = 0; piece < kPieces; ++piece) {
      const int from = piece * Plan::kDepth;
      typename Plan::Cell *to = mixed + piece * Plan::kPixel * kStep;
      int i = 0;
      if constexpr (kCount > 2 * Isa::kMixFew)
        for (; i + 2 * Isa::kMixFew < kCount; i += Isa::kMix)
          Isa::mix(to + i * kStep, rows, from + i);
      for (; i < kCount; i += Isa::kMixFew)
        Isa::mixFew(to + i * kStep, rows, from + i);
    }
  }
}

/// Adds the products of a row of the window, column by column.
template <class Plan, int R, int M, int N>
EDGECC_SIMD_INLINE void addTaps(typename Plan::Isa::Vec (&sums)[R][M][N],
                                const typename Plan::Cell *column,
                                const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  for (int kx = 0; kx < Plan::Win::kernelW; ++kx) {
    EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n) {
      const auto w = Isa::loadWeights(weights + n * Plan::kBlockWeights);
      EDGECC_SIMD_UNROLL
      for (int m = 0; m < M; ++m) {
        const auto x = Isa::loadCells(column + m * Plan::kUnitStep +
                                      n * Plan::kStepWeights);
        sums[0][m][n] = Isa::dot(sums[0][m][n], x, w);
        // The next row begins with the second of the rows of inputs.
        if constexpr (R > 1)
          sums[1][m][n] = Isa::dot(sums[1][m][n], x, Isa::shiftWeights(w));
      }
    }
    column += Plan::kColumnStep;
    weights += Plan::kStepWeights;
  }
}

/// The same with each input loaded once for all windows over it.
template <class Plan, int R, int M, int N>
EDGECC_SIMD_INLINE void addColumns(typename Plan::Isa::Vec (&sums)[R][M][N],
                                   const typename Plan::Cell *cells,
                                   const typename Plan::Isa::Weight *weights) {
  using Isa = typename Plan::Isa;
  constexpr int kColumns = Plan::columnsFor(M);
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n) {
    decltype(Isa::loadCells(cells)) x[kColumns];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kColumns; ++i)
      x[i] = Isa::loadCells(cells + i * Plan::kPixel * Plan::kStep +
                            n * Plan::kStepWeights);
    EDGECC_SIMD_UNROLL
    for (int kx = 0; kx < Plan::Win::kernelW; ++kx) {
      const auto w = Isa::loadWeights(weights + n * Plan::kBlockWeights +
                                      kx * Plan::kStepWeights);
      EDGECC_SIMD_UNROLL
      for (int m = 0; m < M; ++m) {
        const auto &at = x[m * Plan::Win::strideW + kx];
        sums[0][m][n] = Isa::dot(sums[0][m][n], at, w);
        if constexpr (R > 1)
          sums[1][m][n] = Isa::dot(sums[1][m][n], at, Isa::shiftWeights(w));
      }
    }
  }
}

/// R rows of M units times N vectors of channels.
template <class Plan, int R, int M, int N>
EDGECC_SIMD_INLINE void sumDepthTile(typename Plan::Isa::Vec (&sums)[R][M][N],
                                     const typename Plan::Cell *cells,
                                     const typename Plan::Isa::Weight *weights,
                                     const typename Plan::Isa::Sum *bias) {
  using Isa = typename Plan::Isa;
  EDGECC_SIMD_UNROLL
  for (int n = 0; n < N; ++n) {
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M * R; ++m) {
      sums[m / M][m % M][n] = Isa::load(bias + n * Isa::kLanes);
      // Pairs of vectors are loaded again by fewer instructions than they are
      // copied by.
      if constexpr (Isa::kRenews)
        __asm__ volatile("" : : : "memory");
    }
  }
  for (int g = 0; g < Plan::kGroups; ++g, cells += Plan::kGroupStep) {
    if constexpr (Plan::template kReuses<M>)
      addColumns<Plan>(sums, cells, weights);
    else
      addTaps<Plan>(sums, cells, weights);
    weights += Plan::Win::kernelW * Plan::kStepWeights;
  }
}

/// R rows of units, in tiles of up to Isa::kDepthTile sums.
template <class Plan, class Finish, int R> struct DepthRows {
  using Isa = typename Plan::Isa;
  using Cell = typename Plan::Cell;

  const typename Isa::Weight *weights;
  const typename Isa::Sum *bias;
  const Finish &finish;

  /// Units from `pixel` on, whose outputs in the first row begin at `place`.
  template <int M, int N, int Valid>
  EDGECC_SIMD_INLINE void tile(const Cell *cells, int first, int pixel,
                               int place) const {
    typename Isa::Vec sums[R][M][N];
    const int channel = first * Isa::kLanes;
    sumDepthTile<Plan, R, M, N>(
        sums,
        cells + pixel * Plan::Win::strideW * Plan::kPixel * Plan::kStep +
            first * Plan::kStepWeights,
        weights + first * Plan::kBlockWeights, bias + channel);
    place += pixel * Plan::kDepth + channel;
    finish.template store<Plan, M, N, Valid>(sums[0], channel, place);
    if constexpr (R > 1)
      finish.template store<Plan, M, N, Valid>(sums[1], channel,
                                               place + Plan::kOutRow);
  }

  template <int N, int Valid>
  EDGECC_SIMD_APART void vectors(const Cell *cells, int first,
                                 int place) const {
    constexpr int kWidth = Plan::Out::dim(2), kUnit = Plan::kUnit;
    constexpr int kMost =
        Isa::kDepthTile / N / R > 0 ? Isa::kDepthTile / N / R : 1;
    constexpr int M = Plan::kUnits < kMost ? Plan::kUnits : kMost;
    // As in TileSweep::channels.
    const Finish own = finish;
    const typename Isa::Weight *itsWeights = weights;
    const typename Isa::Sum *itsBias = bias;
    renew<Isa>(itsWeights);
    renew<Isa>(itsBias);
    const DepthRows local = {itsWeights, itsBias, own};
    int pixel = 0;
    for (; pixel + M * kUnit <= kWidth; pixel += M * kUnit)
      local.template tile<M, N, Valid>(cells, first, pixel, place);
    if constexpr (Plan::kUnits % M > 0)
      local.template tile<Plan::kUnits % M, N, Valid>(cells, first, pixel,
                                                      place);
    if constexpr (kWidth % kUnit > 0)
      local.template tile<1, N, Valid>(cells, first, kWidth - kUnit, place);
  }

  inline void all(const Cell *cells, int place) const {
    constexpr int N = Plan::kVectors < Isa::kDepthVectors ? Plan::kVectors
                                                          : Isa::kDepthVectors;
    constexpr int kGroup = N * Isa::kLanes, kRest = Plan::kOut % kGroup;
    int first = 0;
    for (; (first + N) * Isa::kLanes <= Plan::kOut; first += N)
      vectors<N, kGroup>(cells, first, place);
    if constexpr (kRest > 0)
      vectors<(kRest + Isa::kLanes - 1) / Isa::kLanes, kRest>(cells, first,
                                                              place);
  }
};

template <class Plan, class Finish>
inline void vectorDepthwise(const typename Plan::Isa::Source *in,
                            const typename Plan::Isa::Weight *weights,
                            const typename Plan::Isa::Sum *bias,
                            const Finish &finish, void *scratch,
                            typename Plan::Cell pad) {
  using In = typename Plan::In;
  using Out = typename Plan::Out;
  using Cell = typename Plan::Cell;
  constexpr int kDown = Plan::Win::strideH * Plan::kRow;
  constexpr int kTogether = Plan::kTogether, kHeight = Plan::Win::kernelH;
  const DepthRows<Plan, Finish, 1> one = {weights, bias, finish};
  [[maybe_unused]] const DepthRows<Plan, Finish, kTogether> several = {
      weights, bias, finish};
  Cell *cells = static_cast<Cell *>(scratch);
  [[maybe_unused]] Cell *mixed = cells + Plan::kCells;
  for (int n = 0; n < Out::dim(0); ++n, in += In::product(1, 4))
    for (int first = 0; first < Out::dim(1); first += Plan::kBand) {
      const int rest = Out::dim(1) - first;
      const int count = rest < Plan::kBand ? rest : Plan::kBand;
      fillBand<Plan>(cells, in, first * Plan::Win::strideH - Plan::Win::padTop,
                     Plan::rowsFor(count), pad);
      int place = (n * Out::dim(1) + first) * Plan::kOutRow, y = 0;
      if constexpr (kTogether > 1)
        for (; y + kTogether <= count; y += kTogether) {
          mixRows<Plan, kHeight + kTogether - 1>(cells + y * kDown, mixed);
          several.all(mixed, place + y * Plan::kOutRow);
        }
      for (; y < count; ++y) {
        const Cell *row = cells + y * kDown;
        if constexpr (Plan::kInterleaves) {
          mixRows<Plan, kHeight>(row, mixed);
          row = mixed;
        }
        one.all(row, place + y * Plan::kOutRow);
      }
    }
}

template <class Isa, class In, class Out, class Win, int Band, bool Small,
          int InZero, int Shift, int OutZero, int Lo, int Hi>
void depthwise_conv2d_s8_simd(const std::int8_t *in,
                              const typename Isa::Weight *weights,
                              const std::int32_t *bias,
                              const std::int32_t *multiplier, std::int8_t *out,
                              std::int8_t *scratch) {
  vectorDepthwise<DepthPlan<Isa, In, Out, Win, Band>>(
      in, weights, bias,
      SimdS8Finish<SimdScale<Isa, Shift, OutZero, Lo, Hi, Small>>{multiplier,
                                                                  out},
      scratch, Isa::toCell(InZero));
}

template <class Isa, class In, class Out, class Win, int Band>
void depthwise_conv2d_f32_simd(const float *in, const float *weights,
                               const float *bias, float *out,
                               std::int8_t *scratch, float lo, float hi) {
  vectorDepthwise<DepthPlan<Isa, In, Out, Win, Band>>(
      in, weights, bias, SimdF32Finish{out, lo, hi}, scratch, 0.0f);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_DEPTHWISE_CONV2D_SIMD_H
