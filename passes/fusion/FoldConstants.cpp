//===- FoldConstants.cpp - Computes constants at compile time -------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

namespace {
class FoldConstantsPass
    : public edgecc::impl::FoldConstantsBase<FoldConstantsPass> {
  void runOnOperation() override {
    values.clear();
    folded.clear();
    for (Block &block : getOperation().getBody())
      for (Operation &op : llvm::make_early_inc_range(block))
        if (failed(fold(&op)))
          return signalPassFailure();
    for (edge::ConstantOp constant : folded)
      if (constant->use_empty())
        constant->erase();
  }

  /// Replaces the operation if its operands are constants.
  LogicalResult fold(Operation *op) {
    auto evaluable = dyn_cast<edge::EvaluableOpInterface>(op);
    if (!evaluable || isa<edge::ConstantOp>(op) || op->getNumOperands() == 0 ||
        !llvm::all_of(op->getOperands(), isConstant) || isTooLarge(op))
      return success();
    SmallVector<Tensor> operands, results;
    for (Value operand : op->getOperands())
      operands.push_back(getValue(operand));
    for (Type type : op->getResultTypes())
      results.emplace_back(cast<RankedTensorType>(type));
    if (failed(evaluable.evaluate(operands, results)))
      return failure();
    replace(op, results);
    return success();
  }

  static bool isConstant(Value value) {
    return value.getDefiningOp<edge::ConstantOp>() != nullptr;
  }

  static uint64_t getBytes(Type type) {
    auto tensorType = cast<RankedTensorType>(type);
    return uint64_t(tensorType.getNumElements()) *
           getElementBytes(tensorType.getElementType());
  }

  /// Whether the result would cost much more flash than the operands do.
  static bool isTooLarge(Operation *op) {
    constexpr uint64_t kAlwaysFits = 64 * 1024, kGrowth = 4;
    uint64_t before = 0, after = 0;
    for (Type type : op->getOperandTypes())
      before += getBytes(type);
    for (Type type : op->getResultTypes())
      after += getBytes(type);
    return after > kAlwaysFits && after > kGrowth * before;
  }

  /// The value of a constant, decoded once.
  const Tensor &getValue(Value value) {
    auto [known, isNew] = values.try_emplace(value);
    if (isNew) {
      known->second = *edge::getConstantTensor(value);
      folded.push_back(value.getDefiningOp<edge::ConstantOp>());
    }
    return known->second;
  }

  void replace(Operation *op, ArrayRef<Tensor> results) {
    OpBuilder builder(op);
    for (auto [old, tensor] : llvm::zip_equal(op->getResults(), results)) {
      auto constant = builder.create<edge::ConstantOp>(
          op->getLoc(), tensor.getType(), tensor.toAttr());
      values[constant] = tensor;
      folded.push_back(constant);
      old.replaceAllUsesWith(constant);
    }
    op->erase();
  }

  DenseMap<Value, Tensor> values;
  /// Constants that were folded into others or came out of it.
  SmallVector<edge::ConstantOp> folded;
};
} // namespace
