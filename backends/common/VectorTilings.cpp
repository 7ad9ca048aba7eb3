//===- VectorTilings.cpp - Tiles that are worth measuring -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorTilings.h"

#include "Int8Layers.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// Beyond that, code grows and nothing else.
static constexpr int64_t kMostSums = 64;

std::string edgecc::getMethod(const VectorArithmetic &isa) {
  return isa.suffix.str();
}

std::string edgecc::getMethod(const WinogradArithmetic &isa) {
  return ("winograd_" + isa.products.suffix).str();
}

kern::TilingAttr edgecc::getTiling(Operation *op, StringRef method) {
  auto tiling = op->getAttrOfType<kern::TilingAttr>(kern::kTiling);
  return tiling && tiling.getMethod() == method ? tiling : kern::TilingAttr();
}

//===----------------------------------------------------------------------===//
// Direct convolutions
//===----------------------------------------------------------------------===//

static bool acceptsUnit(const VectorLayer &narrow, const VectorArithmetic &isa,
                        int64_t unit) {
  return unit == 1 ||
         (unit > 1 && unit * narrow.out[3] <= isa.lanes && !isa.addsLanes &&
          narrow.out[2] % unit == 0 && narrow.window.getDilations()[1] == 1);
}

bool edgecc::acceptsTiling(const VectorLayer &narrow,
                           const VectorArithmetic &isa,
                           kern::TilingAttr tiling) {
  int64_t unit = tiling.getUnit(), pixels = tiling.getPixels(),
          blocks = tiling.getBlocks(), band = tiling.getBand();
  if (!acceptsUnit(narrow, isa, unit))
    return false;
  VectorLayer layer = narrow.widen(unit);
  int64_t vectors = llvm::divideCeil(layer.out[3], isa.lanes);
  if (blocks > vectors || blocks * pixels > kMostSums ||
      (isa.addsLanes && blocks != vectors))
    return false;
  // Bands are whole tiles.
  if (layer.isFlat(isa))
    return pixels <= layer.getPixels() && band % pixels == 0 &&
           band < layer.getPixels() + pixels;
  int64_t rows = std::max<int64_t>(pixels / layer.out[2], 1);
  return (pixels <= layer.out[2] || pixels % layer.out[2] == 0) &&
         rows <= layer.out[1] && band <= layer.out[1];
}

TiledLayer TiledLayer::get(Operation *op, const VectorLayer &narrow,
                           const VectorArithmetic &isa) {
  int64_t parts = chooseParts(op, isa);
  // What is computed row by row has other shapes than what was measured.
  if (kern::TilingAttr known = getTiling(op, getMethod(isa));
      known && acceptsTiling(narrow, isa, known)) {
    VectorLayer layer = narrow.widen(known.getUnit());
    return {known.getUnit(), layer,
            Tiling::make(layer, isa, known.getPixels(), known.getBlocks(),
                         known.getBand(), parts)};
  }
  int64_t unit = narrow.chooseUnit(isa);
  VectorLayer layer = narrow.widen(unit);
  return {unit, layer, Tiling::choose(layer, isa, parts)};
}

namespace {
/// A list without repetitions.
class TilingCollector {
public:
  TilingCollector(MLIRContext *context, std::string method)
      : context(context), method(std::move(method)) {}

  void add(int64_t unit, int64_t pixels, int64_t blocks, int64_t band) {
    auto tiling =
        kern::TilingAttr::get(context, method, unit, pixels, blocks, band);
    if (!llvm::is_contained(list, tiling))
      list.push_back(tiling);
  }
  TilingList take() { return std::move(list); }

private:
  MLIRContext *context;
  std::string method;
  TilingList list;
};
} // namespace

/// Bands of about the same size that are whole tiles.
static int64_t fitBand(const VectorLayer &layer, const VectorArithmetic &isa,
                       int64_t pixels, int64_t band) {
  if (layer.isFlat(isa))
    return std::min(int64_t(llvm::alignTo(band, pixels)),
                    int64_t(llvm::alignTo(layer.getPixels(), pixels)));
  int64_t rows = std::max<int64_t>(pixels / layer.out[2], 1);
  return std::min(int64_t(llvm::alignTo(band, rows)), layer.out[1]);
}

