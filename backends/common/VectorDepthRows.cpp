//===- VectorDepthRows.cpp - Depthwise convolution without a buffer -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// When backends/kernels/depthwise_rows_simd.h computes a depthwise convolution
// of floats on Arm, and how it is cut up for that. VectorDirectDepthwise.cpp is
// the like for x86, which loads vectors one by one.
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"

#include "ImageShapes.h"
#include "RasterOverlap.h"
#include "VectorTilings.h"

#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

namespace {
/// What the header of such an arithmetic says of it.
struct GroupArithmetic {
  /// The one for other layers.
  const VectorArithmetic &isa;
  StringRef name, suffix, header;
  SmallVector<StringRef, 2> features;
  int64_t registers, mostBlocks;
  int benefit;
};

/// Tiles of pixels times vectors of channels, and rows of a band.
struct DepthRows {
  int64_t pixels, blocks, band;
};
} // namespace

/// Armv7 has half as many registers.
static const GroupArithmetic f32NeonGroups = {f32Neon,
                                              "F32NeonGroups",
                                              "neon_a64",
                                              "neon_f32_groups.h",
                                              {"neon", "aarch64"},
                                              /*registers=*/32,
                                              /*mostBlocks=*/4,
                                              /*benefit=*/34};
static const GroupArithmetic f32NeonFew = {
    f32Neon,          "F32NeonGroups",  "neon", "neon_f32_groups.h",
    {"neon"},         /*registers=*/12,
    /*mostBlocks=*/1, /*benefit=*/33};

/// `total` in parts of about the same size, none larger than `most`.
static int64_t balance(int64_t total, int64_t most) {
  return llvm::divideCeil(total, llvm::divideCeil(total, most));
}

/// Whether only the first and the last tile of a row reach beyond the image.
static bool fitsImage(const VectorLayer &layer, int64_t pixels) {
  int64_t width = layer.out[2], stride = layer.window.getStrides()[1],
          left = layer.window.getPads()[1];
  if (pixels >= width)
    return true;
  int64_t columns = (width - 1) * stride + layer.window.getKernel()[1],
          beyond = columns - left - layer.in[2],
          last = width - (llvm::divideCeil(width, pixels) - 1) * pixels;
  return left <= pixels * stride && beyond <= last * stride;
}

/// Instructions for a row of outputs, about.
static double getCost(const VectorLayer &layer, int64_t vectors, int64_t pixels,
                      int64_t blocks) {
  // A row of the window, and a tile, beside what they load and multiply.
  constexpr double kRow = 3, kTile = 10;
  ArrayRef<int64_t> kernel = layer.window.getKernel();
  double width = double(layer.out[2]),
         groups = double(vectors) / double(blocks),
         tiles = double(llvm::divideCeil(layer.out[2], pixels)),
         columns = width * double(layer.window.getStrides()[1]) +
                   tiles * double(kernel[1]);
  double loads = columns + tiles * (double(kernel[1]) + kRow);
  return std::ceil(groups) *
             (double(kernel[0]) * loads + tiles * kTile + 2 * width) +
         double(kernel[0] * kernel[1] * vectors) * width;
}

/// What `kern.tiling` calls the kernel.
static std::string getRowsMethod(const GroupArithmetic &groups) {
  return (groups.suffix + "_rows").str();
}

/// Pixels for each number of vectors that fits, cheapest first.
static SmallVector<DepthRows> listRows(const VectorLayer &layer,
                                       const GroupArithmetic &groups) {
  int64_t lanes = groups.isa.lanes, taps = layer.window.getKernel()[1],
          vectors = llvm::divideCeil(layer.in[3], lanes),
          band = DepthTiling::choose(layer, groups.isa).band;
  // Beyond that, code grows and nothing else.
  constexpr int64_t kMostPixels = 12;
  SmallVector<std::pair<double, DepthRows>> costs;
  for (int64_t blocks = 1; blocks <= groups.mostBlocks; ++blocks) {
    // Sums, the weights of a row of the window, and a column.
    int64_t most = std::min(groups.registers / blocks - taps - 1, kMostPixels);
    if (blocks * lanes > layer.in[3] || most < 1)
      break;
    int64_t pixels = balance(layer.out[2], most);
    if (fitsImage(layer, pixels))
      costs.push_back({getCost(layer, vectors, pixels, blocks),
                       DepthRows{pixels, blocks, band}});
  }
  llvm::stable_sort(costs, llvm::less_first());
  SmallVector<DepthRows> list;
  for (const auto &[cost, rows] : costs)
    list.push_back(rows);
  return list;
}

