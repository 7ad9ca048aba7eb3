//===- VectorLayers.cpp - Convolutions as tiles of vectors ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorLayers.h"

#include "ImageShapes.h"
#include "Int8Layers.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

int64_t VectorArithmetic::getMostPixels(int64_t blocks) const {
  if (!holdsInputs())
    return std::max<int64_t>(registers / blocks, 1);
  // Inputs, weights and sums, and a product of each pixel.
  int64_t products = parts > 1 ? 1 : 0, weights = blocks * parts;
  return std::max<int64_t>(
      (registers - weights) / (weights * sumRegisters + 1 + products), 1);
}

/// What a band takes at most: most of a first level of cache is left.
static constexpr int64_t kBandBytes = 16384;

VectorLayer VectorLayer::get(ConvOp op) {
  return {getImageShape(op.getInput()), getImageShape(op.getResult()),
          getWindowOf(op)};
}

VectorLayer VectorLayer::get(FullyConnectedOp op) {
  ArrayRef<int64_t> in = shapeOf(op.getInput()), out = shapeOf(op.getResult());
  return get(op.getContext(), ShapedType::getNumElements(in.drop_back()),
             in.back(), out.back());
}

VectorLayer VectorLayer::get(MLIRContext *context, int64_t rows, int64_t depth,
                             int64_t columns) {
  return {{1, 1, rows, depth},
          {1, 1, rows, columns},
          getWindow(context, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0})};
}

bool VectorLayer::isWhole() const {
  auto isOne = [](int64_t value) { return value == 1; };
  return llvm::all_of(window.getKernel(), isOne) &&
         llvm::all_of(window.getStrides(), isOne) &&
         llvm::all_of(window.getPads(), [](int64_t pad) { return pad == 0; });
}

bool VectorLayer::copies(const VectorArithmetic &isa) const {
  return !isWhole() || isa.converts || getRun(isa) % isa.least != 0;
}

static bool isDense(kern::WindowAttr window) {
  return window.getDilations()[1] == 1 || window.getKernel()[1] == 1;
}

static int64_t getWindowInputs(const VectorLayer &layer) {
  return layer.window.getKernel()[0] * layer.window.getKernel()[1] *
         layer.in[3];
}

static int64_t getLine(const VectorLayer &layer) {
  return isDense(layer.window) ? layer.window.getKernel()[1] * layer.in[3]
                               : layer.in[3];
}

bool VectorLayer::gathers(const VectorArithmetic &isa) const {
  auto fillUp = [&](int64_t inputs) {
    return int64_t(llvm::alignTo(inputs, isa.step));
  };
  ArrayRef<int64_t> kernel = window.getKernel();
  bool skips = !isa.converts && !isa.holdsInputs() && kernel[0] == 1 &&
               kernel[1] == 1 && window.getStrides()[1] > 1;
  int64_t inputs = getWindowInputs(*this), line = getLine(*this);
  return !isWhole() &&
         (skips || (isa.holdsInputs() &&
                    inputs / line * fillUp(line) * 5 >= fillUp(inputs) * 7));
}

int64_t VectorLayer::getRun(const VectorArithmetic &isa) const {
  return gathers(isa) ? getWindowInputs(*this) : getLine(*this);
}

int64_t VectorLayer::getRuns(const VectorArithmetic &isa) const {
  return getWindowInputs(*this) / getRun(isa);
}

VectorLayer VectorLayer::widen(int64_t unit) const {
  VectorLayer wide = *this;
  wide.out[2] /= unit;
  wide.out[3] *= unit;
  ArrayRef<int64_t> kernel = window.getKernel(), strides = window.getStrides();
  if (unit > 1)
    wide.window = kern::WindowAttr::get(
        window.getContext(), {kernel[0], kernel[1] + (unit - 1) * strides[1]},
        {strides[0], strides[1] * unit}, window.getDilations(),
        window.getPads());
  return wide;
}

