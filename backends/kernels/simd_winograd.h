// Winograd's minimal filtering for vectors: 3x3 windows, stride 1, one group.
//
// A. Lavin, S. Gray, Fast Algorithms for Convolutional Neural Networks, 2016:
// a square of S times S outputs is At (U * V) A, with V = Bt d B for the inputs
// d below it, S + 2 in each direction, and U = G g Gt for a filter g. For all
// filters and tiles these are (S + 2)^2 products of matrices, one for each
// place in the square.
//
// A row of tiles goes through five steps:
//   1. Bt from the left: rows of the image are added up element by element, and
//      columns of padding are put around them
//   2. B from the right, tile by tile: V
//   3. the products, as windows of one pixel of simd_tiles.h, in groups of
//      channels
//   4. At from the left and A from the right, in registers
//   5. the finish that other convolutions have (simd_finish.h)
//
//   weights  [groups of Blocks vectors of channels][(S + 2)^2][as in
//            simd_tiles.h for windows of one pixel]
//
// A transform (winograd_transforms.h) says how:
//   Products     the arithmetic of step 3; its cells are elements of V
//   Source, Cell, InVec, kInLanes   step 1 takes sources, and 2 cells
//   Isa          vectors of sums, and what the finish does with them
//   Input   apply(d, v) is Bt d
//   Part    of a vector of sums: all of it, or each of two registers
//   Output  apply(m, y) is At m; finish<Row>(m, bias, y) as well, for results
//   of
//           this row
#ifndef EDGECC_KERNELS_SIMD_WINOGRAD_H
#define EDGECC_KERNELS_SIMD_WINOGRAD_H

#include <cstddef>
#include <cstdint>

#ifndef EDGECC_KERNELS_SIMD_FINISH_H
#include "simd_finish.h"
#endif

namespace edgecc {
namespace kernels {
namespace {

/// How a convolution is cut into tiles.
template <class TransformType, class InShape, class OutShape, class WinShape,
          int TilePixels, int TileBlocks, int BandRows, int ChunkTiles>
struct WinogradPlan {
  using Transform = TransformType;
  using Isa = typename Transform::Isa;
  using In = InShape;
  using Out = OutShape;
  using Win = WinShape;
  using Cell = typename Transform::Cell;
  using Source = typename Transform::Source;
  using Sum = typename Isa::Sum;
  static_assert(Win::kernelH == 3 && Win::kernelW == 3 && Win::strideH == 1 &&
                    Win::strideW == 1 && Win::dilationH == 1 &&
                    Win::dilationW == 1,
                "only for windows of 3x3");
  static constexpr int kSize = Transform::kSize, kTaps = kSize + 2;
  static constexpr int kPlaces = kTaps * kTaps;
  static constexpr int kDepth = In::dim(3), kOut = Out::dim(3);
  static_assert(kDepth >= Transform::kInLanes, "vectors of channels");
  static constexpr int kAcross = (Out::dim(2) + kSize - 1) / kSize;
  static constexpr int kDown = (Out::dim(1) + kSize - 1) / kSize;
  /// Rows of tiles that are transformed before products are computed, and the
  /// tiles that these are computed of: all of those rows, or a part of one.
  static constexpr int kBand = BandRows, kChunk = ChunkTiles;
  static_assert(kBand == 1 || kChunk >= kBand * kAcross, "parts of one row");
  static_assert(kChunk % TilePixels == 0, "whole tiles of sums");

  // Step 1: a row.
  static constexpr int kColumns = kAcross * kSize + 2;
  static constexpr int kRow = kColumns * kDepth;
  static constexpr int kLeft =
      Win::padLeft < kColumns ? Win::padLeft : kColumns;
  static constexpr int kInside =
      kColumns - kLeft < In::dim(2) ? kColumns - kLeft : In::dim(2);

  // Step 3.
  using Products =
      TilePlan<typename Transform::Products, Shape<1, 1, kChunk, kDepth>,
               Shape<1, 1, kChunk, kOut>, Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>,
               TilePixels, TileBlocks, kChunk>;
  static constexpr int kGroup = TileBlocks * Isa::kLanes;
  static constexpr int kPlaceCells = kChunk * kDepth;
  static constexpr int kPlaceSums = kChunk * kGroup;

