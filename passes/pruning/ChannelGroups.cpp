//===- ChannelGroups.cpp - Channels that go together ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Pruning/ChannelGroups.h"

#include "Channels.h"

#include <cmath>
#include <map>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using edge::ChannelOpInterface;
using edge::WeightedOpInterface;

namespace edgecc::pruning {
/// Unites channels of values that only go together. A channel of a value is a
/// slot, a number; slot 0 stands for everything that has to stay.
class GroupFinder {
public:
  explicit GroupFinder(func::FuncOp function);

  ChannelGroups finish();

private:
  void addValue(Value value);
  void visit(Operation &op);
  void visitOperand(ChannelOpInterface op, OpOperand &operand,
                    std::vector<bool> &comesFromOperand);
  void addCost(Operation &op);
  void pin(Value value);
  void pin(size_t slot) { unite(slot, 0); }

  size_t find(size_t slot) {
    while (parents[slot] != slot)
      slot = parents[slot] = parents[parents[slot]];
    return slot;
  }
  /// The smaller number stands for both, so that 0 stays what it is.
  void unite(size_t a, size_t b) {
    a = find(a);
    b = find(b);
    parents[std::max(a, b)] = std::min(a, b);
  }

  std::vector<size_t> parents{0};
  /// Values in program order, and the slot of their first channel.
  std::vector<Value> values;
  llvm::DenseMap<Value, size_t> firstSlots;
  std::vector<Operation *> layers;
  ChannelGroups result;
};
} // namespace edgecc::pruning

//===----------------------------------------------------------------------===//
// What is connected
//===----------------------------------------------------------------------===//

void GroupFinder::addValue(Value value) {
  if (!isa<RankedTensorType>(value.getType()))
    return;
  firstSlots[value] = parents.size();
  values.push_back(value);
  for (int64_t i = 0, e = countChannels(value); i != e; ++i)
    parents.push_back(parents.size());
}

void GroupFinder::pin(Value value) {
  auto found = firstSlots.find(value);
  if (found == firstSlots.end())
    return;
  for (int64_t i = 0, e = countChannels(value); i != e; ++i)
    pin(found->second + size_t(i));
}

static bool isQuantized(Value value) {
  return isa<quant::QuantizedType>(getElementTypeOrSelf(value.getType()));
}

/// Whether the pass knows what the operation does with channels.
static bool isFollowed(Operation &op) {
  if (!isa<ChannelOpInterface>(op) || isQuantized(op.getResult(0)))
    return false;
  return !isa<WeightedOpInterface>(op) || isWeightedLayer(&op);
}

void GroupFinder::visitOperand(ChannelOpInterface op, OpOperand &operand,
                               std::vector<bool> &comesFromOperand) {
  if (isSummedOver(operand))
    return;
  SmallVector<int64_t> sources =
      op.getChannelSources(operand.getOperandNumber());
  auto from = firstSlots.find(operand.get());
  if (sources.empty()) {
    pin(operand.get());
    return;
  }
  size_t to = firstSlots.find(op->getResult(0))->second;
  for (auto [channel, source] : llvm::enumerate(sources)) {
    if (source == -1)
      continue;
    comesFromOperand[channel] = true;
    // Constants have no slots: they can lose any channel.
    if (from != firstSlots.end())
      unite(to + channel, from->second + size_t(source));
  }
}

void GroupFinder::visit(Operation &op) {
  if (isa<edge::ConstantOp>(op))
    return;
  for (Value value : op.getResults())
    addValue(value);
  if (!isFollowed(op)) {
    for (Value value : op.getOperands())
      pin(value);
    for (Value value : op.getResults())
      pin(value);
    return;
  }
  Value value = op.getResult(0);
  std::vector<bool> comesFromOperand(size_t(countChannels(value)));
  for (OpOperand &operand : op.getOpOperands())
    visitOperand(cast<ChannelOpInterface>(op), operand, comesFromOperand);
  // Weights can lose rows; other operations only what operands have lost.
  bool computes = isWeightedLayer(&op) &&
                  isSummedOver(cast<WeightedOpInterface>(op).getDataOperand());
  for (auto [channel, comes] : llvm::enumerate(comesFromOperand))
    if (!computes && !comes)
      pin(firstSlots[value] + channel);
}

GroupFinder::GroupFinder(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    addValue(argument);
    pin(argument);
  }
  for (Operation &op : function.getBody().front()) {
    visit(op);
    if (isa<edge::MacCountOpInterface>(op))
      layers.push_back(&op);
  }
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

