//===- VectorDirectDepthwise.cpp - Depthwise layers without a copy --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// depthwise_direct_simd.h: float.
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"

#include "ImageShapes.h"
#include "RasterOverlap.h"
#include "VectorTilings.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

namespace {
/// Rows and columns of a tile, in units: several pixels that share a vector.
struct DirectTile {
  int64_t rows, columns;
};

/// What a tile of some size costs in a layer, and of which size there are.
class DirectTiles {
public:
  DirectTiles(const VectorLayer &layer, const VectorArithmetic &isa)
      : layer(layer), isa(isa), unit(getUnit(layer, isa)),
        units(int64_t(llvm::divideCeil(layer.out[2], unit))) {}

  /// As in the kernel.
  static int64_t getUnit(const VectorLayer &layer,
                         const VectorArithmetic &isa) {
    int64_t channels = layer.in[3];
    return channels < isa.lanes && layer.window.getStrides()[1] == 1
               ? std::min(isa.lanes / channels, layer.out[2])
               : 1;
  }

  /// The cheaper ones first.
  SmallVector<DirectTile> list() const;
  bool accepts(DirectTile tile) const {
    return tile.rows >= 1 && tile.rows <= layer.out[1] && tile.columns >= 1 &&
           tile.columns <= units && tile.rows * tile.columns <= kMostSums;
  }

private:
  static constexpr int64_t kMostSums = 24;

  double getCost(DirectTile tile) const;
  /// Loads for some units side by side, or rows above each other.
  int64_t getSpan(unsigned axis, int64_t count) const {
    kern::WindowAttr window = layer.window;
    int64_t step = axis == 1 && unit > 1 ? unit : window.getStrides()[axis];
    return (count - 1) * step +
           (window.getKernel()[axis] - 1) * window.getDilations()[axis] + 1;
  }

  const VectorLayer &layer;
  const VectorArithmetic &isa;
  int64_t unit, units;
};
} // namespace

/// Instructions of a row of tiles for each row of results: products, loads of
/// inputs and, for each tile, of weights; stores.
double DirectTiles::getCost(DirectTile tile) const {
  int64_t taps = layer.window.getKernel()[0] * layer.window.getKernel()[1];
  double cost = 0;
  for (int64_t left = units; left > 0; left -= tile.columns) {
    int64_t columns = std::min(left, tile.columns);
    cost += double(tile.rows * columns * (taps + 3) +
                   getSpan(0, tile.rows) * getSpan(1, columns) + taps);
  }
  // The last rows may be fewer, and then profit less.
  int64_t rows = int64_t(llvm::alignTo(layer.out[1], tile.rows));
  return cost / double(tile.rows) * double(rows) / double(layer.out[1]);
}

SmallVector<DirectTile> DirectTiles::list() const {
  constexpr int64_t kMostRows = 4;
  // Sums beside one input; weights may come from memory.
  int64_t sums = isa.registers * 2 / 3;
  SmallVector<DirectTile> tiles;
  for (int64_t rows = 1; rows <= kMostRows; ++rows)
    for (int64_t columns = 1; rows * columns <= sums; ++columns)
      if (accepts({rows, columns}))
        tiles.push_back({rows, columns});
  llvm::stable_sort(tiles, [&](DirectTile a, DirectTile b) {
    return getCost(a) < getCost(b);
  });
  return tiles;
}

static std::string getDirectMethod(const VectorArithmetic &isa) {
  return ("direct_" + isa.suffix).str();
}

