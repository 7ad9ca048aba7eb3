//===- VectorWinogradKernels.cpp - Winograd's convolution in vectors ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorKernels.h"
#include "VectorTilings.h"

#include "PackedWeights.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// A convolution that is of these types, whatever its window.
template <const WinogradArithmetic &isa> static bool isPlainConv(ConvOp op) {
  bool isImage = isa.integer ? isInt8Image(op) && !PackedWeights::find(op)
                             : isFloatImage(op);
  return isImage && op.getGroups() == 1;
}

template <const WinogradArithmetic &isa> static bool isWinogradConv(ConvOp op) {
  return isPlainConv<isa>(op) && getWinogradTiling(op, isa);
}

template <const WinogradArithmetic &isa> static KernelTilings getTilings() {
  return {getMethod(isa),
          [](Operation *op) {
            auto conv = cast<ConvOp>(op);
            return isPlainConv<isa>(conv) ? listWinogradTilings(conv, isa)
                                          : TilingList();
          },
          [](Operation *op, kern::TilingAttr tiling) {
            auto conv = cast<ConvOp>(op);
            return isPlainConv<isa>(conv) &&
                   acceptsWinogradTiling(conv, isa, tiling);
          }};
}

template <const WinogradArithmetic &isa>
static int64_t getExtraBytes(ConvOp op) {
  return getWinogradExtraBytes(VectorLayer::get(op),
                               *getWinogradTiling(op, isa), isa);
}

template <const WinogradArithmetic &isa>
static LogicalResult lowerFloat(ConvOp op, KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  WinogradTiling tiling = *getWinogradTiling(op, isa);
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
  WinogradTiling tiling = *getWinogradTiling(op, isa);
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
  kernel.tilings = getTilings<isa>();
}

template <const WinogradArithmetic &isa>
static void addInt8(KernelRegistry &registry) {
  addImageKernels<isWinogradConv<isa>, lowerInt8<isa>, getExtraBytes<isa>>(
      registry, "conv2d_winograd_s8_" + isa.products.suffix,
      "conv2d_winograd_s8_add_" + isa.products.suffix, getBenefit(isa),
      isa.products.features, getTilings<isa>());
}

void edgecc::registerVectorWinogradKernels(KernelRegistry &registry) {
  addFloat<f32Avx512Winograd>(registry);
  addFloat<f32Avx2Winograd>(registry);
  addFloat<f32NeonWinograd>(registry);
  addInt8<s8Avx2Winograd>(registry);
  addInt8<s8NeonWinograd>(registry);
}
