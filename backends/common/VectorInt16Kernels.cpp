//===- VectorInt16Kernels.cpp - Layers of int16 with vectors --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fully connected layers with int8 weights.
//
//===----------------------------------------------------------------------===//

#include "Int16Layers.h"
#include "VectorKernels.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// Constants with sums that 32 bits hold, bias included, and factors that leave
/// the upper halves of 64.
static bool isVectorFullyConnected(FullyConnectedOp op) {
  if (!isInt16Op(op) || !isConstant(op.getWeights()) ||
      !isConstant(op.getBias()))
    return false;
  Int16Epilogue epilogue(op);
  return epilogue.factors.shift >= 32 &&
         llvm::all_of(epilogue.sums.withBias,
                      [](int64_t sum) { return sum <= INT32_MAX; });
}

template <const VectorArithmetic &isa>
static LogicalResult lowerFullyConnected(FullyConnectedOp op,
                                         KernelCallBuilder &call) {
  VectorLayer layer = VectorLayer::get(op);
  Tiling tiling = Tiling::choose(layer, isa, /*mostParts=*/1);
  Int16Epilogue epilogue(op);
  call.begin("fully_connected_s16x8_simd", "fully_connected_s16_simd.h");
  addTiling(layer, tiling, isa, call);
  call.addInt(epilogue.factors.shift);
  call.addInt(epilogue.range.lo);
  call.addInt(epilogue.range.hi);
  fillVectors(epilogue.bias, isa);
  fillVectors(epilogue.factors.multipliers, isa);
  MLIRContext *context = op.getContext();
  call.addInput(op.getInput());
  call.addData("weights", packForTiles(*getConstantTensor(op.getWeights()),
                                       layer, tiling.blocks, isa));
  call.addData("bias", getWords(context, epilogue.bias));
  call.addData("multiplier", getWords(context, epilogue.factors.multipliers));
  call.addOutput(op.getResult());
  call.addScratch(tiling.scratchBytes);
  return success();
}

template <const VectorArithmetic &isa>
static void addKernel(KernelRegistry &registry) {
  registry.add<FullyConnectedOp>(
      "fully_connected_s16x8_" + isa.suffix, isVectorFullyConnected,
      lowerFullyConnected<isa>, isa.benefit, isa.features);
}

void edgecc::registerVectorInt16Kernels(KernelRegistry &registry) {
  addKernel<int16x8Vnni>(registry);
  addKernel<int16x8Avx2>(registry);
  addKernel<int16x8Neon>(registry);
}