static DirectTile getTile(ConvOp op, const VectorLayer &layer,
                          const VectorArithmetic &isa) {
  DirectTiles tiles(layer, isa);
  if (kern::TilingAttr known = getTiling(op, getDirectMethod(isa))) {
    DirectTile tile{known.getBand(), known.getPixels()};
    // What is computed row by row has other shapes than what was measured.
    if (tiles.accepts(tile))
      return tile;
  }
  return tiles.list().front();
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

template <const VectorArithmetic &isa>
static bool isDirectDepthwise(ConvOp op) {
  return isFloatImage(op) && op.isDepthwise();
}

/// The first channel of each vector: the last one ends with the last channel,
/// unless it is the only one.
static SmallVector<int64_t> getFirstChannels(int64_t channels, int64_t lanes) {
  SmallVector<int64_t> firsts;
  for (int64_t first = 0; first < channels; first += lanes)
    firsts.push_back(std::max<int64_t>(std::min(first, channels - lanes), 0));
  return firsts;
}

/// A tensor of `taps` values for each channel, vector by vector. Fewer channels
/// than lanes are repeated.
static reference::Tensor packVectors(const reference::Tensor &tensor,
                                     int64_t taps,
                                     const VectorArithmetic &isa) {
  ArrayRef<float> data = tensor.getData<float>();
  SmallVector<float> packed;
  int64_t channels = int64_t(data.size()) / taps;
  for (int64_t first : getFirstChannels(channels, isa.lanes))
    for (int64_t tap = 0; tap != taps; ++tap)
      for (int64_t channel = first; channel != first + isa.lanes; ++channel)
        packed.push_back(data[channel % channels * taps + tap]);
  reference::Tensor result(RankedTensorType::get(
      {int64_t(packed.size())}, tensor.getType().getElementType()));
  llvm::copy(packed, result.getData<float>().begin());
  return result;
}

template <const VectorArithmetic &isa>
static LogicalResult lowerDirectDepthwise(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  DirectTile tile = getTile(op, layer, isa);
  int64_t parts = chooseParts(op, isa);
  beginCall("depthwise_direct_f32", "depthwise_direct", parts,
            /*scratchBytes=*/-1, call);
  addShapes(layer, withLimitsOf(op, isa), call);
  call.addInt(tile.rows);
  call.addInt(tile.columns);
  call.addInput(op.getInput());
  ArrayRef<int64_t> kernel = layer.window.getKernel();
  call.addData("weights", packVectors(*getConstantTensor(op.getFilter()),
                                      kernel[0] * kernel[1], isa));
  call.addData("bias", packVectors(*getConstantTensor(op.getBias()), 1, isa));
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  if (parts == 1)
    call.allowOverlap(
        0, getOverlapDistance({layer.in, layer.out, layer.window,
                               tile.rows * layer.out[2],
                               /*readsFirst=*/false, isa.elementBytes}));
  return success();
}

template <const VectorArithmetic &isa> static KernelTilings getDirectTilings() {
  return {getDirectMethod(isa),
          [](Operation *op) {
            TilingList list;
            auto conv = cast<ConvOp>(op);
            if (!isDirectDepthwise<isa>(conv))
              return list;
            constexpr size_t kMost = 6;
            VectorLayer layer = VectorLayer::get(conv);
            for (DirectTile tile : DirectTiles(layer, isa).list())
              if (list.size() < kMost)
                list.push_back(kern::TilingAttr::get(
                    op->getContext(), getDirectMethod(isa), /*unit=*/1,
                    tile.columns, /*blocks=*/1, tile.rows));
            return list;
          },
          [](Operation *op, kern::TilingAttr tiling) {
            auto conv = cast<ConvOp>(op);
            VectorLayer layer = VectorLayer::get(conv);
            return isDirectDepthwise<isa>(conv) &&
                   DirectTiles(layer, isa)
                       .accepts({tiling.getBand(), tiling.getPixels()});
          }};
}

template <const VectorArithmetic &isa>
static void addKernel(KernelRegistry &registry) {
  registry
      .add<ConvOp>(("depthwise_direct_f32_" + isa.suffix).str(),
                   isDirectDepthwise<isa>, lowerDirectDepthwise<isa>,
                   isa.benefit + 2, isa.features)
      .tilings = getDirectTilings<isa>();
}

void edgecc::registerVectorDirectDepthwiseKernels(KernelRegistry &registry) {
  addKernel<f32Avx512>(registry);
  addKernel<f32Avx2>(registry);
}