/// As measured, if the layer was, or the cheapest.
static DepthRows chooseRows(ConvOp op, const VectorLayer &layer,
                            const GroupArithmetic &groups) {
  if (auto known = getTiling(op, getRowsMethod(groups)))
    return {known.getPixels(), known.getBlocks(),
            std::min(known.getBand(), layer.out[1])};
  return listRows(layer, groups).front();
}

template <const GroupArithmetic &groups> static bool isDepthRows(ConvOp op) {
  if (!isFloatImage(op) || !op.isDepthwise())
    return false;
  VectorLayer layer = VectorLayer::get(op);
  // Parts are those of depthwise_conv2d_parts.h.
  return layer.window.getDilations()[1] == 1 &&
         chooseParts(op, groups.isa) == 1 && !listRows(layer, groups).empty();
}

template <const GroupArithmetic &groups>
static TilingList listRowTilings(Operation *op) {
  auto conv = cast<ConvOp>(op);
  TilingList list;
  if (!isDepthRows<groups>(conv))
    return list;
  for (const DepthRows &rows : listRows(VectorLayer::get(conv), groups))
    list.push_back(kern::TilingAttr::get(op->getContext(),
                                         getRowsMethod(groups), /*unit=*/1,
                                         rows.pixels, rows.blocks, rows.band));
  return list;
}

template <const GroupArithmetic &groups>
static bool acceptsRows(Operation *op, kern::TilingAttr tiling) {
  auto conv = cast<ConvOp>(op);
  if (!isDepthRows<groups>(conv))
    return false;
  return llvm::any_of(listRows(VectorLayer::get(conv), groups),
                      [&](const DepthRows &rows) {
                        return rows.pixels == tiling.getPixels() &&
                               rows.blocks == tiling.getBlocks();
                      });
}

/// Weights [C, KH, KW, 1] in the order in which groups of vectors read them.
static reference::Tensor packWeights(const reference::Tensor &filter,
                                     const DepthRows &rows, int64_t lanes) {
  ArrayRef<float> data = filter.getData<float>();
  int64_t channels = filter.getDim(0),
          taps = filter.getDim(1) * filter.getDim(2),
          vectors = llvm::divideCeil(channels, lanes);
  SmallVector<float> packed;
  for (int64_t first = 0; first < vectors; first += rows.blocks) {
    int64_t count = std::min(rows.blocks, vectors - first) * lanes,
            begin = std::min(first * lanes, channels - count);
    for (int64_t tap = 0; tap != taps; ++tap)
      for (int64_t channel = begin; channel != begin + count; ++channel)
        packed.push_back(data[channel * taps + tap]);
  }
  reference::Tensor tensor(RankedTensorType::get(
      {int64_t(packed.size())}, getStorageType(filter.getElementType())));
  llvm::copy(packed, tensor.getData<float>().begin());
  return tensor;
}

template <const GroupArithmetic &groups>
static LogicalResult lowerDepthRows(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  DepthRows rows = chooseRows(op, layer, groups);
  call.begin("depthwise_rows_f32_simd", "depthwise_rows_simd.h");
  call.addHeader(groups.header);
  call.addName(groups.name);
  call.addShape(layer.in);
  call.addShape(layer.out);
  call.addTemplateArg(layer.window);
  for (int64_t size : {rows.pixels, rows.blocks, rows.band})
    call.addInt(size);
  call.addBool(op.getClampMin().has_value());
  call.addBool(op.getClampMax().has_value());
  call.addInput(op.getInput());
  call.addData("weights", packWeights(*getConstantTensor(op.getFilter()), rows,
                                      groups.isa.lanes));
  call.addData("bias", *getConstantTensor(op.getBias()));
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  call.allowOverlap(
      0, getOverlapDistance({layer.in, layer.out, layer.window,
                             rows.band * layer.out[2],
                             /*readsFirst=*/false, groups.isa.elementBytes}));
  return success();
}

template <const GroupArithmetic &groups>
static void addKernel(KernelRegistry &registry) {
  Kernel &kernel = registry.add<ConvOp>(
      "depthwise_rows_f32_" + groups.suffix, isDepthRows<groups>,
      lowerDepthRows<groups>, groups.benefit, groups.features);
  kernel.tilings = {getRowsMethod(groups), listRowTilings<groups>,
                    acceptsRows<groups>};
}

void edgecc::registerVectorDepthRows(KernelRegistry &registry) {
  addKernel<f32NeonGroups>(registry);
  addKernel<f32NeonFew>(registry);
}
