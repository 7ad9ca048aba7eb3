//===- StreamRows.cpp - Which layers to compute row by row ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Passes/Passes.h"
#include "edgecc/Passes/RowSchedule.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace edgecc {
#define GEN_PASS_DEF_STREAMROWS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;

namespace {

/// Operations [first, last] of a program, row by row.
struct Group {
  size_t first, last;
  RowSchedule schedule;
  int64_t macs = 0;

  bool contains(size_t op) const { return first <= op && op <= last; }
  bool touches(const Group &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// What memory a program needs, roughly: the kernels decide on scratch, and on
/// how far results may cover operands.
class ArenaEstimate {
public:
  ArenaEstimate(func::FuncOp function, int64_t alignment)
      : alignment(alignment) {
    for (Operation &op : function.front().without_terminator())
      if (!isa<edge::ConstantOp, edge::ReshapeOp>(op))
        ops.push_back(&op);
    for (auto [index, op] : llvm::enumerate(ops)) {
      for (Value operand : op->getOperands())
        if (auto found = tensors.find(getSource(operand));
            found != tensors.end())
          found->second.last = index;
      for (Value result : op->getResults())
        tensors[result] = {index, index};
    }
    // What is returned lies outside the arena.
    for (Value returned : function.front().getTerminator()->getOperands())
      tensors.erase(getSource(returned));
  }

  ArrayRef<Operation *> getOps() const { return ops; }

  /// The step with the most bytes, and these.
  std::pair<size_t, int64_t> findPeak(ArrayRef<Group> groups) const {
    std::pair<size_t, int64_t> peak{0, 0};
    for (size_t step = 0; step != ops.size(); ++step)
      if (int64_t bytes = countBytes(step, groups); bytes > peak.second)
        peak = {step, bytes};
    return peak;
  }

private:
  struct Life {
    size_t first, last;
  };

  static Value getSource(Value value) {
    while (auto reshape = value.getDefiningOp<edge::ReshapeOp>())
      value = reshape.getInput();
    return value;
  }

  int64_t getBytes(Value value) const {
    auto type = cast<RankedTensorType>(value.getType());
    return int64_t(llvm::alignTo(
        uint64_t(type.getNumElements() *
                 int64_t(reference::getElementBytes(type.getElementType()))),
        uint64_t(alignment)));
  }

  /// All steps of a group are the same step.
  int64_t countBytes(size_t step, ArrayRef<Group> groups) const {
    const Group *group = nullptr;
    for (const Group &candidate : groups)
      if (candidate.contains(step))
        group = &candidate;
    size_t first = group ? group->first : step,
           last = group ? group->last : step;
    int64_t bytes = group ? group->schedule.getBufferBytes(alignment) : 0;
    int64_t dying = 0;
    for (auto &[value, life] : tensors) {
      bool isInside = false, isBorn = false;
      for (const Group &other : groups)
        isInside |= life.first >= other.first && life.last <= other.last &&
                    value != other.schedule.getResult();
      if (isInside || life.first > last || life.last < first)
        continue;
      bytes += getBytes(value);
      isBorn = life.first >= first;
      if (!isBorn && life.last <= last)
        dying = std::max(dying, getBytes(value));
    }
    Operation *op = ops[last];
    if (dying == 0 || !isa<edge::RowwiseOpInterface>(op) ||
        !tensors.contains(op->getResult(0)))
      return bytes;
    return bytes - std::min(dying, getBytes(op->getResult(0)));
  }

  int64_t alignment;
  SmallVector<Operation *> ops;
  llvm::MapVector<Value, Life> tensors;
};

struct StreamRows : edgecc::impl::StreamRowsBase<StreamRows> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function.getBody().hasOneBlock())
      return;
    ArenaEstimate estimate(function, alignment);
    std::vector<Group> groups;
    std::optional<std::vector<Group>> candidates;
    auto peak = estimate.findPeak(groups);
    while (peak.second > arena) {
      if (!candidates)
        candidates = findGroups(estimate.getOps());
      std::vector<Group> best =
          improve(estimate, groups, *candidates, peak.first);
      auto lower = estimate.findPeak(best);
      if (lower.second >= peak.second)
        break;
      groups = std::move(best);
      peak = lower;
    }
    Builder builder(function.getContext());
    for (auto [number, group] : llvm::enumerate(groups))
      for (size_t i = group.first; i <= group.last; ++i)
        estimate.getOps()[i]->setAttr(
            edge::kStreamAttr, builder.getI64IntegerAttr(int64_t(number)));
  }

  /// All groups that can be computed row by row.
  static std::vector<Group> findGroups(ArrayRef<Operation *> ops) {
    std::vector<Group> groups;
    std::string reason;
    for (size_t first = 0; first != ops.size(); ++first) {
      int64_t macs = getMacs(ops[first]);
      for (size_t last = first + 1; last < ops.size(); ++last) {
        if (!isa<edge::RowwiseOpInterface>(ops[last]))
          break;
        macs += getMacs(ops[last]);
        if (auto schedule =
                RowSchedule::create(ops.slice(first, last - first + 1), reason))
          groups.push_back({first, last, std::move(*schedule), macs});
      }
    }
    return groups;
  }

  static int64_t getMacs(Operation *op) {
    auto counted = dyn_cast<edge::MacCountOpInterface>(op);
    return counted ? counted.getMacCount() : 0;
  }

  /// The groups with one more that relieves the step `peak`, which may take the
  /// place of others.
  std::vector<Group> improve(const ArenaEstimate &estimate,
                             ArrayRef<Group> groups, ArrayRef<Group> candidates,
                             size_t peak) {
    std::vector<Group> best(groups.begin(), groups.end());
    std::optional<std::pair<int64_t, int64_t>> bestKey;
    for (const Group &candidate : candidates) {
      // What is alive at the peak may be computed by the operation before.
      if (candidate.first > peak || candidate.last + 1 < peak)
        continue;
      std::vector<Group> changed{candidate};
      int64_t macs = candidate.macs;
      for (const Group &other : groups)
        if (!candidate.touches(other)) {
          changed.push_back(other);
          macs += other.macs;
        }
      llvm::sort(changed, [](const Group &a, const Group &b) {
        return a.first < b.first;
      });
      int64_t bytes = estimate.findPeak(changed).second;
      // Below the limit all are equal.
      std::pair<int64_t, int64_t> key{std::max<int64_t>(bytes, arena), macs};
      if (!bestKey || key < *bestKey) {
        bestKey = key;
        best = std::move(changed);
      }
    }
    return best;
  }
};

} // namespace