  // What lies in the buffer, in this order: V with what loads of several cells
  // may touch behind it, sums, rows, a row of padding.
  static constexpr int align(int bytes) { return (bytes + 63) / 64 * 64; }
  static constexpr int kCellsBytes =
      align((kPlaces * kPlaceCells + 16) * static_cast<int>(sizeof(Cell)));
  static constexpr int kSumsBytes =
      align(kPlaces * kPlaceSums * static_cast<int>(sizeof(Sum)));
  static constexpr int kRowsBytes =
      align(kTaps * kRow * static_cast<int>(sizeof(Cell)));
  static constexpr int kPadBytes =
      align(In::dim(2) * kDepth * static_cast<int>(sizeof(Source)));
  static constexpr int kScratch =
      kCellsBytes + kSumsBytes + kRowsBytes + kPadBytes;
};

/// Where the sums of a place go: [tiles][N vectors].
template <class Isa> struct WinogradStore {
  typename Isa::Sum *sums;

  template <class Plan, int M, int N, int Valid>
  EDGECC_SIMD_INLINE void store(typename Isa::Vec (&tile)[M][N],
                                int /*channel*/, int place) const {
    typename Isa::Sum *to = sums + place / Plan::kOut * N * Isa::kLanes;
    EDGECC_SIMD_UNROLL
    for (int m = 0; m < M; ++m)
      EDGECC_SIMD_UNROLL
    for (int n = 0; n < N; ++n)
      Isa::store(to + (m * N + n) * Isa::kLanes, tile[m][n]);
  }
};

template <class Plan, class Finish> struct WinogradSweep {
  using Transform = typename Plan::Transform;
  using Isa = typename Plan::Isa;
  using InVec = typename Transform::InVec;
  using Input = typename Transform::Input;
  using Output = typename Transform::Output;
  using Part = typename Transform::Part;
  using Cell = typename Plan::Cell;
  using Source = typename Plan::Source;
  using Sum = typename Plan::Sum;
  static constexpr int kSize = Plan::kSize, kTaps = Plan::kTaps;
  static constexpr int kInLanes = Transform::kInLanes;

  const typename Plan::Products::Isa::Weight *weights;
  const Sum *bias;
  const Finish &finish;
  Cell *cells;
  Sum *sums;
  Cell *rows;
  Source *padding;

  /// `scratch` has room for all of it.
  inline WinogradSweep(const typename Plan::Products::Isa::Weight *taps,
                       const Sum *start, const Finish &last,
                       std::int8_t *scratch)
      : weights(taps), bias(start), finish(last),
        cells(reinterpret_cast<Cell *>(scratch)),
        sums(reinterpret_cast<Sum *>(scratch + Plan::kCellsBytes)),
        rows(reinterpret_cast<Cell *>(scratch + Plan::kCellsBytes +
                                      Plan::kSumsBytes)),
        padding(reinterpret_cast<Source *>(scratch + Plan::kCellsBytes +
                                           Plan::kSumsBytes +
                                           Plan::kRowsBytes)) {}

  /// The row of padding, and the columns of it around all rows.
  inline void pad(Source value) const {
    for (int i = 0; i < Plan::In::dim(2) * Plan::kDepth; ++i)
      padding[i] = value;
    InVec d[kTaps], v[kTaps];
    for (int i = 0; i < kTaps; ++i)
      d[i] = Transform::loadSource(padding);
    typename Transform::Input{}.apply(d, v);
    for (int i = 0; i < kTaps; ++i) {
      Cell lanes[kInLanes];
      Transform::storeCells(lanes, v[i]);
      Cell *row = rows + i * Plan::kRow;
      fillCells<Plan::kLeft * Plan::kDepth>(row, lanes[0]);
      fillCells<(Plan::kColumns - Plan::kLeft - Plan::kInside) * Plan::kDepth>(
          row + (Plan::kLeft + Plan::kInside) * Plan::kDepth, lanes[0]);
    }
  }

  static EDGECC_SIMD_INLINE void
  addRows(const Input &input, const Source *const *from, int at, Cell *to) {
    InVec d[kTaps], v[kTaps];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kTaps; ++i)
      d[i] = Transform::loadSource(from[i] + at);
    input.apply(d, v);
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kTaps; ++i)
      Transform::storeCells(to + i * Plan::kRow + at, v[i]);
  }

  /// Step 1 of the rows from `y` on.
  inline void transformRows(const Source *image, int y) const {
    constexpr int kCount = Plan::kInside * Plan::kDepth;
    constexpr int kPitch = Plan::In::dim(2) * Plan::kDepth;
    const Input input{};
    const Source *from[kTaps];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kTaps; ++i)
      from[i] = y + i >= 0 && y + i < Plan::In::dim(1)
                    ? image + (y + i) * kPitch
                    : padding;
    Cell *to = rows + Plan::kLeft * Plan::kDepth;
    if constexpr (kCount >= kInLanes) {
      for (int at = 0; at + kInLanes <= kCount; at += kInLanes)
        addRows(input, from, at, to);
      if constexpr (kCount % kInLanes > 0)
        addRows(input, from, kCount - kInLanes, to);
    }
  }

