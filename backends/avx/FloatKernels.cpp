//===- FloatKernels.cpp - Float kernels for AVX2 and AVX-512 --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AvxLayers.h"

#include "../common/ImageShapes.h"
#include "../cortexm/Int8Layers.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// A bias of whole vectors, once for each pixel of a unit.
static reference::Tensor packBias(Value value, int64_t unit,
                                  const AvxArithmetic &isa) {
  reference::Tensor bias = *getConstantTensor(value);
  SmallVector<float> values(std::as_const(bias).getData<float>());
  repeatForUnit(values, unit);
  fillVectors(values, isa);
  reference::Tensor packed(RankedTensorType::get(
      {int64_t(values.size())}, Float32Type::get(value.getContext())));
  llvm::copy(values, packed.getData<float>().begin());
  return packed;
}

static bool isFloatImage(ConvOp op) {
  return isFloatOp(op) && isConstant(op.getFilter()) &&
         isConstant(op.getBias()) && shapeOf(op.getInput()).size() <= 4;
}

static bool isAvxConv(ConvOp op) {
  return isFloatImage(op) && op.getGroups() == 1;
}

static bool isAvxDepthwise(ConvOp op) {
  return isFloatImage(op) && op.getGroups() > 1 &&
         getImageShape(op.getInput())[3] == int64_t(op.getGroups()) &&
         getImageShape(op.getResult())[3] == int64_t(op.getGroups());
}

static bool isAvxFullyConnected(FullyConnectedOp op) {
  return isFloatOp(op) && isConstant(op.getWeights()) &&
         isConstant(op.getBias());
}

/// Layers that are read where they are may write pixels of a band before all
/// its channels are computed; others copy a band before they write.
static void allowOverlap(const AvxLayer &layer, int64_t rows,
                         KernelCallBuilder &call) {
  SmallVector<int64_t> in = layer.in, out = layer.out;
  bool isWhole = layer.isWhole();
  int64_t block = isWhole ? rows : rows * out[2];
  if (isWhole) {
    in = {1, 1, layer.getPixels(), in[3]};
    out = {1, 1, layer.getPixels(), out[3]};
  }
  block = std::min(block, out[1] * out[2]);
  call.allowOverlap(0, getOverlapDistance({in, out, layer.window, block,
                                           /*readsFirst=*/!isWhole, 4}));
}

static void addShapes(const AvxLayer &layer, const AvxArithmetic &isa,
                      KernelCallBuilder &call) {
  call.addName(isa.name);
  call.addShape(layer.in);
  call.addShape(layer.out);
  call.addTemplateArg(layer.window);
}

static void lowerTiles(ClampableOpInterface op, const AvxLayer &narrow,
                       const AvxArithmetic &isa, KernelCallBuilder &call) {
  int64_t unit = narrow.chooseUnit(isa);
  AvxLayer layer = narrow.widen(unit);
  AvxTiling tiling = AvxTiling::choose(layer, isa);
  call.begin(layer.isWhole() ? "pointwise_f32_avx" : "conv2d_f32_avx",
             "conv2d_avx.h");
  addShapes(layer, isa, call);
  for (int64_t size : {tiling.pixels, tiling.blocks, tiling.band})
    call.addInt(size);
  call.addInput(op->getOperand(0));
  call.addData("weights",
               packForTiles(widenFilter(*getConstantTensor(op->getOperand(1)),
                                        narrow, unit),
                            layer, tiling.blocks, isa));
  call.addData("bias", packBias(op->getOperand(2), unit, isa));
  call.addOutput(op->getResult(0));
  addFloatClamp(op, call);
  allowOverlap(layer, tiling.band, call);
  if (!layer.isWhole())
    call.addScratch(tiling.scratchBytes);
}

template <const AvxArithmetic &isa>
static LogicalResult lowerConv(ConvOp op, KernelCallBuilder &call) {
  lowerTiles(op, AvxLayer::get(op), isa, call);
  return success();
}

template <const AvxArithmetic &isa>
static LogicalResult lowerFullyConnected(FullyConnectedOp op,
                                         KernelCallBuilder &call) {
  lowerTiles(op, AvxLayer::get(op), isa, call);
  return success();
}

template <const AvxArithmetic &isa>
static LogicalResult lowerDepthwise(ConvOp op, KernelCallBuilder &call) {
  AvxLayer layer = AvxLayer::get(op);
  AvxDepthTiling tiling = AvxDepthTiling::choose(layer, isa);
  call.begin("depthwise_conv2d_f32_avx", "depthwise_conv2d_avx.h");
  addShapes(layer, isa, call);
  call.addInt(tiling.band);
  call.addInput(op.getInput());
  call.addData("weights", packForDepth(*getConstantTensor(op.getFilter()),
                                       layer, tiling, isa));
  call.addData("bias", packBias(op.getBias(), tiling.unit, isa));
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  call.allowOverlap(0, getOverlapDistance({layer.in, layer.out, layer.window,
                                           tiling.band * layer.out[2],
                                           /*readsFirst=*/true, 4}));
  call.addScratch(tiling.scratchBytes);
  return success();
}

template <const AvxArithmetic &isa>
static void addKernels(KernelRegistry &registry, StringRef conv,
                       StringRef depthwise, StringRef fullyConnected) {
  // Both come with processors that have AVX2, but are features of their own.
  SmallVector<StringRef> features = {"fma", isa.feature};
  registry.add<ConvOp>(conv, isAvxConv, lowerConv<isa>, isa.benefit, features);
  registry.add<ConvOp>(depthwise, isAvxDepthwise, lowerDepthwise<isa>,
                       isa.benefit, features);
  registry.add<FullyConnectedOp>(fullyConnected, isAvxFullyConnected,
                                 lowerFullyConnected<isa>, isa.benefit,
                                 features);
}

void edgecc::registerAvxFloatKernels(KernelRegistry &registry) {
  addKernels<f32Avx512>(registry, "conv2d_f32_avx512",
                        "depthwise_conv2d_f32_avx512",
                        "fully_connected_f32_avx512");
  addKernels<f32Avx2>(registry, "conv2d_f32_avx2", "depthwise_conv2d_f32_avx2",
                      "fully_connected_f32_avx2");
}
