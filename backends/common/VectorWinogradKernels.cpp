//===- VectorWinogradKernels.cpp - Winograd's convolution in vectors ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"
#include "VectorWinograd.h"

#include "PackedWeights.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

template <const WinogradArithmetic &isa>
static std::optional<WinogradTiling> chooseTiling(ConvOp op) {
  return WinogradTiling::choose(VectorLayer::get(op), isa,
                                isa.integer ? getLargestSum(op) : 0);
}

template <const WinogradArithmetic &isa> static bool isWinogradConv(ConvOp op) {
  bool isImage = isa.integer ? isInt8Image(op) && !PackedWeights::find(op)
                             : isFloatImage(op);
  return isImage && op.getGroups() == 1 && chooseTiling<isa>(op);
}

template <const WinogradArithmetic &isa>
static int64_t getExtraBytes(ConvOp op) {
  return getWinogradExtraBytes(VectorLayer::get(op), *chooseTiling<isa>(op),
                               isa);
}

template <const WinogradArithmetic &isa>
static LogicalResult lowerFloat(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  WinogradTiling tiling = *chooseTiling<isa>(op);
  call.begin("conv2d_winograd_f32_simd", "conv2d_winograd_simd.h");
  addWinogradTiling(layer, tiling, isa, call);
  call.addInput(op.getInput());
  call.addData("weights",
               packWinograd(*getConstantTensor(op.getFilter()), tiling, isa));
  call.addData("bias", packBias(op.getBias(), /*unit=*/1, isa.products));
  call.addOutput(op.getResult());
  addFloatClamp(op, call);
  addWinogradMemory(layer, tiling, isa, call);
  return success();
}

template <const WinogradArithmetic &isa>
static LogicalResult lowerInt8(ConvOp op, KernelCallBuilder &call,
                               const ResidualSum *sum) {
  VectorLayer layer = VectorLayer::get(op);
  WinogradTiling tiling = *chooseTiling<isa>(op);
  reference::Tensor filter = *getConstantTensor(op.getFilter());
  call.begin(sum ? "conv2d_winograd_s8_add_simd" : "conv2d_winograd_s8_simd",
             "conv2d_winograd_simd.h");
  addWinogradTiling(layer, tiling, isa, call);
  if (failed(addInt8Epilogue(op, filter, packWinograd(filter, tiling, isa),
                             isa.products, call, sum)))
    return failure();
  addWinogradMemory(layer, tiling, isa, call);
  return success();
}

/// Before the direct convolution of the same vectors.
static int getBenefit(const WinogradArithmetic &isa) {
  return isa.direct.benefit + 5;
}

template <const WinogradArithmetic &isa>
static void addFloat(KernelRegistry &registry) {
  Kernel &kernel = registry.add<ConvOp>(
      "conv2d_winograd_f32_" + isa.products.suffix, isWinogradConv<isa>,
      lowerFloat<isa>, getBenefit(isa), isa.products.features);
  kernel.extraBytes = [](Operation *op) {
    return getExtraBytes<isa>(cast<ConvOp>(op));
  };
}

template <const WinogradArithmetic &isa>
static void addInt8(KernelRegistry &registry) {
  addImageKernels<isWinogradConv<isa>, lowerInt8<isa>, getExtraBytes<isa>>(
      registry, "conv2d_winograd_s8_" + isa.products.suffix,
      "conv2d_winograd_s8_add_" + isa.products.suffix, getBenefit(isa),
      isa.products.features);
}

void edgecc::registerVectorWinogradKernels(KernelRegistry &registry) {
  addFloat<f32Avx512Winograd>(registry);
  addFloat<f32Avx2Winograd>(registry);
  addFloat<f32NeonWinograd>(registry);
  addInt8<s8Avx2Winograd>(registry);
  addInt8<s8NeonWinograd>(registry);
}
