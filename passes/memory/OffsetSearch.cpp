//===- OffsetSearch.cpp - Places buffers in one arena ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Passes/OffsetSearch.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <functional>
#include <map>
#include <random>

using namespace llvm;
using namespace edgecc;

namespace {

bool overlapInTime(const LiveBuffer &a, const LiveBuffer &b) {
  return a.first <= b.last && b.first <= a.last;
}

/// A buffer must not begin between `lo` and `hi` bytes, both excluded, behind
/// the beginning of another; where it may, it can begin at the same place.
struct Conflict {
  size_t other;
  int64_t lo, hi;
  bool sameOffset;

  bool allows(int64_t distance) const {
    return distance <= lo || distance >= hi || (sameOffset && distance == 0);
  }
};

/// The conflicts of all buffers, each in both directions.
class Conflicts {
public:
  Conflicts(ArrayRef<LiveBuffer> buffers, ArrayRef<BufferOverlap> overlaps)
      : buffers(buffers), lists(buffers.size()) {
    for (const BufferOverlap &overlap : overlaps)
      allowed[{overlap.input, overlap.output}] = overlap;
    for (size_t i = 0; i != buffers.size(); ++i)
      for (size_t j = 0; j != buffers.size(); ++j)
        if (i != j && overlapInTime(buffers[i], buffers[j]))
          lists[i].push_back({j, -getDistance(j, i), getDistance(i, j),
                              mayShare(i, j) || mayShare(j, i)});
  }

  ArrayRef<Conflict> of(size_t buffer) const { return lists[buffer]; }

private:
  const BufferOverlap *find(size_t input, size_t output) const {
    auto found = allowed.find({input, output});
    return found == allowed.end() ? nullptr : &found->second;
  }

  /// How far before buffer i, at least, buffer j has to begin.
  int64_t getDistance(size_t i, size_t j) const {
    if (const BufferOverlap *overlap = find(i, j);
        overlap && !overlap->sameOffset)
      return std::min(buffers[j].bytes, overlap->distance);
    if (const BufferOverlap *overlap = find(j, i); overlap && overlap->behind)
      return std::min(buffers[j].bytes, *overlap->behind);
    return buffers[j].bytes;
  }

  bool mayShare(size_t input, size_t output) const {
    const BufferOverlap *overlap = find(input, output);
    return overlap && overlap->sameOffset;
  }

  ArrayRef<LiveBuffer> buffers;
  std::map<std::pair<size_t, size_t>, BufferOverlap> allowed;
  std::vector<SmallVector<Conflict>> lists;
};

/// The lowest offset for a buffer where those that are placed leave room.
int64_t findOffset(ArrayRef<Conflict> conflicts, ArrayRef<int64_t> offsets,
                   int64_t alignment) {
  SmallVector<int64_t> candidates = {0};
  for (const Conflict &conflict : conflicts)
    if (int64_t at = offsets[conflict.other]; at >= 0) {
      uint64_t behind = uint64_t(std::max<int64_t>(0, at + conflict.hi));
      candidates.push_back(int64_t(alignTo(behind, uint64_t(alignment))));
      if (conflict.sameOffset)
        candidates.push_back(at);
    }
  llvm::sort(candidates);
  auto isFree = [&](int64_t offset) {
    return llvm::all_of(conflicts, [&](const Conflict &conflict) {
      int64_t at = offsets[conflict.other];
      return at < 0 || conflict.allows(offset - at);
    });
  };
  // Behind all others there is always room.
  return *llvm::find_if(candidates, isFree);
}

/// First fit: each buffer, in the given order, at the lowest offset that is
/// free while it lives.
Placement placeInOrder(ArrayRef<LiveBuffer> buffers, const Conflicts &conflicts,
                       ArrayRef<size_t> order, int64_t alignment) {
  constexpr int64_t kNowhere = -1;
  Placement placement;
  placement.offsets.assign(buffers.size(), kNowhere);
  for (size_t index : order) {
    int64_t offset =
        findOffset(conflicts.of(index), placement.offsets, alignment);
    placement.offsets[index] = offset;
    placement.bytes =
        std::max<int64_t>(placement.bytes, offset + buffers[index].bytes);
  }
  placement.bytes = alignTo(placement.bytes, alignment);
  return placement;
}

/// How many bytes less than side by side two buffers need.
int64_t getSaving(ArrayRef<LiveBuffer> buffers, const BufferOverlap &overlap,
                  int64_t alignment) {
  auto align = [&](int64_t bytes) {
    return int64_t(alignTo(uint64_t(bytes), uint64_t(alignment)));
  };
  int64_t input = align(buffers[overlap.input].bytes);
  int64_t output = align(buffers[overlap.output].bytes);
  int64_t distance =
      overlap.sameOffset ? 0 : align(std::max<int64_t>(0, overlap.distance));
  int64_t together = std::max(output, distance + input);
  if (overlap.behind)
    together = std::min(
        together,
        std::max(input, align(std::max<int64_t>(0, *overlap.behind)) + output));
  return std::max<int64_t>(0, input + output - together);
}

} // namespace

