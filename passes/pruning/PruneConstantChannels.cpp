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
template <typename T>
static BitVector findZeroColumns(const Tensor &weights, int64_t channels) {
  BitVector unread(channels, true);
  for (auto [index, weight] : llvm::enumerate(weights.getData<T>()))
    if (weight != 0)
      unread.reset(unsigned(int64_t(index) % channels));
  return unread;
}

static BitVector findUnread(WeightedOpInterface op) {
  int64_t channels = countChannels(op.getDataOperand().get());
  std::optional<Tensor> weights =
      edge::getConstantTensor(op.getWeightsOperand().get());
  if (!weights || op.getWeightGroups() != 1)
    return BitVector(channels, false);
  return isFloat(weights->getType())
             ? findZeroColumns<float>(*weights, channels)
             : findZeroColumns<int8_t>(*weights, channels);
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
  /// A few channels stay where they fill up vectors of so many.
  ChannelAnalysis(func::FuncOp func, int64_t vector);

  /// The channels that go; none for values that are not known.
  BitVector getRemoved(Value value) const {
    auto found = removed.find(value);
    return found == removed.end() ? BitVector(countChannels(value))
                                  : found->second;
  }
  SmallVector<int64_t> getKept(Value value) const;
  /// The value of a channel that is constant: the stored one, for integers.
  std::optional<double> getConstant(Value value, int64_t channel) const {
    return constants.find(value)->second[channel];
  }

private:
  void inferConstants(Operation &op);
  ChannelRanges inferRanges(Operation &op);
  ChannelRanges getOperandRanges(Value operand) const;
  void findUnneeded(Operation &op);
  bool isNeeded(OpOperand &use, int64_t channel) const;
  bool isUnread(Operation *layer, int64_t channel) const {
    return unread.find(layer)->second.test(channel);
  }
  void restrict();
  bool restrictOperand(ChannelOpInterface op, unsigned operand);
  bool restrictUse(OpOperand &use);
  bool keepFromConstants(ChannelOpInterface op);
  bool keepOne(Value value);
  bool keepShift(Value value);
  bool fillVector(Value value, int64_t vector);

  llvm::DenseMap<Value, ChannelRanges> ranges; // of integers
  llvm::DenseMap<Value, ChannelConstants> constants;
  /// Candidates at first, what can go in the end.
  llvm::MapVector<Value, BitVector> removed;
  llvm::DenseMap<Operation *, BitVector> unread;
};
} // namespace

/// Whether the pass knows what the operation does with channels.
static bool isFollowed(Operation &op) {
  if (!isa<ChannelOpInterface>(op))
    return false;
  auto computesIn = [&](auto isKnown) {
    auto isSupported = [&](Value operand) {
      return isKnown(operand.getType()) ||
             operand.getDefiningOp<edge::ConstantOp>();
    };
    return isKnown(op.getResult(0).getType()) &&
           llvm::all_of(op.getOperands(), isSupported);
  };
  if (isa<WeightedOpInterface>(op) && !isWeightedLayer(&op))
    return false;
  return computesIn(isInt8) || computesIn(isFloat);
}

/// Whether the use is the input of a layer that sums over all channels, and
/// that can take up what they add.
static bool isFoldedInto(OpOperand &use) {
  return isSummedOver(use) && isFollowed(*use.getOwner());
}