int64_t VectorLayer::chooseUnit(const VectorArithmetic &isa) const {
  // What a vector of sums takes beside products, in the time of one of these;
  // and what wider weights may take.
  constexpr int64_t kFinish = 6, kMostBytes = 16384;
  if (window.getDilations()[1] != 1 || isa.addsLanes)
    return 1;
  int64_t best = 1;
  double least = std::numeric_limits<double>::infinity();
  for (int64_t unit = 1; unit * out[3] <= isa.lanes; ++unit) {
    if (out[2] % unit != 0)
      continue;
    VectorLayer wide = widen(unit);
    int64_t steps = wide.getRuns(isa) *
                    int64_t(llvm::divideCeil(wide.getRun(isa), isa.step));
    int64_t bytes = steps * isa.lanes * 4;
    double cost = double(steps + kFinish) / double(unit);
    if (cost < least && (unit == 1 || bytes <= kMostBytes)) {
      least = cost;
      best = unit;
    }
  }
  return best;
}

template <typename T>
static void widenInto(const reference::Tensor &filter, const VectorLayer &layer,
                      int64_t unit, reference::Tensor &wide) {
  ArrayRef<int64_t> kernel = layer.window.getKernel();
  int64_t step = layer.window.getStrides()[1] * layer.in[3],
          run = kernel[1] * layer.in[3], runs = layer.out[3] * kernel[0],
          wideRun = run + (unit - 1) * step;
  for (int64_t i = 0; i != unit; ++i)
    for (int64_t at = 0; at != runs; ++at)
      llvm::copy(filter.getData<T>().slice(at * run, run),
                 wide.getData<T>().begin() + (i * runs + at) * wideRun +
                     i * step);
}

reference::Tensor edgecc::widenFilter(const reference::Tensor &filter,
                                      const VectorLayer &layer, int64_t unit) {
  if (unit == 1)
    return filter;
  VectorLayer wide = layer.widen(unit);
  reference::Tensor widened(
      RankedTensorType::get({wide.out[3], wide.window.getKernel()[0],
                             wide.window.getKernel()[1], layer.in[3]},
                            getStorageType(filter.getElementType())));
  if (filter.getElementType().isF32())
    widenInto<float>(filter, layer, unit, widened);
  else
    widenInto<int8_t>(filter, layer, unit, widened);
  return widened;
}

/// `total` in parts of about the same size, none larger than `most`.
static int64_t balance(int64_t total, int64_t most) {
  return llvm::divideCeil(total, llvm::divideCeil(total, most));
}

/// Vectors of channels side by side: the more pixels share weights, the fewer
/// need to share inputs. Few pixels take all registers in this direction.
static int64_t chooseBlocks(const VectorLayer &layer,
                            const VectorArithmetic &isa) {
  int64_t blocks = llvm::divideCeil(layer.out[3], isa.lanes);
  if (isa.addsLanes)
    return blocks;
  int64_t pixels =
      layer.isWhole() ? layer.getPixels() : layer.out[1] * layer.out[2];
  int64_t most = layer.isWhole() && isa.registers >= 16 ? 4 : 2;
  if (isa.holdsInputs())
    most = isa.parts > 1 ? 2 : 4 / isa.sumRegisters;
  int64_t few = isa.registers / (pixels * isa.parts);
  if (few >= 2)
    most = std::max(most, std::min<int64_t>(8 / isa.parts, few));
  return balance(blocks, most);
}

static int64_t choosePixels(const VectorLayer &layer, bool isFlat,
                            int64_t most) {
  if (isFlat)
    return balance(layer.getPixels(), std::min(most, layer.getPixels()));
  int64_t width = layer.out[2], height = layer.out[1];
  // Several rows of a narrow image.
  if (2 * width <= most)
    return width * balance(height, std::min(height, most / width));
  int64_t pixels = balance(width, most);
  // Rather tiles of one size that are a little smaller.
  for (int64_t smaller = pixels; smaller * 3 >= pixels * 2; --smaller)
    if (width % smaller == 0)
      return smaller;
  return pixels;
}

/// The inputs under so many outputs, along an axis.
static int64_t getSpan(const VectorLayer &layer, unsigned axis,
                       int64_t outputs) {
  kern::WindowAttr window = layer.window;
  return (outputs - 1) * window.getStrides()[axis] +
         (window.getKernel()[axis] - 1) * window.getDilations()[axis] + 1;
}

