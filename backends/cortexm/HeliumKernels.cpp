//===- HeliumKernels.cpp - Int8 kernels for Helium ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolutions and fully connected layers on Cortex-M55 and M85. Rows of
// weights of four outputs lie side by side, vector by vector.
//
//===----------------------------------------------------------------------===//

#include "ImageCalls.h"

#include "../common/ImageShapes.h"
#include "../common/Int8Layers.h"
#include "../common/PackedWeights.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// Bytes in a vector, and outputs that are computed together.
static constexpr int64_t kVector = 16, kOutputs = 4;

/// The kernels go back to the beginning of a row by one SUBW.
static bool fitsOneStep(int64_t taps) {
  return int64_t(llvm::alignTo(taps, kVector)) <= 4095;
}

/// Rows [O, K] as [O / 4][K / 16][4][16], filled up with zeros.
static reference::Tensor packVectorRows(const reference::Tensor &weights) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t rows = weights.getDim(0), depth = weights.getNumElements() / rows;
  SmallVector<int8_t> bytes;
  for (int64_t first = 0; first < rows; first += kOutputs)
    for (int64_t k = 0; k < depth; k += kVector)
      for (int64_t row = first; row != first + kOutputs; ++row)
        for (int64_t i = k; i != k + kVector; ++i)
          bytes.push_back(row < rows && i < depth ? data[row * depth + i] : 0);
  return getBytes(weights.getType().getContext(), bytes);
}

/// What follows the template arguments for shapes: zero points, shift, bounds;
/// then input, weights, bias, multipliers and output. Bias and multipliers are
/// filled up for whole vectors.
static LogicalResult addEpilogue(ClampableOpInterface op,
                                 const reference::Tensor &weights,
                                 bool hasPadding, KernelCallBuilder &call,
                                 const ResidualSum *sum = nullptr) {
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  integer::Requantization factors = getFactors(op);
  if (hasPadding)
    call.addInt(epilogue->inZero);
  call.addInt(factors.shift);
  call.addInt(epilogue->outZero);
  call.addInt(epilogue->range.lo);
  call.addInt(epilogue->range.hi);
  MLIRContext *context = op.getContext();
  auto fillUp = [](SmallVector<int32_t> &words) {
    words.resize(llvm::alignTo(words.size(), kOutputs));
  };
  fillUp(epilogue->bias);
  fillUp(factors.multipliers);
  call.addInput(op->getOperand(0));
  call.addData("weights", weights);
  call.addData("bias", getWords(context, epilogue->bias));
  call.addData("multiplier", getWords(context, factors.multipliers));
  if (sum)
    sum->addTo(call, /*inputs=*/4);
  else
    call.addOutput(op->getResult(0));
  return success();
}

static bool isHeliumConv(ConvOp op) {
  if (!isInt8Image(op) || op.getGroups() != 1 || PackedWeights::find(op))
    return false;
  ArrayRef<int64_t> filter = shapeOf(op.getFilter());
  return fitsOneStep(ShapedType::getNumElements(filter.drop_front()));
}

static LogicalResult lowerHeliumConv(ConvOp op, KernelCallBuilder &call,
                                     const ResidualSum *sum) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  int64_t taps = filter.getNumElements() / filter.getDim(0);
  int64_t rowBytes = int64_t(llvm::alignTo(taps, kVector));
  // As in the kernel's MvePatch: pixels that are computed together, and the
  // buffer for their taps.
  auto isOne = [](int64_t value) { return value == 1; };
  auto isZero = [](int64_t value) { return value == 0; };
  bool isWhole = taps == getImageShape(op.getInput()).back() &&
                 llvm::all_of(op.getStrides(), isOne) &&
                 llvm::all_of(op.getPads(), isZero);
  int64_t pixels = isWhole || rowBytes > 128 ? 2 : rowBytes > 32 ? 4 : 8;
  int64_t bytes = isWhole ? 3 * rowBytes : pixels * rowBytes + kVector;
  bool inArena =
      beginImageCall(op, sum ? "conv2d_s8_add_mve" : "conv2d_s8_mve",
                     sum ? "conv2d_s8_add_mve_small" : "conv2d_s8_mve_small",
                     "conv2d_mve.h", bytes, call);
  if (failed(addEpilogue(op, packVectorRows(filter), /*hasPadding=*/true, call,
                         sum)))
    return failure();
  SmallVector<int64_t> out = getImageShape(op.getResult());
  if (out[1] * out[2] >= pixels)
    allowRasterOverlap(op.getInput(), op.getResult(), getWindowOf(op), call,
                       /*block=*/pixels, /*readsFirst=*/true);
  if (inArena)
    call.addScratch(bytes);
  if (sum)
    return success();
  call.addScalar(int32_t(0));
  if (!isWhole && out[1] * out[2] >= pixels)
    allowRasterBackwards(op.getInput(), op.getResult(), getWindowOf(op), call,
                         /*block=*/pixels, /*readsFirst=*/true);
  return success();
}

static int64_t getRowBytes(ConvOp op) {
  SmallVector<int64_t> out = getImageShape(op.getResult());
  return (out[2] - 1) * op.getStrides()[0] + 3;
}