/// Pixels of tiles with so many vectors of channels: as many as registers hold,
/// or somewhat fewer that leave less of a row to a smaller tile, or rows.
static SmallVector<int64_t> listPixels(const VectorLayer &layer,
                                       const VectorArithmetic &isa,
                                       int64_t blocks) {
  bool isFlat = layer.isFlat(isa);
  int64_t length = isFlat ? layer.getPixels() : layer.out[2];
  int64_t most =
      std::min(kMostSums / blocks, isa.getMostPixels(blocks) * 5 / 4 + 1);
  SmallVector<int64_t> list;
  if (!isFlat && 2 * length <= most)
    for (int64_t rows = 2; rows * length <= most && rows <= layer.out[1];
         ++rows)
      list.push_back(rows * length);
  int64_t tiles = int64_t(llvm::divideCeil(length, std::min(most, length)));
  for (int64_t i = tiles; i != tiles + 3; ++i)
    list.push_back(std::max<int64_t>(llvm::divideCeil(length, i), 1));
  for (int64_t pixels : {most, isa.getMostPixels(blocks)})
    list.push_back(std::min(pixels, length));
  return list;
}

/// Instructions for each step of the inputs of a row, or of all pixels that lie
/// side by side: products, and loads of weights and inputs.
static double getTileCost(const VectorLayer &layer, const VectorArithmetic &isa,
                          int64_t pixels, int64_t blocks) {
  int64_t length = layer.isFlat(isa) ? layer.getPixels() : layer.out[2],
          vectors = llvm::divideCeil(layer.out[3], isa.lanes);
  double tiles = double(pixels) < double(length)
                     ? double(llvm::divideCeil(length, pixels))
                     : double(length) / double(pixels),
         groups = double(llvm::divideCeil(vectors, blocks));
  double inputs = double(length) / double(isa.chunk);
  return double(length * vectors) + tiles * double(vectors) + groups * inputs;
}

static void listTiles(const VectorLayer &narrow, int64_t unit,
                      const VectorArithmetic &isa, TilingCollector &tilings) {
  constexpr int64_t kMostBlocks = 6;
  constexpr size_t kMostTiles = 8;
  VectorLayer layer = narrow.widen(unit);
  Tiling chosen = Tiling::choose(layer, isa);
  int64_t vectors = llvm::divideCeil(layer.out[3], isa.lanes);
  tilings.add(unit, chosen.pixels, chosen.blocks, chosen.band);
  using Tile = std::pair<int64_t, int64_t>;
  llvm::SetVector<Tile> tiles;
  for (int64_t blocks = isa.addsLanes ? vectors : 1;
       blocks <= std::min(vectors, kMostBlocks); ++blocks)
    for (int64_t pixels : listPixels(layer, isa, blocks))
      // Those of a few sums only do not use the registers.
      if (blocks * pixels * 3 >= chosen.blocks * chosen.pixels)
        tiles.insert({pixels, blocks});
  SmallVector<Tile> sorted(tiles.begin(), tiles.end());
  llvm::stable_sort(sorted, [&](const Tile &a, const Tile &b) {
    return getTileCost(layer, isa, a.first, a.second) <
           getTileCost(layer, isa, b.first, b.second);
  });
  for (auto [pixels, blocks] :
       ArrayRef(sorted).take_front(std::min(sorted.size(), kMostTiles)))
    tilings.add(unit, pixels, blocks, fitBand(layer, isa, pixels, chosen.band));
  for (int64_t factor : {2, 4}) {
    tilings.add(unit, chosen.pixels, chosen.blocks,
                fitBand(layer, isa, chosen.pixels, chosen.band * factor));
    tilings.add(unit, chosen.pixels, chosen.blocks,
                fitBand(layer, isa, chosen.pixels,
                        std::max<int64_t>(chosen.band / factor, 1)));
  }
}

