//===- AbsorbQuantization.cpp - Quantized models to integers --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/Quantizer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_ABSORBQUANTIZATION
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::QuantizableOpInterface;

static bool isFloatTensor(Value value) {
  return getElementTypeOrSelf(value.getType()).isF32();
}

/// Whether the operation computes in integers once its operands and result have
/// types. Data movement between floats has no reason to.
static bool isAbsorbable(QuantizableOpInterface op,
                         const Quantizer &quantizer) {
  if (op->getNumResults() != 1 || !isFloatTensor(op->getResult(0)) ||
      quantizer.getPrecision(op) == Precision::F32 ||
      !quantizer.haveTypes(op->getResults()))
    return false;
  // What converts the integers of an input to floats is no layer.
  if (isa<edge::MapOp>(op.getOperation()) &&
      !llvm::all_of(op->getOperands(), isFloatTensor))
    return false;
  return llvm::all_of(op->getOperands(), [&](Value operand) {
    return !isFloatTensor(operand) || quantizer.getType(operand) ||
           operand.getDefiningOp<edge::ConstantOp>();
  });
}

/// Layers that the model may have meant to be integers, but that are not
/// between conversions.
static void explainFloat(QuantizableOpInterface op,
                         const Quantizer &quantizer) {
  if (!isa<edge::MacCountOpInterface>(op.getOperation()) ||
      !isFloatTensor(op->getResult(0)))
    return;
  if (isa<edge::RecurrentOpInterface>(op.getOperation()))
    (void)keepFloat(op, "recurrent layers of quantized models have no integer "
                        "form");
  else if (!quantizer.getType(op->getOperand(0)))
    (void)keepFloat(op, "the model does not quantize its input");
  else if (!quantizer.getType(op->getResult(0)))
    (void)keepFloat(op, "the model does not quantize its result, or uses it in "
                        "float as well");
}

/// quantize(dequantize(q)) is q, in another type if need be.
static void joinConversions(func::FuncOp func) {
  for (auto quantize : llvm::make_early_inc_range(
           func.getBody().front().getOps<edge::QuantizeOp>())) {
    auto source = quantize.getInput().getDefiningOp<edge::DequantizeOp>();
    if (!source)
      continue;
    Value stored = source.getInput();
    OpBuilder builder(quantize);
    if (stored.getType() != quantize.getType())
      stored = builder.create<edge::RequantizeOp>(quantize.getLoc(),
                                                  quantize.getType(), stored);
    quantize.replaceAllUsesWith(stored);
    quantize.erase();
  }
}

static void eraseUnused(func::FuncOp func) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isa<edge::DequantizeOp, edge::ConstantOp>(op) && op.use_empty())
      op.erase();
}

namespace {
struct AbsorbQuantization
    : edgecc::impl::AbsorbQuantizationBase<AbsorbQuantization> {
  using AbsorbQuantizationBase::AbsorbQuantizationBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() ||
        func.getBody().front().getOps<edge::QuantizeOp>().empty())
      return;
    Quantizer quantizer(TypeAssignment::fromConversions(func),
                        WeightRule::OnGridOnly, &getContext());
    SmallVector<QuantizableOpInterface> candidates;
    for (Operation &op : func.getBody().front())
      if (auto candidate = dyn_cast<QuantizableOpInterface>(op))
        candidates.push_back(candidate);
    for (QuantizableOpInterface op : candidates) {
      if (isAbsorbable(op, quantizer))
        (void)op.quantize(quantizer); // The remark says what stays in float.
      else
        explainFloat(op, quantizer);
    }
    joinConversions(func);
    eraseUnused(func);
  }
};
} // namespace