/// Bytes of a band of a channel with its padding, as the kernel's MvePlane has
/// it.
static int64_t getBandBytes(ConvOp op, int64_t band) {
  int64_t height = (band - 1) * op.getStrides()[0] + 3;
  return height * getRowBytes(op) + 2 * kVector;
}

static bool isHeliumDepthwise(ConvOp op) {
  // Offsets to the third row are bytes, those to eight columns are int16.
  return isInt8Depthwise3x3(op) && 2 * getRowBytes(op) + 4 <= 255 &&
         7 * getImageShape(op.getInput()).back() <= 65535;
}

static LogicalResult lowerHeliumDepthwise(ConvOp op, KernelCallBuilder &call) {
  return lowerInBands(
      op, "depthwise_conv2d_s8_mve", "depthwise_conv2d_s8_mve_small",
      "depthwise_conv2d_mve.h", call,
      [&](int64_t band) { return getBandBytes(op, band); },
      [&] {
        return addEpilogue(op, *getConstantTensor(op.getFilter()),
                           /*hasPadding=*/true, call);
      });
}

/// The vectors that cover the taps of a window in the buffer of columns, as the
/// kernel's MveTaps has them: where they begin.
static SmallVector<int64_t> getTapVectors(const ColumnWindows &columns) {
  ArrayRef<int64_t> kernel = columns.window.getKernel(),
                    dilations = columns.window.getDilations();
  SmallVector<int64_t> begins;
  for (int64_t x = 0; x != kernel[1]; ++x)
    for (int64_t y = 0; y != kernel[0]; ++y) {
      int64_t at = x * dilations[1] * columns.height + y * dilations[0];
      if (begins.empty() || at >= begins.back() + kVector)
        begins.push_back(at);
    }
  return begins;
}

/// Bytes from the window of an output to the next one.
static int64_t getColumnStep(const ColumnWindows &columns) {
  return columns.window.getStrides()[1] * columns.height;
}

static bool isHeliumColumns(ConvOp op) {
  if (!isInt8Depthwise(op))
    return false;
  // Vectors of weights stay in registers; steps and offsets are such as
  // instructions have, those to eight pixels are int16.
  constexpr int64_t kMostVectors = 6, kMostWeights = 256, kMostOffset = 127;
  ColumnWindows columns(op);
  SmallVector<int64_t> begins = getTapVectors(columns);
  int64_t step = getColumnStep(columns);
  return columns.fit() && int64_t(begins.size()) <= kMostVectors &&
         ShapedType::getNumElements(columns.window.getKernel()) <=
             kMostWeights &&
         step <= kMostOffset && begins.back() - step <= kMostOffset &&
         7 * columns.in[3] <= 65535;
}

/// As the kernel's mveShapeOf.
static int64_t getColumnBytes(const ColumnWindows &columns) {
  int64_t outputs = llvm::alignTo(columns.out[2], columns.getTogether());
  int64_t read = (outputs - 1) * getColumnStep(columns) +
                 getTapVectors(columns).back() + kVector;
  return columns.getSize(columns.height, read);
}

static LogicalResult lowerHeliumColumns(ConvOp op, KernelCallBuilder &call) {
  ColumnWindows columns(op);
  return lowerInColumns(
      columns, "depthwise_conv2d_s8_columns_mve",
      "depthwise_conv2d_s8_columns_mve_small", "depthwise_columns_mve.h",
      getColumnBytes(columns), call, [&] {
        return addEpilogue(op, *getConstantTensor(op.getFilter()),
                           /*hasPadding=*/true, call);
      });
}

static bool isHeliumFullyConnected(FullyConnectedOp op) {
  // Inputs that do not fill vectors are copied to the stack.
  int64_t depth = shapeOf(op.getInput()).back();
  return isInt8FullyConnected(op) && !PackedWeights::find(op) &&
         fitsOneStep(depth) &&
         (depth % kVector == 0 || depth <= kMaxStackBytes);
}

static LogicalResult lowerHeliumFullyConnected(FullyConnectedOp op,
                                               KernelCallBuilder &call) {
  call.begin("fully_connected_s8_mve", "fully_connected_mve.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  return addEpilogue(op, packVectorRows(*getConstantTensor(op.getWeights())),
                     /*hasPadding=*/false, call);
}

void edgecc::registerHeliumKernels(KernelRegistry &registry) {
  addImageKernels<isHeliumConv, lowerHeliumConv>(registry, "conv2d_s8_mve",
                                                 "conv2d_s8_add_mve",
                                                 /*benefit=*/20, {"mve"});
  registry.add<ConvOp>("depthwise_conv2d_s8_mve", isHeliumDepthwise,
                       lowerHeliumDepthwise, /*benefit=*/20,
                       /*features=*/{"mve"});
  registry.add<ConvOp>("depthwise_conv2d_s8_columns_mve", isHeliumColumns,
                       lowerHeliumColumns, /*benefit=*/15,
                       /*features=*/{"mve"});
  registry.add<FullyConnectedOp>("fully_connected_s8_mve",
                                 isHeliumFullyConnected,
                                 lowerHeliumFullyConnected, /*benefit=*/20,
                                 /*features=*/{"mve"});
}
