//===- PruneConstantChannels.cpp - Channels that nothing needs ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Channels.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/IntegerParams.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/MapVector.h"

namespace edgecc {
#define GEN_PASS_DEF_PRUNECONSTANTCHANNELS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::pruning;
using edge::ChannelOpInterface;
using edge::ChannelRanges;
using edge::WeightedOpInterface;
using llvm::BitVector;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// Facts about weights
//===----------------------------------------------------------------------===//

/// Which channels of its input a layer multiplies with nothing but zeros.
static BitVector findUnread(WeightedOpInterface op) {
  int64_t channels = countChannels(op.getDataOperand().get());
  BitVector unread(channels, false);
  std::optional<Tensor> weights =
      edge::getConstantTensor(op.getWeightsOperand().get());
  if (!weights || op.getWeightGroups() != 1)
    return unread;
  unread.set();
  for (auto [index, weight] : llvm::enumerate(weights->getData<int8_t>()))
    if (weight != 0)
      unread.reset(unsigned(int64_t(index) % channels));
  return unread;
}

namespace {
//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

/// Which channels of which values can go. Starts with those that are constant
/// or not needed, then takes back what other operations hold on to, until
/// nothing changes.
class ChannelAnalysis {
public:
  explicit ChannelAnalysis(func::FuncOp func);

  /// The channels that go; none for values that are not known.
  BitVector getRemoved(Value value) const {
    auto found = removed.find(value);
    return found == removed.end() ? BitVector(countChannels(value))
                                  : found->second;
  }
  SmallVector<int64_t> getKept(Value value) const;
  /// The stored integer of a channel that is constant.
  std::optional<int32_t> getConstant(Value value, int64_t channel) const {
    edge::StoredRange range = ranges.find(value)->second[channel];
    return range.isConstant() ? std::optional<int32_t>(range.lo) : std::nullopt;
  }

private:
  void inferRanges(Operation &op);
  ChannelRanges getOperandRanges(Value operand) const;
  void findUnneeded(Operation &op);
  bool isNeeded(OpOperand &use, int64_t channel) const;
  void restrict();
  bool restrictOperand(ChannelOpInterface op, unsigned operand);
  bool restrictUse(OpOperand &use);
  bool keepOne(Value value);
  bool keepShift(Value value);

