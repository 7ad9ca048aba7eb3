//===- Quantize.cpp - From float to int8 ----------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/Palette.h"
#include "edgecc/Quant/Quantizer.h"
#include "edgecc/Quant/Repair.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_EDGEQUANTIZE
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::QuantizableOpInterface;

static bool isFloatTensor(Value value) {
  return getElementTypeOrSelf(value.getType()).isF32();
}

/// The operations that compute float tensors and may be quantized.
static SmallVector<QuantizableOpInterface>
collectCandidates(func::FuncOp func) {
  SmallVector<QuantizableOpInterface> candidates;
  for (Operation &op : func.getBody().front())
    if (auto candidate = dyn_cast<QuantizableOpInterface>(op))
      if (op.getNumResults() != 0 &&
          llvm::all_of(op.getResults(), isFloatTensor))
        candidates.push_back(candidate);
  return candidates;
}

/// Whether a value is used, possibly after being moved, by a computation that
/// asks for integers.
static bool feedsIntegers(Value value, const Quantizer &quantizer) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    auto quantizable = dyn_cast<QuantizableOpInterface>(user);
    if (!quantizable || quantizer.getPrecision(user) == Precision::F32)
      return false;
    return quantizable.getSameTypeOperands().empty() ||
           feedsIntegers(user->getResult(0), quantizer);
  });
}

/// Data movement between float computations stays in float: converting there
/// and back would cost accuracy and time.
static bool isWorthwhile(QuantizableOpInterface op,
                         const Quantizer &quantizer) {
  SmallVector<Value> moved = op.getSameTypeOperands();
  // A table has a precision of its own.
  return moved.empty() || isTableLookup(op) ||
         feedsIntegers(op->getResult(0), quantizer) ||
         llvm::any_of(moved, [](Value operand) {
           return operand.getDefiningOp<edge::DequantizeOp>();
         });
}

static LogicalResult quantizeOp(QuantizableOpInterface op,
                                Quantizer &quantizer) {
  Precision precision = quantizer.getPrecision(op);
  if (precision == Precision::F32 || !isWorthwhile(op, quantizer))
    return failure();
  quantizer.setPrecision(precision);
  if (!quantizer.haveTypes(op->getResults()))
    return keepFloat(op, "no range is known for its result");
  for (Value operand : op->getOperands())
    if (isFloatTensor(operand) && !operand.getDefiningOp<edge::ConstantOp>() &&
        !quantizer.getType(operand))
      return keepFloat(op, "no range is known for an operand");
  return op.quantize(quantizer);
}

/// Moves in float what was to be moved as integers for an operation that then
/// stayed in float.
static void moveInFloat(edge::DequantizeOp dequantize) {
  SmallVector<Operation *> movers;
  Value value = dequantize.getInput();
  while (auto mover = value.getDefiningOp<QuantizableOpInterface>()) {
    if (mover.getSameTypeOperands().size() != 1 || !value.hasOneUse())
      return;
    movers.push_back(mover);
    value = mover.getSameTypeOperands().front();
  }
  auto quantize = value.getDefiningOp<edge::QuantizeOp>();
  if (!quantize || !value.hasOneUse())
    return;
  Type element = getElementTypeOrSelf(dequantize.getType());
  for (Operation *mover : movers)
    mover->getResult(0).setType(
        edge::withElementType(mover->getResult(0).getType(), element));
  quantize.getResult().replaceAllUsesWith(quantize.getInput());
  quantize.erase();
  dequantize.getResult().replaceAllUsesWith(dequantize.getInput());
  dequantize.erase();
}

/// Removes conversions back to float, and constants, that nobody uses.
static void eraseUnused(func::FuncOp func) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isa<edge::DequantizeOp, edge::ConstantOp>(op) && op.use_empty())
      op.erase();
}

/// Calibration, repairs and requests have been followed.
static void eraseAttributes(func::FuncOp func) {
  for (Operation &op : func.getBody().front()) {
    for (StringRef name :
         {kRangesAttr, kExtentsAttr, kPrecisionAttr, kWeightScalesAttr,
          kFloatWeightsAttr, kFloatBiasAttr})
      op.removeAttr(name);
  }
  for (unsigned i = 0, e = func.getNumArguments(); i != e; ++i) {
    func.removeArgAttr(i, kRangeAttr);
    func.removeArgAttr(i, kExtentAttr);
  }
}

namespace {
struct EdgeQuantize : edgecc::impl::EdgeQuantizeBase<EdgeQuantize> {
  using EdgeQuantizeBase::EdgeQuantizeBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (!isWeightGroup(weightGroup)) {
      func.emitError("weights cannot be in groups of ")
          << int64_t(weightGroup)
          << "; weight-group is one of: " << kWeightGroups;
      return signalPassFailure();
    }
    SmallVector<QuantizableOpInterface> candidates = collectCandidates(func);
    auto hasRange = [](QuantizableOpInterface op) {
      return getRange(op->getResult(0)).has_value();
    };
    if (!candidates.empty() && llvm::none_of(candidates, hasRange)) {
      func.emitError("has no ranges to quantize with: run edge-calibrate, or "
                     "give edge.ranges");
      return signalPassFailure();
    }
    Quantizer quantizer(TypeAssignment::compute(func, precision),
                        WeightRule::Round, &getContext());
    quantizer.setWeightGroup(weightGroup);
    for (QuantizableOpInterface op : candidates)
      (void)quantizeOp(op, quantizer); // The remark says what stays in float.
    for (auto dequantize :
         llvm::make_early_inc_range(func.getOps<edge::DequantizeOp>()))
      moveInFloat(dequantize);
    eraseUnused(func);
    eraseAttributes(func);
  }
};
} // namespace