ChannelAnalysis::ChannelAnalysis(func::FuncOp func, int64_t vector) {
  Block &body = func.getBody().front();
  for (Operation &op : body)
    if (isFollowed(op))
      inferConstants(op);
  for (Operation &op : llvm::reverse(body))
    if (isFollowed(op))
      findUnneeded(op);
  restrict();
  for (Value value : llvm::make_first_range(removed))
    if (fillVector(value, vector))
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

ChannelRanges ChannelAnalysis::inferRanges(Operation &op) {
  SmallVector<ChannelRanges> operands;
  for (Value operand : op.getOperands())
    operands.push_back(getOperandRanges(operand));
  return cast<ChannelOpInterface>(op).inferChannelRanges(operands);
}

void ChannelAnalysis::inferConstants(Operation &op) {
  Value result = op.getResult(0);
  ChannelConstants found(countChannels(result));
  if (isFloat(result.getType())) {
    found = inferFloatConstants(op, [&](Value operand) {
      auto known = constants.find(operand);
      return known == constants.end() ? ChannelConstants(countChannels(operand))
                                      : known->second;
    });
  } else {
    ranges[result] = inferRanges(op);
    for (auto [constant, range] : llvm::zip_equal(found, ranges[result]))
      if (range.isConstant())
        constant = range.lo;
  }
  BitVector &going = removed[result];
  for (const std::optional<double> &constant : found)
    going.push_back(constant.has_value());
  constants[result] = std::move(found);
}

/// Whether anything depends on a channel through one of the value's uses.
bool ChannelAnalysis::isNeeded(OpOperand &use, int64_t channel) const {
  Operation *user = use.getOwner();
  if (isFoldedInto(use))
    return !isUnread(user, channel);
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

/// What stands for the number zero.
static int64_t getZero(Type type) {
  return isFloat(type) ? 0 : edge::getUniformType(type).getZeroPoint();
}

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
  if (!isFoldedInto(use)) {
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
  int64_t zero = getZero(use.get().getType());
  bool changed = false;
  for (unsigned channel : going.set_bits()) {
    if (isUnread(user, channel) || getConstant(use.get(), channel) == zero)
      continue;
    going.reset(channel);
    changed = true;
  }
  return changed;
}

/// What comes from a constant only, which a concatenation takes as a whole,
/// stays.
bool ChannelAnalysis::keepFromConstants(ChannelOpInterface op) {
  BitVector &going = removed[op->getResult(0)];
  if (isa<WeightedOpInterface>(op.getOperation()) || going.none())
    return false;
  BitVector computed(going.size());
  for (OpOperand &operand : op->getOpOperands())
    if (!operand.get().getDefiningOp<edge::ConstantOp>())
      for (auto [channel, source] :
           llvm::enumerate(op.getChannelSources(operand.getOperandNumber())))
        if (source != -1)
          computed.set(channel);
  computed &= going;
  bool changed = computed != going;
  going = computed;
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
  if (!isa<WeightedOpInterface>(op) || isFloat(value.getType()) ||
      removed[value].none())
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
      changed |= keepFromConstants(op);
      for (unsigned operand = 0; operand != op->getNumOperands(); ++operand)
        changed |= restrictOperand(op, operand);
      for (OpOperand &use : value.getUses())
        changed |= restrictUse(use);
      changed |= keepOne(value);
      changed |= keepShift(value);
    }
  }
}

/// Kernels take a part of a vector for as long as a whole one, and longer to
/// store it. What users read is more, but hardly for a few channels.
bool ChannelAnalysis::fillVector(Value value, int64_t vector) {
  BitVector &going = removed[value];
  int64_t channels = going.size(), kept = channels - going.count();
  int64_t missing = int64_t(llvm::alignTo(kept, vector)) - kept;
  if (missing == 0 || missing > vector / 4 || kept + missing > channels)
    return false;
  for (; missing > 0; --missing)
    going.reset(unsigned(going.find_first()));
  return true;
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

/// The bias, with what the channels that go add to each sum; `T` are weights,
/// `Sum` what they are summed up in.
template <typename T, typename Sum>
static Value addConstantShare(OpBuilder &builder, WeightedOpInterface op,
                              const ChannelAnalysis &analysis) {
  using Wide = std::conditional_t<std::is_integral_v<Sum>, int64_t, double>;
  Value data = op.getDataOperand().get();
  Value bias = op.getBiasOperand().get();
  const Tensor weights = *edge::getConstantTensor(op.getWeightsOperand().get());
  Tensor sums = *edge::getConstantTensor(bias);
  BitVector going = analysis.getRemoved(data);
  auto zero = double(getZero(data.getType()));
  size_t channels = going.size();
  ArrayRef<T> values = weights.getData<T>();
  size_t perRow = values.size() / sums.getNumElements();
  for (auto [row, sum] : llvm::enumerate(sums.getData<Sum>())) {
    Wide total = sum;
    for (auto [index, weight] :
         llvm::enumerate(values.slice(row * perRow, perRow)))
      if (weight != 0 && going.test(index % channels))
        total += Wide(weight) *
                 Wide(*analysis.getConstant(data, index % channels) - zero);
    sum = Sum(total);
  }
  return pruning::createConstant(builder, bias.getLoc(), sums);
}

namespace {
struct PruneConstantChannels
    : edgecc::impl::PruneConstantChannelsBase<PruneConstantChannels> {
  using PruneConstantChannelsBase::PruneConstantChannelsBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    if (vector < 1) {
      func.emitError("edge-prune-constant-channels: vector must be at least 1");
      return signalPassFailure();
    }
    ChannelAnalysis analysis(func, vector);
    removeChannels(
        func, [&](Value value) { return analysis.getKept(value); },
        [&](OpBuilder &builder, WeightedOpInterface op) {
          return isFloat(op.getDataOperand().get().getType())
                     ? addConstantShare<float, float>(builder, op, analysis)
                     : addConstantShare<int8_t, int32_t>(builder, op, analysis);
        });
  }
};
} // namespace
