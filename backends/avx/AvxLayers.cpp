//===- AvxLayers.cpp - Convolutions as tiles of AVX vectors ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AvxLayers.h"

#include "../common/ImageShapes.h"
#include "../cortexm/Int8Layers.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

// Accumulators: what is left of 32 or 16 registers; int8 products of AVX2 need
// some, and their sums do not wait for each other.
//                                  name, feature, lanes, step, cellBytes,
//                                  accumulators, offset, behind, converts,
//                                  benefit
const AvxArithmetic edgecc::s8Vnni = {"S8Vnni", "avx512vnni", 16,  4,    1,
                                      24,       128,          256, true, 40};
const AvxArithmetic edgecc::s8Avx2 = {"S8Avx2", "avx2", 8,  2,    2,
                                      8,        0,      32, true, 30};
const AvxArithmetic edgecc::f32Avx512 = {
    "F32Avx512", "avx512vnni", 16, 1, 4, 24, 0, 16, false, 40};
const AvxArithmetic edgecc::f32Avx2 = {"F32Avx2", "avx2", 8, 1,     4,
                                       12,        0,      8, false, 30};

/// What a band takes at most: most of a first level of cache is left.
static constexpr int64_t kBandBytes = 16384;

AvxLayer AvxLayer::get(ConvOp op) {
  return {getImageShape(op.getInput()), getImageShape(op.getResult()),
          getWindowOf(op)};
}

AvxLayer AvxLayer::get(FullyConnectedOp op) {
  ArrayRef<int64_t> in = shapeOf(op.getInput()), out = shapeOf(op.getResult());
  int64_t rows = ShapedType::getNumElements(in.drop_back());
  return {{1, 1, rows, in.back()},
          {1, 1, rows, out.back()},
          getWindow(op.getContext(), {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0})};
}

bool AvxLayer::isWhole() const {
  auto isOne = [](int64_t value) { return value == 1; };
  return llvm::all_of(window.getKernel(), isOne) &&
         llvm::all_of(window.getStrides(), isOne) &&
         llvm::all_of(window.getPads(), [](int64_t pad) { return pad == 0; });
}

static bool isDense(kern::WindowAttr window) {
  return window.getDilations()[1] == 1 || window.getKernel()[1] == 1;
}

int64_t AvxLayer::getRun() const {
  return isDense(window) ? window.getKernel()[1] * in[3] : in[3];
}

int64_t AvxLayer::getRuns() const {
  return isDense(window) ? window.getKernel()[0]
                         : window.getKernel()[0] * window.getKernel()[1];
}

