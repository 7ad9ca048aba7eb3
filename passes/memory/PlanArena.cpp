//===- PlanArena.cpp - Gives every buffer its place in one arena ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Passes/OffsetSearch.h"
#include "edgecc/Passes/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace edgecc {
#define GEN_PASS_DEF_PLANARENA
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::kern;

namespace {

/// The buffer in the arena that a value leads back to, or null. State has its
/// place already.
BufferOp getArenaBuffer(Value value) {
  auto buffer = getRoot(value).getDefiningOp<BufferOp>();
  return buffer && !buffer.getState() ? buffer : BufferOp();
}

/// The steps of a loop over rows.
struct StreamSteps {
  StreamOp stream;
  int64_t first = 0, last = 0;
};

/// All calls in order, each one step: those of a loop as if it ran once.
SmallVector<std::pair<CallOp, int64_t>> getCalls(func::FuncOp program) {
  SmallVector<std::pair<CallOp, int64_t>> calls;
  program.walk(
      [&](CallOp call) { calls.emplace_back(call, int64_t(calls.size())); });
  return calls;
}

/// Buffers that share one place: a buffer, and those that take it over.
struct Group {
  SmallVector<BufferOp, 1> buffers;
  LiveBuffer live;
};

/// The live ranges of all buffers, in steps of operations.
class LiveRanges {
public:
  explicit LiveRanges(func::FuncOp program) {
    SmallVector<std::pair<CallOp, int64_t>> calls = getCalls(program);
    for (auto [call, step] : calls)
      if (auto stream = call->getParentOfType<StreamOp>()) {
        auto [entry, isNew] = streams.try_emplace(stream);
        if (isNew)
          entry->second = {stream, step, step};
        entry->second.last = step;
      }
    for (auto [call, step] : calls)
      for (Value operand : call->getOperands())
        extend(operand, call, step);
    // A buffer that nothing touches still needs an address.
    program.walk([&](BufferOp buffer) {
      if (!buffer.getState() && !groups.count(buffer))
        extend(buffer, buffer, int64_t(calls.size()));
    });
  }

  /// Merges the output of each call into an input that it may overwrite.
  void shareInplace(func::FuncOp program) {
    for (auto [call, step] : getCalls(program))
      if (call.getOutputs().size() == 1)
        shareOutput(call, step);
  }

  /// Outputs that may cover an input that dies, between groups by number.
  SmallVector<BufferOverlap> findOverlaps(func::FuncOp program,
                                          ArrayRef<Group *> numbered) {
    SmallVector<BufferOverlap> overlaps;
    for (auto [call, step] : getCalls(program))
      if (call.getOutputs().size() == 1)
        addOverlaps(call, step, numbered, overlaps);
    for (auto &[op, steps] : streams)
      addStreamOverlap(steps, numbered, overlaps);
    return overlaps;
  }

  SmallVector<Group *> getGroups() {
    SmallVector<Group *> result;
    for (auto &[value, group] : groups)
      if (!group.buffers.empty())
        result.push_back(&group);
    return result;
  }

private:
  /// What lies outside a loop that uses it is needed all through the loop.
  void extend(Value operand, Operation *user, int64_t step) {
    BufferOp buffer = getArenaBuffer(operand);
    if (!buffer)
      return;
    int64_t first = step, last = step;
    auto stream = user->getParentOfType<StreamOp>();
    if (stream && !stream->isProperAncestor(buffer)) {
      first = streams[stream].first;
      last = streams[stream].last;
    }
    auto [entry, isNew] = groups.try_emplace(buffer);
    Group &group = entry->second;
    if (isNew) {
      group.buffers.push_back(buffer);
      group.live = {getByteSize(cast<MemRefType>(buffer.getType())), first,
                    last};
    }
    group.live.last = std::max(group.live.last, last);
  }

  size_t numberOf(Value buffer, ArrayRef<Group *> numbered) {
    return size_t(llvm::find(numbered, &groups[buffer]) - numbered.begin());
  }

  /// The result of a loop may cover a source that dies with it.
  void addStreamOverlap(const StreamSteps &steps, ArrayRef<Group *> numbered,
                        SmallVectorImpl<BufferOverlap> &overlaps) {
    StreamOp stream = steps.stream;
    if (!stream.getSource() || !stream.getResult())
      return;
    Value source = getRoot(stream.getSource());
    Value result = getRoot(stream.getResult());
    if (!getArenaBuffer(source) || !getArenaBuffer(result))
      return;
    source = find(source);
    if (find(result) == result && source != result &&
        groups[result].live.first == steps.first &&
        groups[source].live.last == steps.last)
      overlaps.push_back({numberOf(source, numbered),
                          numberOf(result, numbered),
                          int64_t(stream.getDistance())});
  }

  /// The key of the group that a buffer belongs to now.
  Value find(Value buffer) {
    while (Value parent = mergedInto.lookup(buffer))
      buffer = parent;
    return buffer;
  }

  void shareOutput(CallOp call, int64_t step) {
    Value output = getRoot(call.getOutputs().front());
    if (!getArenaBuffer(output))
      return;
    Value target = find(output);
    if (target != output || groups[target].live.first != step)
      return; // written before, by another call
    for (int64_t index : call.getInplace()) {
      Value input = getRoot(call.getInputs()[index]);
      if (!getArenaBuffer(input))
        continue;
      Value source = find(input);
      if (source == target || groups[source].live.last != step ||
          isReadElsewhere(call, index, source))
        continue;
      Group &from = groups[target], &into = groups[source];
      // The rest of a larger one is of use to others: see findOverlaps.
      if (from.live.bytes < into.live.bytes)
        continue;
      into.buffers.append(from.buffers);
      into.live.bytes = std::max(into.live.bytes, from.live.bytes);
      into.live.last = from.live.last;
      from.buffers.clear();
      mergedInto[target] = source;
      return;
    }
  }

