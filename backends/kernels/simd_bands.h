// The inputs of a band of outputs as the cells that an arithmetic multiplies
// (simd_tiles.h), with padding: rows as they are, or window by window. A plan
// says how the layer is cut up: TilePlan there, DepthPlan in
// depthwise_conv2d_simd.h.
#ifndef EDGECC_KERNELS_SIMD_BANDS_H
#define EDGECC_KERNELS_SIMD_BANDS_H

#include <cstddef>
#include <cstring>

namespace edgecc {
namespace kernels {
namespace {

/// Whether elements become cells by a copy that is left to the compiler.
template <class Isa> constexpr bool copiesPlainly() {
  if constexpr (Isa::kConverts)
    return false;
  else
    return !Isa::kCopiesBlocks;
}

/// `Count` elements as cells. Blocks may overlap, but do not reach beyond.
template <class Isa, int Count>
inline void toCells(typename Isa::Cell *to, const typename Isa::Source *from) {
  constexpr int kWhole = Count / Isa::kBlock * Isa::kBlock;
  if constexpr (copiesPlainly<Isa>()) {
    std::memcpy(to, from, Count * sizeof(typename Isa::Cell));
  } else if constexpr (kWhole > 0) {
#pragma GCC unroll 4
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
  if constexpr (!Isa::kConverts) {
    std::memcpy(to, from,
                static_cast<std::size_t>(count) * sizeof(typename Isa::Cell));
    return;
  }
  int i = 0;
#pragma GCC unroll 4
  for (; i + Isa::kBlock <= count; i += Isa::kBlock)
    Isa::convertBlock(to + i, from + i);
  for (; i < count; ++i)
    to[i] = Isa::toCell(from[i]);
}

/// A few elements that are cells as they are, or become such one by one.
template <class Isa, int Count>
inline void copyCells(typename Isa::Cell *to,
                      const typename Isa::Source *from) {
  if constexpr (Isa::kConverts || Count % Isa::kBlock == 0)
    toCells<Isa, Count>(to, from);
  else
    std::memcpy(to, from, Count * sizeof(typename Isa::Cell));
}

template <int Count, class Cell> inline void fillCells(Cell *to, Cell pad) {
  for (int i = 0; i < Count; ++i)
    to[i] = pad;
}

/// A row of an image [C, H, W] as cells [W, C].
template <class Plan, class T>
inline void interleaveRow(typename Plan::Cell *to, const T *row, int count) {
  constexpr int kDepth = Plan::kDepth;
  constexpr int kPlane = Plan::In::product(1, 3);
  for (int x = 0; x < count; ++x)
    for (int c = 0; c < kDepth; ++c)
      to[x * kDepth + c] = Plan::Isa::toCell(row[c * kPlane + x]);
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
    if constexpr (Plan::kPlanar)
      interleaveRow<Plan>(cells + kLeft * kDepth, image + y * In::dim(2),
                          kInside);
    else
      toCells<typename Plan::Isa, kInside * kDepth>(
          cells + kLeft * kDepth, image + y * In::dim(2) * kDepth);
    fillCells<(kRest - kInside) * kDepth>(cells + (kLeft + kInside) * kDepth,
                                          pad);
  }
  fillCells<Plan::kTail>(cells, pad);
}

/// Row `ky` of the windows of `count` pixels of a row of outputs, from number
/// `ox` on. `cells` is where it begins in the first one.
template <class Plan, class T>
inline void gatherRow(typename Plan::Cell *cells, const T *image, int y, int ox,
                      int count, typename Plan::Cell pad) {
  using In = typename Plan::In;
  using Win = typename Plan::Win;
  using Isa = typename Plan::Isa;
  constexpr int kDepth = Plan::kDepth, kWidth = In::dim(2);
  constexpr int kReach = (Win::kernelW - 1) * Win::dilationW;
  const bool outside = y < 0 || y >= In::dim(1);
  const T *row = image + (outside ? 0 : y) * kWidth * kDepth;
  int x = ox * Win::strideW - Win::padLeft;
  for (; count > 0; --count, x += Win::strideW, cells += Plan::kWindow) {
    if (Plan::kDense && !outside && x >= 0 && x + kReach < kWidth) {
      copyCells<Isa, Plan::kLine>(cells, row + x * kDepth);
      continue;
    }
    for (int kx = 0; kx < Win::kernelW; ++kx) {
      const int at = x + kx * Win::dilationW;
      if (outside || at < 0 || at >= kWidth)
        fillCells<kDepth>(cells + kx * kDepth, pad);
      else
        copyCells<Isa, kDepth>(cells + kx * kDepth, row + at * kDepth);
    }
  }
}

/// The windows of `count` pixels of all images, from number `pixel` on.
template <class Plan, class T>
inline void gatherWindows(typename Plan::Cell *cells, const T *images,
                          int pixel, int count, typename Plan::Cell pad) {
  using Out = typename Plan::Out;
  using Win = typename Plan::Win;
  while (count > 0) {
    const int ox = pixel % Out::dim(2), oy = pixel / Out::dim(2) % Out::dim(1);
    const int rest = Out::dim(2) - ox, some = count < rest ? count : rest;
    const T *image =
        images + pixel / Out::product(1, 3) * Plan::In::product(1, 4);
    for (int ky = 0; ky < Win::kernelH; ++ky)
      gatherRow<Plan>(cells + ky * Win::kernelW * Plan::kDepth, image,
                      oy * Win::strideH - Win::padTop + ky * Win::dilationH, ox,
                      some, pad);
    cells += some * Plan::kWindow;
    pixel += some;
    count -= some;
  }
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_SIMD_BANDS_H