AvxLayer AvxLayer::widen(int64_t unit) const {
  AvxLayer wide = *this;
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

int64_t AvxLayer::chooseUnit(const AvxArithmetic &isa) const {
  // What a vector of sums takes beside products, in the time of one of these;
  // and what wider weights may take.
  constexpr int64_t kFinish = 6, kMostBytes = 16384;
  if (window.getDilations()[1] != 1)
    return 1;
  int64_t best = 1;
  double least = std::numeric_limits<double>::infinity();
  for (int64_t unit = 1; unit * out[3] <= isa.lanes; ++unit) {
    if (out[2] % unit != 0)
      continue;
    AvxLayer wide = widen(unit);
    int64_t steps =
        wide.getRuns() * int64_t(llvm::divideCeil(wide.getRun(), isa.step));
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
static void widenInto(const reference::Tensor &filter, const AvxLayer &layer,
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
                                      const AvxLayer &layer, int64_t unit) {
  if (unit == 1)
    return filter;
  AvxLayer wide = layer.widen(unit);
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
static int64_t chooseBlocks(const AvxLayer &layer, const AvxArithmetic &isa) {
  int64_t blocks = llvm::divideCeil(layer.out[3], isa.lanes);
  int64_t pixels =
      layer.isWhole() ? layer.getPixels() : layer.out[1] * layer.out[2];
  int64_t most = layer.isWhole() && isa.accumulators >= 16 ? 4 : 2;
  if (pixels * 2 <= isa.accumulators)
    most = std::min<int64_t>(8, isa.accumulators / pixels);
  return balance(blocks, most);
}

static int64_t choosePixels(const AvxLayer &layer, int64_t most) {
  if (layer.isWhole())
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
static int64_t getSpan(const AvxLayer &layer, unsigned axis, int64_t outputs) {
  kern::WindowAttr window = layer.window;
  return (outputs - 1) * window.getStrides()[axis] +
         (window.getKernel()[axis] - 1) * window.getDilations()[axis] + 1;
}

/// Rows of a band, in multiples of `step`.
static int64_t chooseBand(const AvxLayer &layer, int64_t rowBytes,
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

AvxTiling AvxTiling::choose(const AvxLayer &layer, const AvxArithmetic &isa) {
  AvxTiling tiling;
  tiling.blocks = chooseBlocks(layer, isa);
  tiling.pixels = choosePixels(layer, isa.accumulators / tiling.blocks);
  // Words that are read behind the last input, where weights are zeros.
  int64_t behind = isa.step * isa.cellBytes;
  if (layer.isWhole()) {
    int64_t pixelBytes = layer.in[3] * isa.cellBytes;
    int64_t most = std::max<int64_t>(kBandBytes / pixelBytes, 1);
    tiling.band =
        int64_t(llvm::alignTo(balance(layer.getPixels(), most), tiling.pixels));
    tiling.scratchBytes =
        isa.converts
            ? std::min(tiling.band, layer.getPixels()) * pixelBytes + behind
            : 0;
    return tiling;
  }
  int64_t rowBytes =
      getSpan(layer, 1, layer.out[2]) * layer.in[3] * isa.cellBytes;
  int64_t tileRows = std::max<int64_t>(tiling.pixels / layer.out[2], 1);
  tiling.band = chooseBand(layer, rowBytes, tileRows);
  tiling.scratchBytes = getSpan(layer, 0, tiling.band) * rowBytes + behind;
  return tiling;
}

// As in the kernel's AvxDepthPlan.
AvxDepthTiling AvxDepthTiling::choose(const AvxLayer &layer,
                                      const AvxArithmetic &isa) {
  AvxDepthTiling tiling;
  int64_t depth = layer.in[3];
  int64_t fit = depth < isa.lanes ? isa.lanes / depth : 1;
  tiling.unit =
      layer.window.getStrides()[1] > 1 ? 1 : std::min(fit, layer.out[2]);
  int64_t columns = getSpan(layer, 1, layer.out[2]);
  int64_t rowBytes = columns * depth * isa.cellBytes;
  tiling.band = chooseBand(layer, rowBytes, 1);
  int64_t behind = isa.behind * isa.cellBytes;
  tiling.scratchBytes = getSpan(layer, 0, tiling.band) * rowBytes + behind;
  if (isa.step == 1)
    return tiling;
  int64_t pixel = fit > 1 ? depth : llvm::alignTo(depth, isa.lanes);
  int64_t groups = llvm::divideCeil(layer.window.getKernel()[0], isa.step);
  tiling.scratchBytes +=
      groups * columns * pixel * isa.step * isa.cellBytes + behind;
  return tiling;
}

template <typename T>
static void packInto(const reference::Tensor &weights, const AvxLayer &layer,
                     int64_t blocks, const AvxArithmetic &isa,
                     SmallVectorImpl<T> &packed) {
  ArrayRef<T> data = weights.getData<T>();
  int64_t outputs = weights.getDim(0), run = layer.getRun(),
          runs = layer.getRuns(),
          end = int64_t(llvm::alignTo(outputs, isa.lanes));
  for (int64_t first = 0; first < end; first += blocks * isa.lanes)
    for (int64_t at = 0; at != runs; ++at)
      for (int64_t k = 0; k < run; k += isa.step)
        for (int64_t o = first; o < std::min(first + blocks * isa.lanes, end);
             ++o)
          for (int64_t i = k; i != k + isa.step; ++i)
            packed.push_back(o < outputs && i < run
                                 ? data[(o * runs + at) * run + i]
                                 : T(0));
}

/// A tensor with what `fill` appends to a list of its elements.
template <typename T>
static reference::Tensor
makePacked(const reference::Tensor &weights,
           llvm::function_ref<void(SmallVectorImpl<T> &)> fill) {
  SmallVector<T> packed;
  fill(packed);
  reference::Tensor tensor(RankedTensorType::get(
      {int64_t(packed.size())}, getStorageType(weights.getElementType())));
  llvm::copy(packed, tensor.getData<T>().begin());
  return tensor;
}

reference::Tensor edgecc::packForTiles(const reference::Tensor &weights,
                                       const AvxLayer &layer, int64_t blocks,
                                       const AvxArithmetic &isa) {
  auto pack = [&](auto zero) {
    using T = decltype(zero);
    return makePacked<T>(weights, [&](SmallVectorImpl<T> &packed) {
      packInto(weights, layer, blocks, isa, packed);
    });
  };
  return weights.getElementType().isF32() ? pack(0.0f) : pack(int8_t(0));
}

template <typename T>
static void packDepthInto(const reference::Tensor &weights,
                          const AvxLayer &layer, const AvxDepthTiling &tiling,
                          const AvxArithmetic &isa,
                          SmallVectorImpl<T> &packed) {
  ArrayRef<T> data = weights.getData<T>();
  int64_t channels = weights.getDim(0), height = layer.window.getKernel()[0],
          width = layer.window.getKernel()[1];
  for (int64_t first = 0; first < channels * tiling.unit; first += isa.lanes)
    for (int64_t ky = 0; ky < height; ky += isa.step)
      for (int64_t kx = 0; kx != width; ++kx)
        for (int64_t at = first; at != first + isa.lanes; ++at)
          for (int64_t i = ky; i != ky + isa.step; ++i)
            packed.push_back(
                at < channels * tiling.unit && i < height
                    ? data[(at % channels * height + i) * width + kx]
                    : T(0));
}

reference::Tensor edgecc::packForDepth(const reference::Tensor &weights,
                                       const AvxLayer &layer,
                                       const AvxDepthTiling &tiling,
                                       const AvxArithmetic &isa) {
  auto pack = [&](auto zero) {
    using T = decltype(zero);
    return makePacked<T>(weights, [&](SmallVectorImpl<T> &packed) {
      packDepthInto(weights, layer, tiling, isa, packed);
    });
  };
  return weights.getElementType().isF32() ? pack(0.0f) : pack(int8_t(0));
}