int64_t edgecc::getArenaLowerBound(ArrayRef<LiveBuffer> buffers,
                                   int64_t alignment,
                                   ArrayRef<BufferOverlap> overlaps) {
  std::map<int64_t, int64_t> changes;
  for (const LiveBuffer &buffer : buffers) {
    changes[buffer.first] += alignTo(buffer.bytes, alignment);
    changes[buffer.last + 1] -= alignTo(buffer.bytes, alignment);
  }
  for (const BufferOverlap &overlap : overlaps) {
    int64_t saving = getSaving(buffers, overlap, alignment);
    changes[buffers[overlap.output].first] -= saving;
    changes[buffers[overlap.input].last + 1] += saving;
  }
  int64_t live = 0, peak = 0;
  for (auto [step, change] : changes)
    peak = std::max(peak, live += change);
  return peak;
}

Placement edgecc::placeBuffers(ArrayRef<LiveBuffer> buffers, int64_t alignment,
                               ArrayRef<BufferOverlap> overlaps) {
  const int64_t bound = getArenaLowerBound(buffers, alignment, overlaps);
  const Conflicts conflicts(buffers, overlaps);
  auto duration = [&](size_t i) {
    return buffers[i].last - buffers[i].first + 1;
  };
  using Key = std::pair<int64_t, int64_t>;
  const std::function<Key(size_t)> keys[] = {
      [&](size_t i) { return Key(-buffers[i].bytes, buffers[i].first); },
      [&](size_t i) { return Key(-buffers[i].bytes * duration(i), 0); },
      [&](size_t i) { return Key(-duration(i), -buffers[i].bytes); },
      [&](size_t i) { return Key(buffers[i].first, -buffers[i].bytes); },
  };

  Placement best;
  SmallVector<size_t> bestOrder;
  for (const auto &key : keys) {
    SmallVector<size_t> order = llvm::to_vector(llvm::seq(buffers.size()));
    llvm::stable_sort(order,
                      [&](size_t a, size_t b) { return key(a) < key(b); });
    Placement placement = placeInOrder(buffers, conflicts, order, alignment);
    if (bestOrder.empty() || placement.bytes < best.bytes) {
      best = std::move(placement);
      bestOrder = std::move(order);
    }
  }

  // Swaps in the order that do not make it worse; few steps for many buffers,
  // as each costs up to n^2.
  std::minstd_rand random(1);
  const int64_t steps =
      buffers.size() < 2
          ? 0
          : std::min<int64_t>(
                20000, 40000000 / int64_t(buffers.size() * buffers.size()));
  for (int64_t step = 0; step < steps && best.bytes > bound; ++step) {
    SmallVector<size_t> order = bestOrder;
    std::swap(order[random() % order.size()], order[random() % order.size()]);
    Placement placement = placeInOrder(buffers, conflicts, order, alignment);
    if (placement.bytes <= best.bytes) {
      best = std::move(placement);
      bestOrder = std::move(order);
    }
  }
  return best;
}