/// Rows of a band, in multiples of `step`.
static int64_t chooseBand(const VectorLayer &layer, int64_t rowBytes,
                          int64_t step) {
  // Bands share rows: of wide images rather a few more than fit.
  constexpr int64_t kLeast = 6;
  int64_t height = layer.out[1], rows = height;
  while (rows > std::max(step, kLeast) &&
         getSpan(layer, 0, rows) * rowBytes > kBandBytes)
    --rows;
  return std::min<int64_t>(int64_t(llvm::alignTo(balance(height, rows), step)),
                           height);
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// What each part writes should not share a line of a cache with another's.
static int64_t alignPart(int64_t parts, int64_t bytes) {
  return parts > 1 ? int64_t(llvm::alignTo(bytes, 64)) : bytes;
}

/// A band of `unit`s that leaves one to each part.
static int64_t limitBand(int64_t band, int64_t total, int64_t unit,
                         int64_t parts) {
  int64_t share = int64_t(llvm::divideCeil(total, parts));
  return std::min<int64_t>(band, int64_t(llvm::alignTo(share, unit)));
}

void Tiling::splitUp(int64_t length, int64_t unit, const VectorLayer &layer,
                     const VectorArithmetic &isa, int64_t mostParts) {
  if (mostParts == 1)
    return;
  // Few pixels rather leave it to the channels: a band is read by all parts
  // that compute some of its channels.
  int64_t groups = int64_t(llvm::divideCeil(layer.out[3], blocks * isa.lanes));
  int64_t images = layer.isWhole() || layer.gathers(isa) ? 1 : layer.out[0];
  if (images * length >= mostParts * unit)
    band = limitBand(band, length, unit,
                     int64_t(llvm::divideCeil(mostParts, images)));
  parts = std::min<int64_t>(
      mostParts, images * int64_t(llvm::divideCeil(length, band)) * groups);
}

Tiling Tiling::choose(const VectorLayer &layer, const VectorArithmetic &isa,
                      int64_t mostParts) {
  int64_t blocks = chooseBlocks(layer, isa);
  bool isFlat = layer.isFlat(isa);
  int64_t most = isa.getMostPixels(blocks);
  // Lanes of int16 have to be in the lower half of the registers.
  if (isa.sumRegisters > 1 && blocks > 1)
    most = std::min<int64_t>(most, 4);
  int64_t pixels = choosePixels(layer, isFlat, most);
  if (isFlat) {
    int64_t pixelBytes = layer.getRun(isa) * isa.cellBytes;
    int64_t fit = std::max<int64_t>(kBandBytes / pixelBytes, 1);
    int64_t band =
        int64_t(llvm::alignTo(balance(layer.getPixels(), fit), pixels));
    return make(layer, isa, pixels, blocks, band, mostParts);
  }
  int64_t tileRows = std::max<int64_t>(pixels / layer.out[2], 1);
  int64_t band = chooseBand(layer, layer.getRowBytes(isa), tileRows);
  return make(layer, isa, pixels, blocks, band, mostParts);
}

Tiling Tiling::make(const VectorLayer &layer, const VectorArithmetic &isa,
                    int64_t pixels, int64_t blocks, int64_t band,
                    int64_t mostParts) {
  Tiling tiling;
  tiling.pixels = pixels;
  tiling.blocks = blocks;
  tiling.band = band;
  int64_t behind = isa.behindRun * isa.cellBytes;
  if (layer.isFlat(isa)) {
    tiling.splitUp(layer.getPixels(), pixels, layer, isa, mostParts);
    int64_t pixelBytes = layer.getRun(isa) * isa.cellBytes;
    if (layer.copies(isa))
      tiling.scratchBytes =
          std::min(tiling.band, layer.getPixels()) * pixelBytes + behind;
  } else {
    int64_t tileRows = std::max<int64_t>(pixels / layer.out[2], 1);
    tiling.splitUp(layer.out[1], tileRows, layer, isa, mostParts);
    tiling.scratchBytes =
        getSpan(layer, 0, tiling.band) * layer.getRowBytes(isa) + behind;
  }
  tiling.scratchBytes = alignPart(tiling.parts, tiling.scratchBytes);
  return tiling;
}

void edgecc::allowOverlap(const VectorLayer &layer, const Tiling &tiling,
                          const VectorArithmetic &isa,
                          KernelCallBuilder &call) {
  // A part may still read what another has computed the outputs of.
  if (tiling.parts > 1)
    return;
  SmallVector<int64_t> in = layer.in, out = layer.out;
  int64_t block = tiling.band;
  if (layer.isWhole()) {
    in = {1, 1, layer.getPixels(), in[3]};
    out = {1, 1, layer.getPixels(), out[3]};
  } else if (!layer.gathers(isa)) {
    block *= out[2];
  }
  // A last band that is shorter reads less than RasterOrder has it read. Those
  // that are read where they are may write pixels of a band before all its
  // channels are computed.
  block = std::min(block, out[1] * out[2]);
  call.allowOverlap(0, getOverlapDistance({in, out, layer.window, block,
                                           /*readsFirst=*/layer.copies(isa),
                                           isa.elementBytes}));
}

void edgecc::allowOverlap(const VectorLayer &layer, const DepthTiling &tiling,
                          const VectorArithmetic &isa,
                          KernelCallBuilder &call) {
  if (tiling.parts == 1)
    call.allowOverlap(
        0, getOverlapDistance({layer.in, layer.out, layer.window,
                               tiling.band * layer.out[2],
                               /*readsFirst=*/true, isa.elementBytes}));
}

void edgecc::addShapes(const VectorLayer &layer, const VectorArithmetic &isa,
                       KernelCallBuilder &call) {
  call.addHeader(isa.header);
  call.addName(isa.name);
  call.addShape(layer.in);
  call.addShape(layer.out);
  call.addTemplateArg(layer.window);
}

void edgecc::addTiling(const VectorLayer &layer, const Tiling &tiling,
                       const VectorArithmetic &isa, KernelCallBuilder &call) {
  addShapes(layer, isa, call);
  for (int64_t size : {tiling.pixels, tiling.blocks, tiling.band})
    call.addInt(size);
}

int64_t VectorLayer::getRowBytes(const VectorArithmetic &isa) const {
  return getSpan(*this, 1, out[2]) * in[3] * isa.cellBytes;
}

DepthTiling DepthTiling::choose(const VectorLayer &layer,
                                const VectorArithmetic &isa,
                                int64_t mostParts) {
  return make(layer, isa, chooseBand(layer, layer.getRowBytes(isa), 1),
              mostParts);
}

// As in the kernel's DepthPlan.
DepthTiling DepthTiling::make(const VectorLayer &layer,
                              const VectorArithmetic &isa, int64_t band,
                              int64_t mostParts) {
  DepthTiling tiling;
  int64_t depth = layer.in[3];
  int64_t fit = depth < isa.lanes ? isa.lanes / depth : 1;
  tiling.unit =
      layer.window.getStrides()[1] > 1 ? 1 : std::min(fit, layer.out[2]);
  tiling.band = band;
  if (mostParts > 1) {
    tiling.band = limitBand(tiling.band, layer.out[1], 1, mostParts);
    tiling.parts = std::min<int64_t>(
        mostParts,
        layer.out[0] * int64_t(llvm::divideCeil(layer.out[1], tiling.band)));
  }
  int64_t behind = isa.behindRow * isa.cellBytes;
  tiling.scratchBytes =
      getSpan(layer, 0, tiling.band) * layer.getRowBytes(isa) + behind;
  tiling.scratchBytes = alignPart(tiling.parts, tiling.scratchBytes);
  if (isa.step == 1)
    return tiling;
  int64_t pixel = fit > 1 ? depth : llvm::alignTo(depth, isa.lanes);
  int64_t groups = llvm::divideCeil(layer.window.getKernel()[0], isa.step);
  tiling.scratchBytes += groups * getSpan(layer, 1, layer.out[2]) * pixel *
                             isa.step * isa.cellBytes +
                         behind;
  tiling.scratchBytes = alignPart(tiling.parts, tiling.scratchBytes);
  return tiling;
}

/// Weights of type `From` as those of type `T`.
template <typename From, typename T>
static void packInto(const reference::Tensor &weights, const VectorLayer &layer,
                     int64_t blocks, const VectorArithmetic &isa,
                     SmallVectorImpl<T> &packed) {
  ArrayRef<From> data = weights.getData<From>();
  int64_t outputs = weights.getDim(0), run = layer.getRun(isa),
          runs = layer.getRuns(isa),
          end = int64_t(llvm::alignTo(outputs, isa.lanes));
  for (int64_t first = 0; first < end; first += blocks * isa.lanes)
    for (int64_t at = 0; at != runs; ++at)
      for (int64_t k = 0; k < run; k += isa.step)
        for (int64_t o = first; o < std::min(first + blocks * isa.lanes, end);
             ++o)
          for (int64_t i = k; i != k + isa.step; ++i)
            packed.push_back(o < outputs && i < run
                                 ? T(data[(o * runs + at) * run + i])
                                 : T(0));
}

/// A tensor with what `fill` appends to a list of its elements.
template <typename T>
static reference::Tensor
makePacked(Type type, llvm::function_ref<void(SmallVectorImpl<T> &)> fill) {
  SmallVector<T> packed;
  fill(packed);
  reference::Tensor tensor(
      RankedTensorType::get({int64_t(packed.size())}, type));
  llvm::copy(packed, tensor.getData<T>().begin());
  return tensor;
}

/// `fill` for the types of weights as they are and as they are stored: it gets
/// a value of each, and a list to append to.
template <typename FillT>
static reference::Tensor packAs(const reference::Tensor &weights,
                                const VectorArithmetic &isa, FillT fill) {
  auto pack = [&](auto from, auto to, Type type) {
    using T = decltype(to);
    return makePacked<T>(
        type, [&](SmallVectorImpl<T> &packed) { fill(from, packed); });
  };
  Type type = getStorageType(weights.getElementType());
  if (type.isF32())
    return pack(0.0f, 0.0f, type);
  if (isa.wideWeights)
    return pack(int8_t(0), int16_t(0), IntegerType::get(type.getContext(), 16));
  return pack(int8_t(0), int8_t(0), type);
}

reference::Tensor edgecc::packForTiles(const reference::Tensor &weights,
                                       const VectorLayer &layer, int64_t blocks,
                                       const VectorArithmetic &isa) {
  return packAs(weights, isa, [&](auto from, auto &packed) {
    packInto<decltype(from)>(weights, layer, blocks, isa, packed);
  });
}

/// Weights of type `From` as those of type `T`.
template <typename From, typename T>
static void packDepthInto(const reference::Tensor &weights,
                          const VectorLayer &layer, const DepthTiling &tiling,
                          const VectorArithmetic &isa,
                          SmallVectorImpl<T> &packed) {
  ArrayRef<From> data = weights.getData<From>();
  int64_t channels = weights.getDim(0), height = layer.window.getKernel()[0],
          width = layer.window.getKernel()[1];
  for (int64_t first = 0; first < channels * tiling.unit; first += isa.lanes)
    for (int64_t ky = 0; ky < height; ky += isa.step)
      for (int64_t kx = 0; kx != width; ++kx)
        for (int64_t at = first; at != first + isa.lanes; ++at)
          for (int64_t i = ky; i != ky + isa.step; ++i)
            packed.push_back(
                at < channels * tiling.unit && i < height
                    ? T(data[(at % channels * height + i) * width + kx])
                    : T(0));
}

reference::Tensor edgecc::packForDepth(const reference::Tensor &weights,
                                       const VectorLayer &layer,
                                       const DepthTiling &tiling,
                                       const VectorArithmetic &isa) {
  return packAs(weights, isa, [&](auto from, auto &packed) {
    packDepthInto<decltype(from)>(weights, layer, tiling, isa, packed);
  });
}
