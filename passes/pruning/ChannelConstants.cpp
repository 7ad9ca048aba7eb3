//===- ChannelConstants.cpp - Channels of floats that are constant --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Floats have no bounds to begin with, so that intervals say little of them.
// What a channel depends on says enough: a filter of zeros depends on nothing.
// The values come from the interpreter, which also shows where padding makes
// the elements of a channel differ.
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

#include "llvm/ADT/BitVector.h"

#include <cmath>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::pruning;
using llvm::BitVector;
using reference::Tensor;

using GetConstantsFn = llvm::function_ref<ChannelConstants(Value)>;

/// Which channels of a layer multiply everything that varies with zero.
static BitVector findFixedFilters(WeightedOpInterface op,
                                  const ChannelConstants &input) {
  const Tensor weights = *getConstantTensor(op.getWeightsOperand().get());
  int64_t outputs = weights.getDim(0);
  int64_t perRow = weights.getNumElements() / outputs;
  int64_t taken = weights.getShape().back(); // input channels per group
  int64_t perGroup = outputs / op.getWeightGroups();
  BitVector fixed(outputs, true);
  for (auto [index, weight] : llvm::enumerate(weights.getData<float>())) {
    int64_t output = int64_t(index) / perRow;
    int64_t channel = output / perGroup * taken + int64_t(index) % taken;
    if (weight != 0 && !input[channel])
      fixed.reset(unsigned(output));
  }
  return fixed;
}

/// Which channels are computed from nothing that varies.
static BitVector findFixed(Operation &op, GetConstantsFn getConstants) {
  if (auto layer = dyn_cast<WeightedOpInterface>(op))
    return findFixedFilters(layer, getConstants(layer.getDataOperand().get()));
  BitVector fixed(unsigned(countChannels(op.getResult(0))), true);
  for (OpOperand &operand : op.getOpOperands()) {
    if (operand.get().getDefiningOp<ConstantOp>())
      continue;
    SmallVector<int64_t> sources =
        cast<ChannelOpInterface>(op).getChannelSources(
            operand.getOperandNumber());
    if (sources.empty())
      return BitVector(fixed.size(), false);
    ChannelConstants constants = getConstants(operand.get());
    for (auto [channel, source] : llvm::enumerate(sources))
      if (source != -1 && !constants[source])
        fixed.reset(unsigned(channel));
  }
  return fixed;
}

/// An operand with the values that are known, and zeros.
static Tensor makeOperand(Value operand, GetConstantsFn getConstants) {
  if (std::optional<Tensor> tensor = getConstantTensor(operand))
    return *tensor;
  Tensor tensor(cast<RankedTensorType>(operand.getType()));
  ChannelConstants constants = getConstants(operand);
  for (auto [index, value] : llvm::enumerate(tensor.getData<float>()))
    value = float(constants[index % constants.size()].value_or(0.0));
  return tensor;
}

/// The value that all elements of a channel have, if it is a finite one.
static std::optional<double> getCommonValue(ArrayRef<float> values,
                                            size_t channel, size_t channels) {
  float first = values[channel];
  for (size_t i = channel; i < values.size(); i += channels)
    if (values[i] != first)
      return std::nullopt;
  return std::isfinite(first) ? std::optional<double>(first) : std::nullopt;
}

ChannelConstants pruning::inferFloatConstants(Operation &op,
                                              GetConstantsFn getConstants) {
  Value result = op.getResult(0);
  ChannelConstants found(countChannels(result));
  BitVector fixed = findFixed(op, getConstants);
  auto evaluable = dyn_cast<EvaluableOpInterface>(op);
  if (fixed.none() || !evaluable)
    return found;
  SmallVector<Tensor> operands;
  for (Value operand : op.getOperands())
    operands.push_back(makeOperand(operand, getConstants));
  Tensor computed(cast<RankedTensorType>(result.getType()));
  if (failed(evaluable.evaluate(operands, computed)))
    return found;
  ArrayRef<float> values = std::as_const(computed).getData<float>();
  for (unsigned channel : fixed.set_bits())
    found[channel] = getCommonValue(values, channel, found.size());
  return found;
}
