//===- MatrixKernels.cpp - Kernels of fully connected and matmul ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatMulTypes.h"
#include "PackedWeights.h"

#include "edgecc/Backend/KernelRegistry.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static LogicalResult lowerFullyConnected(FullyConnectedOp op,
                                         KernelCallBuilder &call) {
  call.begin(isFloatOp(op)   ? "fully_connected_f32"
             : isInt16Op(op) ? "fully_connected_s16x8"
                             : "fully_connected_s8",
             "fully_connected.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  call.addInput(op.getInput());
  call.addOperand("weights", op.getWeights());
  return addWeightedEpilogue(op, op.getInput(), op.getWeights(), op.getBias(),
                             /*passInputZero=*/false, call);
}

static bool hasKnownWeights(FullyConnectedOp op) {
  return isConstant(op.getWeights()) && isConstant(op.getBias());
}

/// Weights of four bits.
static LogicalResult lowerPackedFullyConnected(FullyConnectedOp op,
                                               KernelCallBuilder &call) {
  PackedWeights weights = *PackedWeights::find(op);
  call.begin("fully_connected_s8w4", "fully_connected_w4.h");
  call.addShape(op.getInput());
  call.addShape(op.getResult());
  call.addInt(weights.getGroup());
  call.addInput(op.getInput());
  call.setPrecision("s8w4");
  call.addData("digits", weights.packDigits());
  call.addData("steps", weights.packSteps());
  return addWeightedEpilogue(op, op.getInput(), op.getWeights(), op.getBias(),
                             /*passInputZero=*/false, call);
}

static LogicalResult lowerMatMul(MatMulOp op, KernelCallBuilder &call) {
  bool isFloat = isFloatOp(op);
  bool isWide = isInt16Op(op);
  call.begin(isFloat  ? "matmul_f32"
             : isWide ? "matmul_s16"
                      : "matmul_s8",
             "matmul.h");
  call.addShape(op.getLhs());
  call.addShape(op.getRhs());
  call.addShape(op.getResult());
  call.addInput(op.getLhs());
  call.addInput(op.getRhs());
  call.addOutput(op.getResult());
  if (isFloat)
    return success();
  if (isWide) {
    WideMatMulTypes types(op);
    call.addScalars({types.getMultiplier(), types.factor.shift});
    return success();
  }
  MatMulTypes types(op);
  call.addScalars({types.lhsZero, types.rhsZero, types.getMultiplier(),
                   types.factor.shift, types.resultZero});
  return success();
}

void edgecc::registerMatrixKernels(KernelRegistry &registry) {
  registry.add<FullyConnectedOp>(
      "fully_connected_f32", [](FullyConnectedOp op) { return isFloatOp(op); },
      lowerFullyConnected);
  registry.add<FullyConnectedOp>(
      "fully_connected_s8",
      [](FullyConnectedOp op) { return isInt8Op(op) && hasKnownWeights(op); },
      lowerFullyConnected);
  registry.add<FullyConnectedOp>(
      "fully_connected_s8w4",
      [](FullyConnectedOp op) {
        return isInt8Op(op) && hasKnownWeights(op) && PackedWeights::find(op);
      },
      lowerPackedFullyConnected, /*benefit=*/2);
  registry.add<FullyConnectedOp>(
      "fully_connected_s16x8",
      [](FullyConnectedOp op) { return isInt16Op(op) && hasKnownWeights(op); },
      lowerFullyConnected);
  registry.add<MatMulOp>(
      "matmul_f32", [](MatMulOp op) { return isFloatOp(op); }, lowerMatMul);
  registry.add<MatMulOp>(
      "matmul_s8", [](MatMulOp op) { return isInt8Op(op); }, lowerMatMul);
  registry.add<MatMulOp>(
      "matmul_s16", [](MatMulOp op) { return isInt16Op(op); }, lowerMatMul);
}