  llvm::DenseMap<Value, ChannelRanges> ranges;
  /// Candidates at first, what can go in the end.
  llvm::MapVector<Value, BitVector> removed;
  llvm::DenseMap<Operation *, BitVector> unread;
};
} // namespace

/// Whether the pass knows what the operation does with channels.
static bool isFollowed(Operation &op) {
  auto isSupported = [](Value operand) {
    return isInt8(operand.getType()) ||
           operand.getDefiningOp<edge::ConstantOp>();
  };
  if (!isa<ChannelOpInterface>(op) || !isInt8(op.getResult(0).getType()))
    return false;
  if (isa<WeightedOpInterface>(op))
    return isWeightedLayer(&op) && isInt8(op.getOperand(0).getType());
  return llvm::all_of(op.getOperands(), isSupported);
}

ChannelAnalysis::ChannelAnalysis(func::FuncOp func) {
  Block &body = func.getBody().front();
  for (Operation &op : body)
    if (isFollowed(op))
      inferRanges(op);
  for (Operation &op : llvm::reverse(body))
    if (isFollowed(op))
      findUnneeded(op);
  restrict();
}

ChannelRanges ChannelAnalysis::getOperandRanges(Value operand) const {
  auto known = ranges.find(operand);
  if (known != ranges.end())
    return known->second;
  if (!isInt8(operand.getType()))
    return {}; // a table, weights
  std::optional<Tensor> tensor = edge::getConstantTensor(operand);
  if (!tensor)
    return edge::getFullRanges(operand);
  ChannelRanges found(countChannels(operand), {INT32_MAX, INT32_MIN});
  for (auto [index, q] : llvm::enumerate(tensor->getData<int8_t>())) {
    edge::StoredRange &range = found[index % found.size()];
    range = {std::min<int32_t>(range.lo, q), std::max<int32_t>(range.hi, q)};
  }
  return found;
}

void ChannelAnalysis::inferRanges(Operation &op) {
  SmallVector<ChannelRanges> operands;
  for (Value operand : op.getOperands())
    operands.push_back(getOperandRanges(operand));
  Value result = op.getResult(0);
  ChannelRanges found =
      cast<ChannelOpInterface>(op).inferChannelRanges(operands);
  BitVector constant(found.size());
  for (auto [channel, range] : llvm::enumerate(found))
    if (range.isConstant())
      constant.set(channel);
  ranges[result] = std::move(found);
  removed[result] = std::move(constant);
}

/// Whether anything depends on a channel through one of the value's uses.
bool ChannelAnalysis::isNeeded(OpOperand &use, int64_t channel) const {
  Operation *user = use.getOwner();
  if (isSummedOver(use))
    return !unread.find(user)->second.test(channel);
  if (!isFollowed(*user))
    return true;
  SmallVector<int64_t> sources =
      cast<ChannelOpInterface>(user).getChannelSources(use.getOperandNumber());
  if (sources.empty())
    return true;
  const BitVector &free = removed.find(user->getResult(0))->second;
  for (auto [index, source] : llvm::enumerate(sources))
    if (source == channel && !free.test(index))
      return true;
  return false;
}

/// Users come first, so that what they do not need is known.
void ChannelAnalysis::findUnneeded(Operation &op) {
  if (isWeightedLayer(&op))
    unread[&op] = findUnread(cast<WeightedOpInterface>(op));
  Value result = op.getResult(0);
  BitVector &free = removed[result];
  for (int64_t channel = 0, e = countChannels(result); channel != e; ++channel)
    if (!free.test(channel) &&
        llvm::none_of(result.getUses(),
                      [&](OpOperand &use) { return isNeeded(use, channel); }))
      free.set(channel);
}

//===----------------------------------------------------------------------===//
// What has to stay
//===----------------------------------------------------------------------===//

/// Channels of operand and result that are one go together.
bool ChannelAnalysis::restrictOperand(ChannelOpInterface op, unsigned operand) {
  Value input = op->getOperand(operand);
  if (input.getDefiningOp<edge::ConstantOp>())
    return false;
  BitVector &out = removed[op->getResult(0)];
  auto known = removed.find(input);
  bool changed = false;
  SmallVector<int64_t> sources = op.getChannelSources(operand);
  for (auto [channel, source] : llvm::enumerate(sources)) {
    if (source == -1)
      continue;
    bool inGoes = known != removed.end() && known->second.test(source);
    if (inGoes == out.test(channel))
      continue;
    out.reset(channel);
    if (inGoes)
      known->second.reset(source);
    changed = true;
  }
  return changed;
}

/// What a user cannot do without stays.
bool ChannelAnalysis::restrictUse(OpOperand &use) {
  BitVector &going = removed[use.get()];
  Operation *user = use.getOwner();
  if (!isSummedOver(use)) {
    bool follows =
        isFollowed(*user) && !cast<ChannelOpInterface>(user)
                                  .getChannelSources(use.getOperandNumber())
                                  .empty();
    if (follows || going.none())
      return false;
    going.reset();
    return true;
  }
  // A constant that is not zero differs from what lies in the padding.
  auto layer = cast<WeightedOpInterface>(user);
  if (!layer.padsWithZeros())
    return false;
  int64_t zero = edge::getUniformType(use.get().getType()).getZeroPoint();
  bool changed = false;
  for (unsigned channel : going.set_bits()) {
    if (unread.find(user)->second.test(channel) ||
        getConstant(use.get(), channel) == int32_t(zero))
      continue;
    going.reset(channel);
    changed = true;
  }
  return changed;
}

/// A tensor has at least one channel.
bool ChannelAnalysis::keepOne(Value value) {
  BitVector &going = removed[value];
  if (!going.all() || going.empty())
    return false;
  going.reset(0);
  return true;
}

/// The channels of a layer share the shift by which they requantize, which
/// follows from the largest factor; that one has to stay where the others would
/// get another shift without it.
bool ChannelAnalysis::keepShift(Value value) {
  Operation *op = value.getDefiningOp();
  if (!isa<WeightedOpInterface>(op) || removed[value].none())
    return false;
  auto layer = cast<WeightedOpInterface>(op);
  integer::Requantization all = integer::getWeightedRequantization(
      cast<RankedTensorType>(layer.getDataOperand().get().getType()),
      cast<RankedTensorType>(layer.getWeightsOperand().get().getType()),
      cast<RankedTensorType>(value.getType()));
  // A multiplier of 30 bits or less would have had a smaller shift.
  auto decides = [&](int64_t channel) {
    return all.shift == 0 || all.multipliers[channel] > (1 << 30) - 1;
  };
  if (llvm::any_of(getKept(value), decides))
    return false;
  for (unsigned channel : removed[value].set_bits())
    if (decides(channel)) {
      removed[value].reset(channel);
      return true;
    }
  return false;
}

void ChannelAnalysis::restrict() {
  SmallVector<Value> values(llvm::make_first_range(removed));
  for (bool changed = true; changed;) {
    changed = false;
    for (Value value : values) {
      auto op = cast<ChannelOpInterface>(value.getDefiningOp());
      for (unsigned operand = 0; operand != op->getNumOperands(); ++operand)
        changed |= restrictOperand(op, operand);
      for (OpOperand &use : value.getUses())
        changed |= restrictUse(use);
      changed |= keepOne(value);
      changed |= keepShift(value);
    }
  }
}

SmallVector<int64_t> ChannelAnalysis::getKept(Value value) const {
  BitVector going = getRemoved(value);
  SmallVector<int64_t> kept;
  for (unsigned channel = 0; channel != going.size(); ++channel)
    if (!going.test(channel))
      kept.push_back(channel);
  return kept;
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

/// The bias, with what the channels that go add to each sum.
static Value addConstantShare(OpBuilder &builder, WeightedOpInterface op,
                              const ChannelAnalysis &analysis) {
  Value data = op.getDataOperand().get();
  Value bias = op.getBiasOperand().get();
  Tensor weights = *edge::getConstantTensor(op.getWeightsOperand().get());
  Tensor sums = *edge::getConstantTensor(bias);
  BitVector going = analysis.getRemoved(data);
  auto zero = int32_t(edge::getUniformType(data.getType()).getZeroPoint());
  size_t channels = going.size();
  ArrayRef<int8_t> values = std::as_const(weights).getData<int8_t>();
  size_t perRow = values.size() / sums.getNumElements();
  MutableArrayRef<int32_t> shares = sums.getData<int32_t>();
  for (auto [index, weight] : llvm::enumerate(values))
    if (weight != 0 && going.test(index % channels))
      shares[index / perRow] +=
          weight * (*analysis.getConstant(data, index % channels) - zero);
  return pruning::createConstant(builder, bias.getLoc(), sums);
}

namespace {
struct PruneConstantChannels
    : edgecc::impl::PruneConstantChannelsBase<PruneConstantChannels> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    ChannelAnalysis analysis(func);
    removeChannels(
        func, [&](Value value) { return analysis.getKept(value); },
        [&](OpBuilder &builder, WeightedOpInterface op) {
          return addConstantShare(builder, op, analysis);
        });
  }
};
} // namespace
