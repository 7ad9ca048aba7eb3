//===- Int8Kernels.cpp - Int8 kernels for AVX2 and AVX-512 ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AvxLayers.h"

#include "../common/ImageShapes.h"
#include "../common/PackedWeights.h"
#include "../cortexm/Int8Layers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// The bias less what the offset of the inputs adds to sums; modulo 2^32, as
/// only the whole sum has to fit.
static void subtractOffset(SmallVectorImpl<int32_t> &bias,
                           const reference::Tensor &weights,
                           const AvxArithmetic &isa) {
  ArrayRef<int8_t> data = weights.getData<int8_t>();
  int64_t taps = weights.getNumElements() / weights.getDim(0);
  for (int32_t &value : bias) {
    int64_t sum = 0;
    for (int8_t weight : data.take_front(taps))
      sum += weight;
    value = int32_t(uint32_t(value) - uint32_t(isa.offset * sum));
    data = data.drop_front(taps);
  }
}

/// Multipliers four times as large, if all stay below 2^31.
static bool makeSmall(integer::Requantization &factors) {
  auto isSmall = [](int32_t m) { return m < int32_t(1) << 29; };
  if (factors.shift != 0 || !llvm::all_of(factors.multipliers, isSmall))
    return false;
  for (int32_t &m : factors.multipliers)
    m *= 4;
  return true;
}

/// What follows the shapes of a call: the rest of the template arguments,
/// inputs and outputs.
static LogicalResult
addEpilogue(ClampableOpInterface op, const reference::Tensor &weights,
            const reference::Tensor &packed, const AvxArithmetic &isa,
            KernelCallBuilder &call, const ResidualSum *sum = nullptr,
            int64_t unit = 1) {
  FailureOr<Int8Epilogue> epilogue = getInt8Epilogue(op);
  if (failed(epilogue))
    return failure();
  integer::Requantization factors = getFactors(op);
  call.addBool(makeSmall(factors));
  call.addInt(epilogue->inZero);
  call.addInt(factors.shift);
  call.addInt(epilogue->outZero);
  call.addInt(epilogue->range.lo);
  call.addInt(epilogue->range.hi);
  subtractOffset(epilogue->bias, weights, isa);
  repeatForUnit(epilogue->bias, unit);
  repeatForUnit(factors.multipliers, unit);
  fillVectors(epilogue->bias, isa);
  fillVectors(factors.multipliers, isa);
  MLIRContext *context = op.getContext();
  call.addInput(op->getOperand(0));
  call.addData("weights", packed);
  call.addData("bias", getWords(context, epilogue->bias));
  call.addData("multiplier", getWords(context, factors.multipliers));
  if (sum)
    sum->addTo(call, /*inputs=*/4);
  else
    call.addOutput(op->getResult(0));
  return success();
}

static void addTiling(const AvxLayer &layer, const AvxTiling &tiling,
                      const AvxArithmetic &isa, KernelCallBuilder &call) {
  call.addName(isa.name);
  call.addShape(layer.in);
  call.addShape(layer.out);
  call.addTemplateArg(layer.window);
  call.addInt(tiling.pixels);
  call.addInt(tiling.blocks);
  call.addInt(tiling.band);
}

//===----------------------------------------------------------------------===//
// Convolutions and fully connected layers
//===----------------------------------------------------------------------===//

static bool isAvxConv(ConvOp op) {
  return isInt8Image(op) && op.getGroups() == 1 && !PackedWeights::find(op);
}

static bool isAvxFullyConnected(FullyConnectedOp op) {
  return isInt8FullyConnected(op) && !PackedWeights::find(op);
}

/// The inputs of a band are read before its outputs are written. A last band
/// that is shorter reads less than RasterOrder has it read.
static void allowOverlap(const AvxLayer &layer, const AvxTiling &tiling,
                         KernelCallBuilder &call) {
  SmallVector<int64_t> in = layer.in, out = layer.out;
  int64_t block = tiling.band;
  if (layer.isWhole()) {
    in = {1, 1, layer.getPixels(), in[3]};
    out = {1, 1, layer.getPixels(), out[3]};
  } else {
    block *= out[2];
  }
  block = std::min(block, out[1] * out[2]);
  call.allowOverlap(0, getOverlapDistance({in, out, layer.window, block,
                                           /*readsFirst=*/true, 1}));
}

