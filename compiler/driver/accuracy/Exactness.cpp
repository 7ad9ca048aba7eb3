//===- Exactness.cpp - How equal two executions must be -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Exactness.h"

#include "edgecc/Dialect/Edge/Edge.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

double driver::getTolerance(Exactness exactness) {
  switch (exactness) {
  case Exactness::Bits:
    return 0;
  case Exactness::Float:
    return 1e-4;
  case Exactness::QuantizedFloat:
    return 2e-2;
  }
  return 0;
}

/// Whether an operation rounds at most once per element, or not at all.
static bool isExact(mlir::Operation &op) {
  if (isa<edge::ConstantOp, edge::DequantizeOp, edge::QuantizeOp,
          edge::TransposeOp, edge::ReshapeOp, edge::SliceOp, edge::ConcatOp,
          edge::PadOp, edge::GatherOp, edge::MaxPoolOp>(op))
    return true;
  return none_of(op.getResultTypes(), [](mlir::Type type) {
    return isa<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
  });
}

std::vector<Exactness> driver::getExactness(mlir::func::FuncOp function) {
  DenseMap<mlir::Value, Exactness> known;
  for (mlir::Operation &op : function.front().without_terminator()) {
    Exactness worst = isExact(op) ? Exactness::Bits : Exactness::Float;
    for (mlir::Value operand : op.getOperands())
      worst = std::max(worst, known.lookup(operand));
    if (isa<edge::QuantizeOp>(op) && worst != Exactness::Bits)
      worst = Exactness::QuantizedFloat;
    for (mlir::Value result : op.getResults())
      known[result] = worst;
  }
  std::vector<Exactness> results;
  for (mlir::Value result : function.front().getTerminator()->getOperands())
    results.push_back(known.lookup(result));
  return results;
}
