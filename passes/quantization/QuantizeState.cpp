//===- QuantizeState.cpp - State that stays in integers -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/State.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/IntegerParams.h"

namespace edgecc {
#define GEN_PASS_DEF_EDGEQUANTIZESTATE
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;

/// What a value is used as, if that is one integer type.
static quant::UniformQuantizedType getUsedType(Value value) {
  quant::UniformQuantizedType found;
  for (Operation *user : value.getUsers()) {
    auto quantize = dyn_cast<edge::QuantizeOp>(user);
    if (!quantize)
      return {};
    auto type = edge::getUniformType(quantize.getType());
    if (found && found != type)
      return {};
    found = type;
  }
  return found;
}

/// Why a state cannot stay in the type that it is computed in, or nothing.
static StringRef findObstacle(BlockArgument before, OpOperand &after) {
  auto real = after.get().getDefiningOp<edge::DequantizeOp>();
  if (!real)
    return "it is computed in float";
  if (getUsedType(before) != edge::getUniformType(real.getInput().getType()))
    return "what takes it does so in another type";
  return {};
}

/// Before the first run a state is `edge.initial`, or else zero, all bits: what
/// it is in integers has to be said where there is a zero point.
static void quantizeInitial(func::FuncOp func, unsigned argument,
                            RankedTensorType type) {
  std::optional<reference::Tensor> real = edge::getInitialState(func, argument);
  quant::UniformQuantizedType quantized = edge::getUniformType(type);
  if (!real && quantized.getZeroPoint() == 0)
    return;
  reference::Tensor zero(
      cast<RankedTensorType>(func.getArgumentTypes()[argument]));
  const reference::Tensor &values = real ? *real : zero;
  reference::Tensor stored(type);
  auto fill = [&](auto out) {
    for (auto [target, value] : llvm::zip_equal(out, values.getData<float>()))
      target = std::remove_reference_t<decltype(target)>(
          integer::getStoredValue(value, quantized));
  };
  if (integer::isWide(quantized))
    fill(stored.getData<int16_t>());
  else
    fill(stored.getData<int8_t>());
  func.setArgAttr(argument, edge::kInitialAttr, stored.toAttr());
}

static void quantizeState(func::FuncOp func, BlockArgument before,
                          OpOperand &after) {
  auto real = after.get().getDefiningOp<edge::DequantizeOp>();
  quantizeInitial(func, before.getArgNumber(),
                  cast<RankedTensorType>(real.getInput().getType()));
  before.setType(real.getInput().getType());
  for (Operation *user : llvm::make_early_inc_range(before.getUsers())) {
    user->getResult(0).replaceAllUsesWith(before);
    user->erase();
  }
  after.set(real.getInput());
  if (real.use_empty())
    real->erase();
}

/// The argument that a state is before a run, or null.
static BlockArgument findArgument(func::FuncOp func, Attribute state) {
  for (BlockArgument argument : func.getArguments())
    if (func.getArgAttr(argument.getArgNumber(), edge::kStateAttr) == state)
      return argument;
  return {};
}

namespace {
struct EdgeQuantizeState
    : edgecc::impl::EdgeQuantizeStateBase<EdgeQuantizeState> {
  using EdgeQuantizeStateBase::EdgeQuantizeStateBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    Operation *terminator = func.getBody().front().getTerminator();
    for (OpOperand &after : terminator->getOpOperands()) {
      Attribute state =
          func.getResultAttr(after.getOperandNumber(), edge::kStateAttr);
      BlockArgument before = state ? findArgument(func, state) : nullptr;
      if (!before || !getElementTypeOrSelf(before.getType()).isF32())
        continue;
      if (StringRef obstacle = findObstacle(before, after); !obstacle.empty())
        func.emitRemark() << "state " << before.getArgNumber()
                          << " stays in float: " << obstacle;
      else
        quantizeState(func, before, after);
    }
    func.setFunctionType(FunctionType::get(func.getContext(),
                                           func.getBody().getArgumentTypes(),
                                           terminator->getOperandTypes()));
  }
};
} // namespace