  void addOverlaps(CallOp call, int64_t step, ArrayRef<Group *> numbered,
                   SmallVectorImpl<BufferOverlap> &overlaps) {
    Value output = getRoot(call.getOutputs().front());
    if (!getArenaBuffer(output) || find(output) != output ||
        groups[output].live.first != step)
      return; // written before, by another call
    auto add = [&](int64_t index, int64_t distance, bool sameOffset) {
      Value input = getRoot(call.getInputs()[index]);
      if (!getArenaBuffer(input))
        return;
      Value source = find(input);
      bool readTwice = sameOffset ? isReadElsewhere(call, index, source)
                                  : countReads(call, source) != 1;
      if (source != output && groups[source].live.last == step && !readTwice)
        overlaps.push_back({numberOf(source, numbered),
                            numberOf(output, numbered), distance, sameOffset});
    };
    for (int64_t index : call.getInplace())
      add(index, 0, /*sameOffset=*/true);
    ArrayRef<int64_t> pairs = call.getOverlap();
    ArrayRef<int64_t> backwards = call.getBackwards();
    for (size_t i = 0; i < pairs.size(); i += 2) {
      size_t before = overlaps.size();
      add(pairs[i], pairs[i + 1], /*sameOffset=*/false);
      if (overlaps.size() > before && !backwards.empty() &&
          backwards[0] == pairs[i])
        overlaps.back().behind = backwards[1];
    }
  }

  size_t countReads(CallOp call, Value source) {
    return size_t(llvm::count_if(call.getInputs(), [&](Value input) {
      return find(getRoot(input)) == source;
    }));
  }

  /// Whether the call reads the same memory through an operand that it may not
  /// overwrite.
  bool isReadElsewhere(CallOp call, int64_t index, Value source) {
    for (auto [other, input] : llvm::enumerate(call.getInputs()))
      if (int64_t(other) != index && find(getRoot(input)) == source &&
          !llvm::is_contained(call.getInplace(), int64_t(other)))
        return true;
    return false;
  }

  llvm::MapVector<Operation *, StreamSteps> streams;
  llvm::MapVector<Value, Group> groups;
  llvm::DenseMap<Value, Value> mergedInto;
};

struct PlanArena : edgecc::impl::PlanArenaBase<PlanArena> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp program = getOperation();
    if (program.isExternal() ||
        !program.walk([](BufferOp) { return WalkResult::interrupt(); })
             .wasInterrupted())
      return setArena(program, 0, 0);
    LiveRanges ranges(program);
    if (inplace)
      ranges.shareInplace(program);
    SmallVector<Group *> groups = ranges.getGroups();
    SmallVector<LiveBuffer> buffers;
    for (Group *group : groups)
      buffers.push_back(group->live);
    SmallVector<BufferOverlap> overlaps;
    if (inplace)
      overlaps = ranges.findOverlaps(program, groups);
    Placement placement = placeBuffers(buffers, alignment, overlaps);
    for (auto [group, offset] : llvm::zip_equal(groups, placement.offsets))
      for (BufferOp buffer : group->buffers)
        buffer.setOffset(offset);
    program.walk(setDirection);
    setArena(program, placement.bytes,
             getArenaLowerBound(buffers, alignment, overlaps));
  }

  /// Lets a kernel that can go backwards do so where its output lies behind
  /// the beginning of its input, in the same memory.
  static void setDirection(CallOp call) {
    ArrayRef<int64_t> backwards = call.getBackwards();
    if (backwards.empty())
      return;
    BufferOp input = getArenaBuffer(call.getInputs()[backwards[0]]),
             output = getArenaBuffer(call.getOutputs().front());
    if (!input || !output)
      return;
    auto endOf = [](BufferOp buffer) {
      return int64_t(*buffer.getOffset()) +
             getByteSize(cast<MemRefType>(buffer.getType()));
    };
    int64_t distance =
        int64_t(*output.getOffset()) - int64_t(*input.getOffset());
    ArrayRef<int64_t> overlap = call.getOverlap();
    bool forwards = distance <= -overlap[1] ||
                    endOf(input) <= int64_t(*output.getOffset()) ||
                    endOf(output) <= int64_t(*input.getOffset());
    if (forwards)
      return;
    SmallVector<Attribute> scalars(call.getScalarsAttr().getValue());
    scalars.back() =
        IntegerAttr::get(cast<IntegerAttr>(scalars.back()).getType(), 1);
    call.setScalarsAttr(ArrayAttr::get(call.getContext(), scalars));
  }

  /// Scalar functions of maps are no programs and stay as they are.
  static void setArena(func::FuncOp program, int64_t bytes, int64_t bound) {
    if (program.isPrivate())
      return;
    Builder builder(program.getContext());
    program->setAttr(kArenaBytes, builder.getI64IntegerAttr(bytes));
    program->setAttr("kern.arena_lower_bound",
                     builder.getI64IntegerAttr(bound));
  }
};

} // namespace
