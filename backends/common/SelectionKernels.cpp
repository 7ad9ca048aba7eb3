//===- SelectionKernels.cpp - Kernels of scatter and top_k ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Backend/KernelRegistry.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;

static constexpr StringLiteral kHeader = "selection.h";

static LogicalResult lowerScatter(ScatterOp op, KernelCallBuilder &call) {
  call.begin("scatter", kHeader);
  call.addShape(op.getData());
  call.addShape(op.getIndices());
  call.addName(("ScatterKind::" + stringifyScatterKind(op.getKind())).str());
  call.addInput(op.getData());
  call.addInput(op.getIndices());
  call.addInput(op.getUpdates());
  call.addOutput(op.getResult());
  call.allowInplace(0);
  return success();
}

static LogicalResult lowerTopK(TopKOp op, KernelCallBuilder &call) {
  call.begin("top_k", kHeader);
  call.addShape(op.getInput());
  call.addInt(op.getAxis());
  call.addInt(op.getK());
  call.addBool(op.getLargest());
  call.addInput(op.getInput());
  call.addOutput(op.getResult());
  return success();
}

void edgecc::registerSelectionKernels(KernelRegistry &registry) {
  registry.add<ScatterOp>(
      "scatter", [](ScatterOp) { return true; }, lowerScatter);
  registry.add<TopKOp>("top_k", [](TopKOp) { return true; }, lowerTopK);
}