  static EDGECC_SIMD_INLINE void addColumns(const Input &input,
                                            const Cell *from, Cell *to) {
    InVec d[kTaps], v[kTaps];
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kTaps; ++i)
      d[i] = Transform::loadCells(from + i * Plan::kDepth);
    input.apply(d, v);
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kTaps; ++i)
      Transform::storeCells(to + i * Plan::kPlaceCells, v[i]);
  }

  /// Step 2 of `count` tiles from the `first` of a row on; they become those
  /// from `tile` on of the chunk.
  inline void transformTiles(int first, int count, int tile) const {
    constexpr int kDepth = Plan::kDepth;
    const Input input{};
    for (int t = 0; t < count; ++t) {
      const Cell *from = rows + (first + t) * kSize * kDepth;
      Cell *to = cells + (tile + t) * kDepth;
      for (int i = 0; i < kTaps;
           ++i, from += Plan::kRow, to += kTaps * Plan::kPlaceCells) {
        for (int c = 0; c + kInLanes <= kDepth; c += kInLanes)
          addColumns(input, from + c, to + c);
        // The last channels once more.
        if constexpr (kDepth % kInLanes > 0)
          addColumns(input, from + kDepth - kInLanes, to + kDepth - kInLanes);
      }
    }
  }

  /// Step 3 for N vectors of channels.
  template <int N>
  inline void multiply(const typename Plan::Products::Isa::Weight *taps,
                       int count) const {
    using Products = typename Plan::Products;
    using Tiles = TileSweep<Products, WinogradStore<Isa>>;
    static constexpr Sum kZeros[Plan::kGroup] = {};
    constexpr int M = Products::kPixels;
    const Cell *from = cells;
    Sum *to = sums;
    for (int place = 0; place < Plan::kPlaces; ++place) {
      const WinogradStore<Isa> store = {to};
      const Tiles tiles = {taps, kZeros, store};
      // Those behind the last one are there, and not used.
      for (int i = 0; i < count; i += M)
        tiles.template tile<M, N, N * Isa::kLanes>(from + i * Plan::kDepth, 0,
                                                   i);
      from += Plan::kPlaceCells;
      to += Plan::kPlaceSums;
      taps += N * Products::kBlockWeights;
    }
  }

  /// Where the outputs of a tile go, and whether all columns are there.
  struct Place {
    int channel;
    bool whole;
    int y;
    std::ptrdiff_t at;
  };

  /// Step 5 for a row of a tile, the last of which may be narrower.
  template <int Valid>
  EDGECC_SIMD_INLINE void
  storeRow(const Finish &own, typename Isa::Vec (&y)[kSize][1], int channel,
           std::ptrdiff_t place, bool whole) const {
    constexpr int kLast = Plan::Out::dim(2) % kSize;
    if (kLast == 0 || whole) {
      own.template store<Plan, kSize, 1, Valid>(y, channel, place);
    } else if constexpr (kLast > 0) {
      typename Isa::Vec few[kLast][1];
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < kLast; ++i)
        few[i][0] = y[i][0];
      own.template store<Plan, kLast, 1, Valid>(few, channel, place);
    }
  }

  /// At from the left for one part of a vector, column by column.
  static EDGECC_SIMD_INLINE void addSums(const Output &output, const Sum *from,
                                         Part (&m)[kSize][kTaps]) {
    EDGECC_SIMD_UNROLL
    for (int j = 0; j < kTaps; ++j) {
      Part sums[kTaps], column[kSize];
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < kTaps; ++i)
        sums[i] =
            Transform::loadPart(from + (i * kTaps + j) * Plan::kPlaceSums);
      output.apply(sums, column);
      EDGECC_SIMD_UNROLL
      for (int i = 0; i < kSize; ++i) {
        keepPart(column[i]);
        m[i][j] = column[i];
      }
      // GCC would load the sums of the next columns too early.
      renew<Isa>(from);
    }
  }
  static EDGECC_SIMD_INLINE void keepPart(Part &x) {
    if constexpr (Isa::kRenews)
      Transform::keepPart(x);
  }

  /// Steps 4 and 5 for a vector of channels of a tile whose first output is at
  /// `x`, `y`.
  template <int Valid>
  EDGECC_SIMD_INLINE void squares(const Output &output, const Finish &own,
                                  const Sum *from, int channel, int image,
                                  int x, int y) const {
    constexpr int kHeight = Plan::Out::dim(1), kWidth = Plan::Out::dim(2);
    const Place place = {channel, x + kSize <= kWidth, y,
                         ((image * kHeight + y) * kWidth + x) * Plan::kOut +
                             channel};
    Part m[kSize][kTaps], first[kSize][kSize] = {};
    if constexpr (Transform::kParts == 2) {
      addSums(output, from, m);
      firstRows<0>(output, m, Transform::loadPart(bias + channel), first);
    }
    constexpr int kLast =
        Isa::kLanes / Transform::kParts * (Transform::kParts - 1);
    addSums(output, from + kLast, m);
    squareRows<Valid, 0>(output, own, m,
                         Transform::loadPart(bias + channel + kLast), first,
                         place);
  }

  /// The rows from `Row` on of the first of two parts.
  template <int Row>
  static EDGECC_SIMD_INLINE void
  firstRows(const Output &output, const Part (&m)[kSize][kTaps], Part start,
            Part (&y)[kSize][kSize]) {
    output.template finish<Row>(m[Row], start, y[Row]);
    if constexpr (Row + 1 < kSize)
      firstRows<Row + 1>(output, m, start, y);
  }

  /// The rows of outputs from `Row` on.
  template <int Valid, int Row>
  EDGECC_SIMD_INLINE void squareRows(const Output &output, const Finish &own,
                                     const Part (&m)[kSize][kTaps], Part start,
                                     const Part (&first)[kSize][kSize],
                                     const Place &place) const {
    constexpr int kHeight = Plan::Out::dim(1);
    Part last[kSize];
    typename Isa::Vec y[kSize][1];
    output.template finish<Row>(m[Row], start, last);
    EDGECC_SIMD_UNROLL
    for (int i = 0; i < kSize; ++i)
      y[i][0] = Transform::join(first[Row][i], last[i]);
    if (kHeight % kSize == 0 || place.y + Row < kHeight)
      storeRow<Valid>(own, y, place.channel,
                      place.at + Row * Plan::Out::dim(2) * Plan::kOut,
                      place.whole);
    if constexpr (Row + 1 < kSize)
      squareRows<Valid, Row + 1>(output, own, m, start, first, place);
  }

  /// Steps 3 to 5 for N vectors of channels, of which `Valid` channels are
  /// there, of `count` tiles from the `first` of an image on.
  template <int N, int Valid>
  EDGECC_SIMD_APART void channels(int channel, int image, int first,
                                  int count) const {
    constexpr int kLanes = Isa::kLanes;
    constexpr int kLast = Valid - (N - 1) * kLanes;
    multiply<N>(weights + channel / kLanes * Plan::kPlaces *
                              Plan::Products::kBlockWeights,
                count);
    const Output output{};
    // As stores could change it, it would be loaded again behind each of them.
    const Finish own = finish;
    for (int t = 0; t < count; ++t) {
      const int x = (first + t) % Plan::kAcross * kSize;
      const int y = (first + t) / Plan::kAcross * kSize;
      const Sum *from = sums + t * N * kLanes;
      constexpr int kWhole = kLast < kLanes ? N - 1 : N;
      for (int n = 0; n < kWhole; ++n)
        squares<kLanes>(output, own, from + n * kLanes, channel + n * kLanes,
                        image, x, y);
      if constexpr (kWhole < N)
        squares<kLast>(output, own, from + kWhole * kLanes,
                       channel + kWhole * kLanes, image, x, y);
    }
  }

  inline void chunk(int image, int first, int count) const {
    constexpr int kGroup = Plan::kGroup, kRest = Plan::kOut % kGroup;
    int channel = 0;
    for (; channel + kGroup <= Plan::kOut; channel += kGroup)
      channels<Plan::Products::kBlocks, kGroup>(channel, image, first, count);
    if constexpr (kRest > 0)
      channels<(kRest + Isa::kLanes - 1) / Isa::kLanes, kRest>(channel, image,
                                                               first, count);
  }
};

