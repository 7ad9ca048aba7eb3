//===- BatchExecution.cpp - All samples, one operation at a time ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BatchExecution.h"

#include "edgecc/Dialect/Edge/Edge.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using reference::Tensor;

using LastUses = llvm::DenseMap<Operation *, SmallVector<Value>>;

/// What dies with each operation.
static LastUses findLastUses(func::FuncOp function) {
  LastUses lastUses;
  llvm::DenseSet<Value> seen;
  for (Operation &op : llvm::reverse(function.getBody().front())) {
    for (Value value : llvm::concat<Value>(SmallVector<Value>(op.getOperands()),
                                           SmallVector<Value>(op.getResults())))
      if (!value.getDefiningOp<edge::ConstantOp>() && seen.insert(value).second)
        lastUses[&op].push_back(value);
  }
  return lastUses;
}

static size_t getBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return size_t(type.getNumElements()) *
         reference::getElementBytes(type.getElementType());
}

SmallVector<Operation *> pruning::getSteps(func::FuncOp function) {
  SmallVector<Operation *> steps;
  for (Operation &op : function.getBody().front().without_terminator())
    if (!isa<edge::ConstantOp>(op))
      steps.push_back(&op);
  return steps;
}

std::vector<std::vector<Tensor>> pruning::chooseSamples(func::FuncOp function,
                                                        SampleList samples,
                                                        size_t most,
                                                        size_t memory) {
  LastUses lastUses = findLastUses(function);
  size_t live = 0, peak = 1;
  for (Value argument : function.getArguments())
    live += getBytes(argument);
  for (Operation *op : getSteps(function)) {
    for (Value result : op->getResults())
      live += getBytes(result);
    peak = std::max(peak, live);
    for (Value value : lastUses[op])
      live -= getBytes(value);
  }
  size_t count =
      std::min({samples.size(), most, std::max<size_t>(1, memory / peak)});
  std::vector<std::vector<Tensor>> chosen;
  for (size_t i = 0; i != count; ++i)
    chosen.push_back(samples[i * samples.size() / count]);
  return chosen;
}

BatchExecution::BatchExecution(func::FuncOp function, SampleList samples)
    : numSamples(samples.size()), lastUses(findLastUses(function)) {
  for (BlockArgument argument : function.getArguments())
    for (const std::vector<Tensor> &sample : samples)
      values[argument].push_back(sample[argument.getArgNumber()]);
}

const Column *BatchExecution::find(Value value) const {
  auto found = values.find(value);
  return found == values.end() ? nullptr : &found->second;
}

LogicalResult BatchExecution::run(Operation *op) {
  llvm::DenseMap<Value, Tensor> constants;
  for (Value operand : op->getOperands())
    if (std::optional<Tensor> constant = edge::getConstantTensor(operand))
      constants[operand] = std::move(*constant);
  std::vector<Column> computed(op->getNumResults());
  for (size_t sample = 0; sample != numSamples; ++sample) {
    SmallVector<Tensor> operands, results;
    for (Value operand : op->getOperands()) {
      auto constant = constants.find(operand);
      operands.push_back(constant != constants.end()
                             ? constant->second
                             : values.find(operand)->second[sample]);
    }
    for (Type type : op->getResultTypes())
      results.emplace_back(cast<RankedTensorType>(type));
    if (failed(
            cast<edge::EvaluableOpInterface>(op).evaluate(operands, results)))
      return failure();
    for (auto [column, result] : llvm::zip_equal(computed, results))
      column.push_back(std::move(result));
  }
  set(op, std::move(computed));
  return success();
}

void BatchExecution::set(Operation *op, std::vector<Column> results) {
  for (auto [value, column] : llvm::zip_equal(op->getResults(), results))
    values[value] = std::move(column);
}

Column BatchExecution::take(Value value) {
  Column column = std::move(values[value]);
  values.erase(value);
  return column;
}

void BatchExecution::release(Operation *op) {
  for (Value value : lastUses[op])
    values.erase(value);
}
