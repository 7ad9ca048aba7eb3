//===- VectorWinograd.cpp - Winograd's convolution in vectors -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorWinograd.h"

#include "ImageShapes.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// What the transformed inputs of a chunk take at most: they are read once for
/// each group of channels, from a second level of cache.
static constexpr int64_t kChunkBytes = 131072;

/// What reading a vector of weights takes beside the instruction, in the time
/// of one of these.
static constexpr double kReadCost = 3;

static bool isWinograd(const VectorLayer &layer,
                       const WinogradArithmetic &isa) {
  auto isAll = [](ArrayRef<int64_t> values, int64_t wanted) {
    return llvm::all_of(values, [=](int64_t v) { return v == wanted; });
  };
  return isAll(layer.window.getKernel(), 3) &&
         isAll(layer.window.getStrides(), 1) &&
         isAll(layer.window.getDilations(), 1) && layer.in[3] >= isa.inLanes;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// `total` in parts of about the same size, none larger than `most`.
static int64_t balance(int64_t total, int64_t most) {
  return llvm::divideCeil(total, llvm::divideCeil(total, most));
}

/// Instructions of the products of a channel with `count` tiles and all
/// outputs, in one place of the squares.
static double getProductsCost(const WinogradArithmetic &isa, int64_t vectors,
                              int64_t blocks, int64_t pixels, int64_t count) {
  double sums = double(pixels * blocks * isa.products.sumRegisters),
         loads = double(blocks) + double(pixels) / double(isa.products.chunk);
  return double(llvm::divideCeil(vectors, blocks) *
                llvm::divideCeil(count, pixels)) *
         (sums + loads);
}

/// Chooses pixels and blocks for `count` tiles, and returns their cost.
static double chooseRegisters(const WinogradArithmetic &isa, int64_t vectors,
                              int64_t count, WinogradTiling &tiling) {
  double least = std::numeric_limits<double>::infinity();
  for (int64_t blocks = 1; blocks <= std::min<int64_t>(vectors, 4); ++blocks) {
    if (balance(vectors, blocks) != blocks)
      continue;
    int64_t most = std::min(isa.products.getMostPixels(blocks), count);
    // Lanes of int16 have to be in the lower half of the registers, to which
    // GCC copies more than a few of them for each product.
    if (isa.products.sumRegisters > 1)
      most = std::min<int64_t>(most, 5);
    for (int64_t pixels = 1; pixels <= most; ++pixels) {
      double cost = getProductsCost(isa, vectors, blocks, pixels, count);
      if (cost > least)
        continue;
      least = cost;
      tiling.blocks = blocks;
      tiling.pixels = pixels;
    }
  }
  return least;
}

/// As in the kernel's WinogradPlan.
static int64_t getScratchBytes(const VectorLayer &layer,
                               const WinogradTiling &tiling,
                               const WinogradArithmetic &isa) {
  auto align = [](int64_t bytes) { return int64_t(llvm::alignTo(bytes, 64)); };
  int64_t taps = tiling.size + 2, depth = layer.in[3],
          across = llvm::divideCeil(layer.out[2], tiling.size),
          cell = isa.products.cellBytes;
  return align((tiling.getPlaces() * tiling.chunk * depth + 16) * cell) +
         align(tiling.getPlaces() * tiling.chunk * tiling.blocks *
               isa.products.lanes * 4) +
         align(taps * (across * tiling.size + 2) * depth * cell) +
         align(layer.in[2] * depth * isa.products.elementBytes);
}

/// Tiles in a row, a column; and as many of a row as a chunk may have.
namespace {
struct TileCounts {
  int64_t across, down, most;

  TileCounts(const VectorLayer &layer, const WinogradArithmetic &isa,
             int64_t size)
      : across(llvm::divideCeil(layer.out[2], size)),
        down(llvm::divideCeil(layer.out[1], size)),
        most(std::max<int64_t>(kChunkBytes /
                                   ((size + 2) * (size + 2) * layer.in[3] *
                                    isa.products.cellBytes),
                               8)) {}

  /// Tiles whose products are computed at a time.
  int64_t getCount(int64_t band) const {
    return band > 1 ? band * across : balance(across, most);
  }
};
} // namespace

WinogradTiling WinogradTiling::make(const VectorLayer &layer,
                                    const WinogradArithmetic &isa, int64_t size,
                                    int64_t pixels, int64_t blocks,
                                    int64_t band) {
  WinogradTiling tiling;
  tiling.size = size;
  tiling.pixels = pixels;
  tiling.blocks = blocks;
  tiling.band = band;
  tiling.chunk = int64_t(llvm::alignTo(
      TileCounts(layer, isa, size).getCount(band), tiling.pixels));
  tiling.scratchBytes = getScratchBytes(layer, tiling, isa);
  return tiling;
}

WinogradTiling WinogradTiling::chooseFor(const VectorLayer &layer,
                                         const WinogradArithmetic &isa,
                                         int64_t size) {
  TileCounts counts(layer, isa, size);
  int64_t depth = layer.in[3],
          vectors = llvm::divideCeil(layer.out[3], isa.products.lanes);
  int64_t band = counts.across < counts.most
                     ? balance(counts.down, counts.most / counts.across)
                     : 1;
  int64_t count = counts.getCount(band);
  WinogradTiling registers;
  double products = chooseRegisters(isa, vectors, count, registers);
  WinogradTiling tiling =
      make(layer, isa, size, registers.pixels, registers.blocks, band);

  bool isFour = size == 4;
  double tiles = double(layer.out[0] * counts.across * counts.down);
  int64_t steps = llvm::divideCeil(depth, isa.products.step);
  // Each chunk reads all weights, from a cache that is not the first one.
  double chunks = std::ceil(tiles / double(count)),
         weights = double(tiling.getPlaces() * steps * vectors);
  tiling.cost =
      tiles * (isa.inputCost[isFour] *
                   double(llvm::divideCeil(depth, isa.inLanes)) +
               isa.outputCost[isFour] * double(vectors) +
               products / double(count) * double(tiling.getPlaces() * steps)) +
      kReadCost * chunks * weights;
  return tiling;
}

bool WinogradTiling::isPossible(const VectorLayer &layer, int64_t size,
                                const WinogradArithmetic &isa,
                                int64_t largestSum) {
  // Integers come out times a power of two, as much as 32 bits hold.
  int64_t factor = size == 4 ? 64 : 4;
  return isWinograd(layer, isa) &&
         (!isa.integer || largestSum < (int64_t(1) << 31) / factor);
}

std::optional<WinogradTiling>
WinogradTiling::choose(const VectorLayer &layer, const WinogradArithmetic &isa,
                       int64_t largestSum) {
  // Below that, memory and code that it takes are not worth the time.
  constexpr double kGain = 1.25;
  int64_t vectors = llvm::divideCeil(layer.out[3], isa.products.lanes);
  double most = isa.directCost * 9 * double(layer.in[3] * vectors) *
                double(layer.getPixels()) / kGain;
  std::optional<WinogradTiling> best;
  for (int64_t size : {2, 4}) {
    if (!isPossible(layer, size, isa, largestSum))
      continue;
    WinogradTiling tiling = chooseFor(layer, isa, size);
    if (tiling.cost > (best ? best->cost : most))
      continue;
    best = tiling;
  }
  return best;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

using Row = std::array<double, 3>;

/// G, as winograd_transforms.h has it.
static SmallVector<Row> getRows(int64_t size, bool integer) {
  if (integer && size == 2)
    return {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
  if (integer)
    return {{6, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 6}};
  if (size == 2)
    return {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  // Lagrange's polynomials.
  constexpr double kPoints[] = {0, 0.625, -0.625, 1.5, -1.5};
  SmallVector<Row> rows;
  for (double p : kPoints) {
    double factor = 1;
    for (double q : kPoints)
      if (p != q)
        factor *= p - q;
    rows.push_back({1 / factor, p / factor, p * p / factor});
  }
  rows.push_back({0, 0, 1});
  return rows;
}

/// Place `place` of G g Gt, for the filter whose taps lie `step` apart.
template <typename T>
static double transformFilter(ArrayRef<T> filter, int64_t step,
                              ArrayRef<Row> rows, int64_t place) {
  const Row &down = rows[place / rows.size()],
            &across = rows[place % rows.size()];
  double sum = 0;
  for (size_t y = 0; y != 3; ++y)
    for (size_t x = 0; x != 3; ++x)
      sum += down[y] * across[x] * double(filter[int64_t(3 * y + x) * step]);
  return sum;
}

template <typename From, typename T>
static reference::Tensor pack(const reference::Tensor &weights,
                              const WinogradTiling &tiling,
                              const WinogradArithmetic &isa, Type type) {
  ArrayRef<From> data = weights.getData<From>();
  SmallVector<Row> rows = getRows(tiling.size, isa.integer);
  int64_t outputs = weights.getDim(0), depth = weights.getDim(3),
          lanes = isa.products.lanes, step = isa.products.step,
          end = int64_t(llvm::alignTo(outputs, lanes)),
          group = tiling.blocks * lanes;
  SmallVector<T> packed;
  for (int64_t first = 0; first < end; first += group)
    for (int64_t place = 0; place != tiling.getPlaces(); ++place)
      for (int64_t c = 0; c < depth; c += step)
        for (int64_t o = first; o < std::min(first + group, end); ++o)
          for (int64_t i = c; i != c + step; ++i)
            packed.push_back(
                o < outputs && i < depth
                    ? T(transformFilter(data.drop_front(o * 9 * depth + i),
                                        depth, ArrayRef<Row>(rows), place))
                    : T(0));
  reference::Tensor tensor(
      RankedTensorType::get({int64_t(packed.size())}, type));
  llvm::copy(packed, tensor.getData<T>().begin());
  return tensor;
}

reference::Tensor edgecc::packWinograd(const reference::Tensor &weights,
                                       const WinogradTiling &tiling,
                                       const WinogradArithmetic &isa) {
  Type type = getStorageType(weights.getElementType());
  if (isa.integer)
    return pack<int8_t, int16_t>(weights, tiling, isa,
                                 IntegerType::get(type.getContext(), 16));
  return pack<float, float>(weights, tiling, isa, type);
}

int64_t edgecc::getWinogradExtraBytes(const VectorLayer &layer,
                                      const WinogradTiling &tiling,
                                      const WinogradArithmetic &isa) {
  int64_t element = isa.products.elementBytes,
          transformed = isa.integer ? 2 : element;
  return layer.in[3] *
         int64_t(llvm::alignTo(layer.out[3], isa.products.lanes)) *
         (tiling.getPlaces() * transformed - 9 * element);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

void edgecc::addWinogradTiling(const VectorLayer &layer,
                               const WinogradTiling &tiling,
                               const WinogradArithmetic &isa,
                               KernelCallBuilder &call) {
  addShapes(layer, isa.products, call);
  for (int64_t size :
       {tiling.size, tiling.pixels, tiling.blocks, tiling.band, tiling.chunk})
    call.addInt(size);
}

void edgecc::addWinogradMemory(const VectorLayer &layer,
                               const WinogradTiling &tiling,
                               const WinogradArithmetic &isa,
                               KernelCallBuilder &call) {
  int64_t rows = std::min(tiling.band * tiling.size, layer.out[1]);
  call.allowOverlap(0,
                    getOverlapDistance(
                        {layer.in, layer.out, layer.window, rows * layer.out[2],
                         /*readsFirst=*/true, isa.products.elementBytes}));
  call.addScratch(tiling.scratchBytes);
}