template <const AvxArithmetic &isa>
static LogicalResult lowerConv(ConvOp op, KernelCallBuilder &call,
                               const ResidualSum *sum) {
  AvxLayer narrow = AvxLayer::get(op);
  int64_t unit = narrow.chooseUnit(isa);
  AvxLayer layer = narrow.widen(unit);
  AvxTiling tiling = AvxTiling::choose(layer, isa);
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  call.begin(sum ? "conv2d_s8_add_avx" : "conv2d_s8_avx", "conv2d_avx.h");
  addTiling(layer, tiling, isa, call);
  if (failed(addEpilogue(op, filter,
                         packForTiles(widenFilter(filter, narrow, unit), layer,
                                      tiling.blocks, isa),
                         isa, call, sum, unit)))
    return failure();
  allowOverlap(layer, tiling, call);
  call.addScratch(tiling.scratchBytes);
  return success();
}

template <const AvxArithmetic &isa>
static LogicalResult lowerFullyConnected(FullyConnectedOp op,
                                         KernelCallBuilder &call) {
  AvxLayer layer = AvxLayer::get(op);
  AvxTiling tiling = AvxTiling::choose(layer, isa);
  reference::Tensor weights = *getConstantTensor(op.getWeights());
  call.begin("conv2d_s8_avx", "conv2d_avx.h");
  addTiling(layer, tiling, isa, call);
  if (failed(addEpilogue(op, weights,
                         packForTiles(weights, layer, tiling.blocks, isa), isa,
                         call)))
    return failure();
  allowOverlap(layer, tiling, call);
  call.addScratch(tiling.scratchBytes);
  return success();
}

//===----------------------------------------------------------------------===//
// Depthwise convolutions
//===----------------------------------------------------------------------===//

static bool isAvxDepthwise(ConvOp op) {
  return isInt8Image(op) && op.getGroups() > 1 &&
         getImageShape(op.getInput())[3] == int64_t(op.getGroups()) &&
         getImageShape(op.getResult())[3] == int64_t(op.getGroups());
}

template <const AvxArithmetic &isa>
static LogicalResult lowerDepthwise(ConvOp op, KernelCallBuilder &call) {
  AvxLayer layer = AvxLayer::get(op);
  AvxDepthTiling tiling = AvxDepthTiling::choose(layer, isa);
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  call.begin("depthwise_conv2d_s8_avx", "depthwise_conv2d_avx.h");
  call.addName(isa.name);
  call.addShape(layer.in);
  call.addShape(layer.out);
  call.addTemplateArg(layer.window);
  call.addInt(tiling.band);
  if (failed(addEpilogue(op, filter, packForDepth(filter, layer, tiling, isa),
                         isa, call, /*sum=*/nullptr, tiling.unit)))
    return failure();
  call.allowOverlap(0, getOverlapDistance({layer.in, layer.out, layer.window,
                                           tiling.band * layer.out[2],
                                           /*readsFirst=*/true, 1}));
  call.addScratch(tiling.scratchBytes);
  return success();
}

template <const AvxArithmetic &isa>
static void addKernels(KernelRegistry &registry, StringRef conv, StringRef sum,
                       StringRef depthwise, StringRef fullyConnected) {
  addImageKernels<isAvxConv, lowerConv<isa>>(registry, conv, sum, isa.benefit,
                                             isa.feature);
  registry.add<ConvOp>(depthwise, isAvxDepthwise, lowerDepthwise<isa>,
                       isa.benefit, {isa.feature});
  registry.add<FullyConnectedOp>(fullyConnected, isAvxFullyConnected,
                                 lowerFullyConnected<isa>, isa.benefit,
                                 {isa.feature});
}

void edgecc::registerAvxInt8Kernels(KernelRegistry &registry) {
  addKernels<s8Vnni>(registry, "conv2d_s8_vnni", "conv2d_s8_add_vnni",
                     "depthwise_conv2d_s8_vnni", "fully_connected_s8_vnni");
  addKernels<s8Avx2>(registry, "conv2d_s8_avx2", "conv2d_s8_add_avx2",
                     "depthwise_conv2d_s8_avx2", "fully_connected_s8_avx2");
}
