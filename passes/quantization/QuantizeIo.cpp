//===- QuantizeIo.cpp - Quantized inputs and outputs ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_EDGEQUANTIZEIO
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;

/// The conversions of an input, in the order of the program.
static SmallVector<edge::QuantizeOp> getConversions(BlockArgument argument) {
  SmallVector<edge::QuantizeOp> conversions;
  for (Operation *user : argument.getUsers())
    if (auto conversion = dyn_cast<edge::QuantizeOp>(user))
      conversions.push_back(conversion);
  llvm::sort(conversions, [](edge::QuantizeOp a, edge::QuantizeOp b) {
    return a->isBeforeInBlock(b);
  });
  return conversions;
}

/// Lets the function take an input in the type of its first conversion. Other
/// conversions become requantizations; users of floats get them dequantized.
static bool quantizeInput(BlockArgument argument) {
  SmallVector<edge::QuantizeOp> conversions = getConversions(argument);
  if (conversions.empty())
    return false;
  OpBuilder builder(argument.getContext());
  builder.setInsertionPointToStart(argument.getOwner());
  Type realType = argument.getType();
  Type type = conversions.front().getType();
  argument.setType(type);
  // All uses first become floats; of these, conversions are then taken off.
  auto real =
      builder.create<edge::DequantizeOp>(argument.getLoc(), realType, argument);
  argument.replaceAllUsesExcept(real, real);
  for (edge::QuantizeOp conversion : conversions) {
    builder.setInsertionPointAfter(real);
    Value value = argument;
    if (conversion.getType() != type)
      value = builder.create<edge::RequantizeOp>(
          conversion.getLoc(), conversion.getType(), argument);
    conversion.replaceAllUsesWith(value);
    conversion->erase();
  }
  if (real.use_empty())
    real->erase();
  return true;
}

/// Returns what is dequantized only to be returned.
static bool quantizeOutput(OpOperand &returned) {
  auto real = returned.get().getDefiningOp<edge::DequantizeOp>();
  if (!real)
    return false;
  returned.set(real.getInput());
  if (real.use_empty())
    real->erase();
  return true;
}

static bool isFloatTensor(Type type) {
  return isa<RankedTensorType>(type) && getElementTypeOrSelf(type).isF32();
}

namespace {
struct EdgeQuantizeIo : edgecc::impl::EdgeQuantizeIoBase<EdgeQuantizeIo> {
  using EdgeQuantizeIoBase::EdgeQuantizeIoBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    auto warnUnless = [&](bool done, StringRef kind, unsigned index) {
      if (!done)
        func.emitWarning() << kind << " " << index
                           << " stays float: nothing computes with it in "
                              "integers";
    };
    Operation *terminator = func.getBody().front().getTerminator();
    // State is no input or output, and keeps its precision.
    for (BlockArgument argument : func.getArguments())
      if (isFloatTensor(argument.getType()) &&
          !func.getArgAttr(argument.getArgNumber(), edge::kStateAttr))
        warnUnless(quantizeInput(argument), "input", argument.getArgNumber());
    for (OpOperand &returned : terminator->getOpOperands())
      if (isFloatTensor(returned.get().getType()) &&
          !func.getResultAttr(returned.getOperandNumber(), edge::kStateAttr))
        warnUnless(quantizeOutput(returned), "output",
                   returned.getOperandNumber());
    func.setFunctionType(FunctionType::get(func.getContext(),
                                           func.getBody().getArgumentTypes(),
                                           terminator->getOperandTypes()));
  }
};
} // namespace