TilingList edgecc::listTilings(const VectorLayer &narrow,
                               const VectorArithmetic &isa,
                               MLIRContext *context) {
  TilingCollector tilings(context, getMethod(isa));
  int64_t unit = narrow.chooseUnit(isa);
  listTiles(narrow, unit, isa, tilings);
  for (int64_t other : {int64_t(1), unit / 2, unit * 2}) {
    if (other == unit || !acceptsUnit(narrow, isa, other))
      continue;
    Tiling tiling = Tiling::choose(narrow.widen(other), isa);
    tilings.add(other, tiling.pixels, tiling.blocks, tiling.band);
  }
  return tilings.take();
}

//===----------------------------------------------------------------------===//
// Depthwise convolutions
//===----------------------------------------------------------------------===//

DepthTiling edgecc::getDepthTiling(ConvOp op, const VectorArithmetic &isa) {
  VectorLayer layer = VectorLayer::get(op);
  int64_t parts = chooseParts(op, isa);
  kern::TilingAttr known = getTiling(op, getMethod(isa));
  if (known && known.getBand() <= layer.out[1])
    return DepthTiling::make(layer, isa, known.getBand(), parts);
  return DepthTiling::choose(layer, isa, parts);
}

TilingList edgecc::listDepthTilings(ConvOp op, const VectorArithmetic &isa) {
  VectorLayer layer = VectorLayer::get(op);
  int64_t band = DepthTiling::choose(layer, isa).band, height = layer.out[1];
  TilingCollector tilings(op.getContext(), getMethod(isa));
  for (int64_t rows : {band, height, (height + 1) / 2, band / 2, band / 4})
    if (rows >= 1)
      tilings.add(1, 1, 1, rows);
  return tilings.take();
}

//===----------------------------------------------------------------------===//
// Winograd's convolution
//===----------------------------------------------------------------------===//

static int64_t getSumBound(ConvOp op, const WinogradArithmetic &isa) {
  return isa.integer ? getLargestSum(op) : 0;
}

bool edgecc::acceptsWinogradTiling(ConvOp op, const WinogradArithmetic &isa,
                                   kern::TilingAttr tiling) {
  VectorLayer layer = VectorLayer::get(op);
  int64_t size = tiling.getUnit();
  int64_t down = llvm::divideCeil(layer.out[1], size);
  int64_t vectors = llvm::divideCeil(layer.out[3], isa.products.lanes);
  return (size == 2 || size == 4) &&
         WinogradTiling::isPossible(layer, size, isa, getSumBound(op, isa)) &&
         tiling.getBlocks() <= vectors && tiling.getBand() <= down &&
         tiling.getBlocks() * tiling.getPixels() <= kMostSums;
}

std::optional<WinogradTiling>
edgecc::getWinogradTiling(ConvOp op, const WinogradArithmetic &isa) {
  kern::TilingAttr known = getTiling(op, getMethod(isa));
  if (known && acceptsWinogradTiling(op, isa, known))
    return WinogradTiling::make(VectorLayer::get(op), isa, known.getUnit(),
                                known.getPixels(), known.getBlocks(),
                                known.getBand());
  return WinogradTiling::choose(VectorLayer::get(op), isa,
                                getSumBound(op, isa));
}

TilingList edgecc::listWinogradTilings(ConvOp op,
                                       const WinogradArithmetic &isa) {
  VectorLayer layer = VectorLayer::get(op);
  TilingCollector tilings(op.getContext(), getMethod(isa));
  auto add = [&](int64_t size) {
    if (!WinogradTiling::isPossible(layer, size, isa, getSumBound(op, isa)))
      return;
    WinogradTiling tiling = WinogradTiling::chooseFor(layer, isa, size);
    tilings.add(size, tiling.pixels, tiling.blocks, tiling.band);
    if (tiling.band > 1)
      tilings.add(size, tiling.pixels, tiling.blocks, (tiling.band + 1) / 2);
    int64_t down = llvm::divideCeil(layer.out[1], size);
    tilings.add(size, tiling.pixels, tiling.blocks,
                std::min(tiling.band * 2, down));
  };
  std::optional<WinogradTiling> chosen =
      WinogradTiling::choose(layer, isa, getSumBound(op, isa));
  if (chosen)
    add(chosen->size);
  add(4);
  add(2);
  return tilings.take();
}