/// The layer's costs, and the values by whose channels they shrink.
void GroupFinder::addCost(Operation &op) {
  ChannelGroups::LayerCost cost;
  cost.macs = cast<edge::MacCountOpInterface>(op).getMacCount();
  if (isFollowed(op) && isWeightedLayer(&op)) {
    auto layer = cast<WeightedOpInterface>(op);
    auto count = [](OpOperand &operand) {
      return cast<RankedTensorType>(operand.get().getType()).getNumElements();
    };
    cost.weights = count(layer.getWeightsOperand());
    cost.biases = count(layer.getBiasOperand());
    cost.result = op.getResult(0);
    if (isSummedOver(layer.getDataOperand()))
      cost.input = layer.getDataOperand().get();
  }
  result.costs.push_back(cost);
}

ChannelGroups GroupFinder::finish() {
  // What each unit consists of, by its first slot: values and numbers of
  // channels. Units that consist of the same are a group.
  using Parts = std::vector<std::pair<size_t, int64_t>>;
  std::map<size_t, Parts> parts;
  for (auto [number, value] : llvm::enumerate(values))
    for (int64_t i = 0, e = countChannels(value); i != e; ++i) {
      size_t root = find(firstSlots[value] + size_t(i));
      Parts &list = parts[root];
      if (root == 0)
        continue;
      if (list.empty() || list.back().first != number)
        list.emplace_back(number, 0);
      ++list.back().second;
    }
  std::map<Parts, std::vector<size_t>> members;
  std::vector<const Parts *> order;
  for (auto &[root, list] : parts) {
    if (root == 0)
      continue;
    std::vector<size_t> &roots = members[list];
    if (roots.empty())
      order.push_back(&list);
    roots.push_back(root);
  }
  std::map<size_t, ChannelGroups::Unit> unitOfRoot;
  for (const Parts *list : order) {
    const std::vector<size_t> &roots = members[*list];
    // A tensor has at least one channel.
    if (roots.size() < 2)
      continue;
    int number = int(result.groups.size());
    for (auto [index, root] : llvm::enumerate(roots))
      unitOfRoot[root] = {number, int(index)};
    ChannelGroup &group = result.groups.emplace_back();
    group.channels = int64_t(roots.size());
    for (auto [value, count] : *list)
      if (Operation *op = values[value].getDefiningOp();
          op && isWeightedLayer(op))
        group.layers.push_back(edge::getLayerName(op));
    group.name = group.layers.front();
  }
  for (Value value : values) {
    std::vector<ChannelGroups::Unit> units;
    for (int64_t i = 0, e = countChannels(value); i != e; ++i) {
      auto found = unitOfRoot.find(find(firstSlots[value] + size_t(i)));
      units.push_back(found == unitOfRoot.end() ? ChannelGroups::Unit()
                                                : found->second);
    }
    if (llvm::any_of(units, [](auto unit) { return unit.isFree(); }))
      result.units[value] = std::move(units);
  }
  for (Operation *op : layers)
    addCost(*op);
  return std::move(result);
}

ChannelGroups ChannelGroups::find(func::FuncOp function) {
  return GroupFinder(function).finish();
}

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

std::optional<size_t> ChannelGroups::findGroup(StringRef layer) const {
  for (auto [number, group] : llvm::enumerate(groups))
    if (llvm::is_contained(group.layers, layer))
      return number;
  return std::nullopt;
}

KeptCounts ChannelGroups::getAll() const {
  KeptCounts all;
  for (const ChannelGroup &group : groups)
    all.push_back(group.channels);
  return all;
}

ArrayRef<ChannelGroups::Unit> ChannelGroups::getUnits(Value value) const {
  auto found = units.find(value);
  return found == units.end() ? ArrayRef<Unit>()
                              : ArrayRef<Unit>(found->second);
}

int64_t ChannelGroups::countKept(Value value, ArrayRef<int64_t> kept) const {
  // Each unit of a group has as many channels of the value as the others.
  int64_t fixed = 0;
  std::map<int, int64_t> channels;
  for (Unit unit : getUnits(value))
    unit.isFree() ? ++channels[unit.group] : ++fixed;
  for (auto [group, count] : channels)
    fixed += count / groups[size_t(group)].channels * kept[size_t(group)];
  return fixed;
}

double ChannelGroups::getShare(Value value, ArrayRef<int64_t> kept) const {
  if (!value || getUnits(value).empty())
    return 1.0;
  return double(countKept(value, kept)) / double(countChannels(value));
}

int64_t ChannelGroups::countMacs(ArrayRef<int64_t> kept) const {
  double macs = 0;
  for (const LayerCost &cost : costs)
    macs += double(cost.macs) * getShare(cost.result, kept) *
            getShare(cost.input, kept);
  return std::llround(macs);
}

int64_t ChannelGroups::countWeights(ArrayRef<int64_t> kept) const {
  double weights = 0;
  for (const LayerCost &cost : costs)
    weights += (double(cost.weights) * getShare(cost.input, kept) +
                double(cost.biases)) *
               getShare(cost.result, kept);
  return std::llround(weights);
}