/// All images; `value` is what padding has.
template <class Plan, class Finish>
inline void
winogradConvolution(const typename Plan::Source *in,
                    const typename Plan::Products::Isa::Weight *weights,
                    const typename Plan::Sum *bias, const Finish &finish,
                    std::int8_t *scratch, typename Plan::Source value) {
  constexpr int kAcross = Plan::kAcross;
  const WinogradSweep<Plan, Finish> sweep(weights, bias, finish, scratch);
  sweep.pad(value);
  for (int n = 0; n < Plan::Out::dim(0); ++n, in += Plan::In::product(1, 4))
    for (int row = 0; row < Plan::kDown; row += Plan::kBand) {
      if constexpr (Plan::kBand == 1) {
        sweep.transformRows(in, row * Plan::kSize - Plan::Win::padTop);
        for (int x = 0; x < kAcross; x += Plan::kChunk) {
          const int count =
              kAcross - x < Plan::kChunk ? kAcross - x : Plan::kChunk;
          sweep.transformTiles(x, count, 0);
          sweep.chunk(n, row * kAcross + x, count);
        }
      } else {
        const int left = Plan::kDown - row;
        const int count = left < Plan::kBand ? left : Plan::kBand;
        for (int i = 0; i < count; ++i) {
          sweep.transformRows(in, (row + i) * Plan::kSize - Plan::Win::padTop);
          sweep.transformTiles(0, kAcross, i * kAcross);
        }
        sweep.chunk(n, row * kAcross, count * kAcross);
      }
    }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_WINOGRAD_H
