//===- Armv6mKernels.cpp - Int8 kernels for Armv6-M -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Convolutions and fully connected layers on Cortex-M0 and M0+.
//
//===----------------------------------------------------------------------===//

#include "ImageCalls.h"

#include "../common/ImageShapes.h"
#include "../common/Int8Layers.h"
#include "../common/PackedWeights.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// The kernels' weights are 128 more than they are.
static int8_t raise(int8_t weight) { return int8_t(uint8_t(weight) + 128); }

/// Rows [O, K], each filled up with zeros to a multiple of four.
static reference::Tensor packRaisedRows(const reference::Tensor &weights) {
  SmallVector<int8_t> bytes;
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  for (int64_t depth = data.size() / weights.getDim(0); !data.empty();
       data = data.drop_front(depth)) {
    for (int8_t weight : data.take_front(depth))
      bytes.push_back(raise(weight));
    bytes.resize(llvm::alignTo(bytes.size(), 4), raise(0));
  }
  return getBytes(weights.getType().getContext(), bytes);
}

/// Rows [O, K] as [O / 4][K][4], filled up with zeros.
static reference::Tensor packRaisedColumns(const reference::Tensor &weights) {
  SmallVector<int8_t> bytes;
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t rows = weights.getDim(0), depth = weights.getDim(1);
  for (int64_t first = 0; first < rows; first += 4)
    for (int64_t k = 0; k != depth; ++k)
      for (int64_t row = first; row != first + 4; ++row)
        bytes.push_back(raise(row < rows ? data[row * depth + k] : 0));
  return getBytes(weights.getType().getContext(), bytes);
}

/// What the kernels' requantization needs, see V6mFinish.
static bool hasSmallFactors(Operation *op) {
  integer::Requantization factors = getFactors(op);
  int64_t largest = *llvm::max_element(factors.multipliers);
  return factors.shift == 0 &&
         getLargestSum(op) + largest < (int64_t(1) << 31) - (1 << 18);
}

/// What follows the template arguments for shapes: zero points and bounds; then
/// input, weights, bias, multipliers and output.
static LogicalResult addEpilogue(ClampableOpInterface op,
                                 const reference::Tensor &weights,
                                 bool hasPadding, KernelCallBuilder &call) {
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  if (hasPadding)
    call.addInt(epilogue->inZero);
  call.addInt(epilogue->outZero);
  call.addInt(epilogue->range.lo);
  call.addInt(epilogue->range.hi);
  MLIRContext *context = op.getContext();
  call.addInput(op->getOperand(0));
  call.addData("weights", weights);
  call.addData("bias", getWords(context, epilogue->bias));
  call.addData("multiplier", getWords(context, getFactors(op).multipliers));
  call.addOutput(op->getResult(0));
  return success();
}

static bool isArmv6mConv(ConvOp op) {
  return isInt8Image(op) && op.getGroups() == 1 && !PackedWeights::find(op) &&
         hasSmallFactors(op);
}

static LogicalResult lowerArmv6mConv(ConvOp op, KernelCallBuilder &call) {
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  int64_t taps = filter.getNumElements() / filter.getDim(0);
  // Four pixels, as words.
  int64_t bytes = int64_t(llvm::alignTo(taps, 4)) * 4 * 4;
  bool inArena = beginImageCall(op, "conv2d_s8_v6m", "conv2d_s8_v6m_small",
                                "conv2d_v6m.h", bytes, call);
  if (failed(
          addEpilogue(op, packRaisedRows(filter), /*hasPadding=*/true, call)))
    return failure();
  SmallVector<int64_t> out = getImageShape(op.getResult());
  if (out[1] * out[2] >= 4)
    allowRasterOverlap(op.getInput(), op.getResult(), getWindowOf(op), call,
                       /*block=*/4, /*readsFirst=*/true);
  if (inArena)
    call.addScratch(bytes);
  call.addScalar(int32_t(0));
  if (out[1] * out[2] >= 4)
    allowRasterBackwards(op.getInput(), op.getResult(), getWindowOf(op), call,
                         /*block=*/4, /*readsFirst=*/true);
  return success();
}

/// Bytes of a band of a channel with its padding: v6mPlaneBytes.
static int64_t getBandBytes(ConvOp op, int64_t band) {
  SmallVector<int64_t> out = getImageShape(op.getResult());
  int64_t stride = op.getStrides()[0];
  int64_t height = (band - 1) * stride + 3, width = (out[2] - 1) * stride + 3;
  return 4 * (height * width + 4);
}

static bool isArmv6mDepthwise(ConvOp op) {
  return isInt8Depthwise3x3(op) && hasSmallFactors(op) &&
         getImageShape(op.getResult())[2] <= 256;
}

static LogicalResult lowerArmv6mDepthwise(ConvOp op, KernelCallBuilder &call) {
  return lowerInBands(
      op, "depthwise_conv2d_s8_v6m", "depthwise_conv2d_s8_v6m_small",
      "depthwise_conv2d_v6m.h", call,
      [&](int64_t band) { return getBandBytes(op, band); },
      [&] {
        return addEpilogue(op, *getConstantTensor(op.getFilter()),
                           /*hasPadding=*/true, call);
      });
}

static bool isArmv6mFullyConnected(FullyConnectedOp op) {
  return isInt8FullyConnected(op) && !PackedWeights::find(op) &&
         shapeOf(op.getInput()).back() % 4 == 0 && hasSmallFactors(op);
}

static LogicalResult lowerArmv6mFullyConnected(FullyConnectedOp op,
                                               KernelCallBuilder &call) {
  call.begin("fully_connected_s8_v6m", "fully_connected_v6m.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  return addEpilogue(op, packRaisedColumns(*getConstantTensor(op.getWeights())),
                     /*hasPadding=*/false, call);
}

void edgecc::registerArmv6mKernels(KernelRegistry &registry) {
  registry.add<ConvOp>("conv2d_s8_v6m", isArmv6mConv, lowerArmv6mConv,
                       /*benefit=*/10, /*features=*/{"armv6m"});
  registry.add<ConvOp>("depthwise_conv2d_s8_v6m", isArmv6mDepthwise,
                       lowerArmv6mDepthwise, /*benefit=*/10,
                       /*features=*/{"armv6m"});
  registry.add<FullyConnectedOp>("fully_connected_s8_v6m",
                                 isArmv6mFullyConnected,
                                 lowerArmv6mFullyConnected, /*benefit=*/10,
                                 /*features=*/{"armv6m"});
}
