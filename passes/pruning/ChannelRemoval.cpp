//===- ChannelRemoval.cpp - Takes channels out of a function --------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using edge::ChannelOpInterface;
using edge::WeightedOpInterface;

bool pruning::isWeightedLayer(Operation *op) {
  auto weighted = dyn_cast<WeightedOpInterface>(op);
  return weighted && isa<ChannelOpInterface>(op) &&
         edge::getConstantTensor(weighted.getWeightsOperand().get()) &&
         edge::getConstantTensor(weighted.getBiasOperand().get());
}

bool pruning::isSummedOver(OpOperand &use) {
  if (!isWeightedLayer(use.getOwner()))
    return false;
  auto weighted = cast<WeightedOpInterface>(use.getOwner());
  return use.getOperandNumber() ==
             weighted.getDataOperand().getOperandNumber() &&
         weighted.getWeightGroups() == 1;
}

namespace {
/// Rewrites from the inputs on; `smaller` holds what values have become.
class ChannelRemover {
public:
  ChannelRemover(func::FuncOp func, KeptFn getKept, BiasFn getBias)
      : func(func), getKept(getKept), getBias(getBias),
        builder(func.getContext()) {}

  void run();

private:
  bool loses(Value value) const {
    return int64_t(getKept(value).size()) != countChannels(value);
  }
  bool isConcerned(Operation &op) const {
    auto isLess = [&](Value value) { return loses(value); };
    return isa<ChannelOpInterface>(op) &&
           (isLess(op.getResult(0)) || llvm::any_of(op.getOperands(), isLess));
  }
  void rewrite(Operation &op);
  void takeOutOfWeights(WeightedOpInterface op,
                        SmallVectorImpl<Value> &operands);

  func::FuncOp func;
  KeptFn getKept;
  BiasFn getBias;
  OpBuilder builder;
  llvm::DenseMap<Value, Value> smaller;
};
} // namespace

void ChannelRemover::takeOutOfWeights(WeightedOpInterface op,
                                      SmallVectorImpl<Value> &operands) {
  Value data = op.getDataOperand().get();
  Value weights = op.getWeightsOperand().get();
  if (op.getWeightGroups() != 1 || !loses(data))
    return;
  auto type = cast<RankedTensorType>(weights.getType());
  operands[op.getBiasOperand().getOperandNumber()] = getBias(builder, op);
  operands[op.getWeightsOperand().getOperandNumber()] =
      sliceConstant(builder, weights, type.getRank() - 1, getKept(data));
}

void ChannelRemover::rewrite(Operation &op) {
  builder.setInsertionPoint(&op);
  SmallVector<Value> operands;
  for (Value operand : op.getOperands()) {
    auto found = smaller.find(operand);
    operands.push_back(found == smaller.end() ? operand : found->second);
  }
  if (auto layer = dyn_cast<WeightedOpInterface>(op))
    takeOutOfWeights(layer, operands);
  Operation *created = cast<ChannelOpInterface>(op).createWithChannels(
      builder, operands, getKept(op.getResult(0)));
  smaller[op.getResult(0)] = created->getResult(0);
}

void ChannelRemover::run() {
  SmallVector<Operation *> old;
  for (Operation &op : func.getBody().front())
    if (isConcerned(op))
      old.push_back(&op);
  for (Operation *op : old)
    rewrite(*op);
  // What has kept all of its channels has users that are not concerned.
  for (Operation *op : llvm::reverse(old)) {
    if (!loses(op->getResult(0)))
      op->getResult(0).replaceAllUsesWith(smaller[op->getResult(0)]);
    op->erase();
  }
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isa<edge::ConstantOp>(op) && op.use_empty())
      op.erase();
}

void pruning::removeChannels(func::FuncOp func, KeptFn getKept,
                             BiasFn getBias) {
  ChannelRemover(func, getKept, getBias).run();
}
