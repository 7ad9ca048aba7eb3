//===- ResampleKernels.cpp - Kernels of edge.resample ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Quant/IntegerParams.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

/// Shapes, operands and result; scalars follow.
static void addResample(ResampleOp op, StringRef kernel,
                        KernelCallBuilder &call) {
  reference::Tensor indices(
      RankedTensorType::get({int64_t(op.getIndices().size())},
                            IntegerType::get(op.getContext(), 32)));
  llvm::copy(op.getIndices(), indices.getData<int32_t>().begin());
  call.begin(kernel, "resample.h");
  call.addShape(op.getInput());
  call.addInt(op.getAxis());
  call.addShape(op.getWeights());
  call.addInput(op.getInput());
  call.addData("indices", indices);
  call.addOperand("weights", op.getWeights());
  call.addOutput(op.getResult());
}

static LogicalResult lowerResampleF32(ResampleOp op, KernelCallBuilder &call) {
  addResample(op, "resample_f32", call);
  return success();
}

static LogicalResult lowerResampleS8(ResampleOp op, KernelCallBuilder &call) {
  quant::UniformQuantizedType input = getUniformType(op.getInput().getType());
  quant::UniformQuantizedType output = getUniformType(op.getType());
  integer::Requantization factor = integer::getMulRequantization(
      input, getUniformType(op.getWeights().getType()), output);
  addResample(op, "resample_s8", call);
  call.addScalars({input.getZeroPoint(), factor.multipliers.front(),
                   factor.shift, output.getZeroPoint()});
  return success();
}

static LogicalResult lowerResampleS16(ResampleOp op, KernelCallBuilder &call) {
  auto weights = cast<RankedTensorType>(op.getWeights().getType());
  integer::WideRequantization factor = integer::getWideMulRequantization(
      getUniformType(op.getInput().getType()), getUniformType(weights),
      getUniformType(op.getType()), weights.getDimSize(0));
  addResample(op, "resample_s16", call);
  call.addScalars({factor.multipliers.front(), factor.shift});
  return success();
}

void edgecc::registerResampleKernels(KernelRegistry &registry) {
  registry.add<ResampleOp>(
      "resample_f32", [](ResampleOp op) { return isFloatOp(op); },
      lowerResampleF32);
  registry.add<ResampleOp>(
      "resample_s8", [](ResampleOp op) { return isInt8Op(op); },
      lowerResampleS8);
  registry.add<ResampleOp>(
      "resample_s16", [](ResampleOp op) { return isInt16Op(op); },
      lowerResampleS16);
}
