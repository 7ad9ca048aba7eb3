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

/// First fit: each buffer, in the given order, at the lowest offset that is
/// free while it lives.
Placement placeInOrder(ArrayRef<LiveBuffer> buffers, ArrayRef<size_t> order,
                       int64_t alignment) {
  Placement placement;
  placement.offsets.assign(buffers.size(), 0);
  SmallVector<size_t> placed;
  for (size_t index : order) {
    SmallVector<std::pair<int64_t, int64_t>> busy;
    for (size_t other : placed)
      if (overlapInTime(buffers[index], buffers[other]))
        busy.emplace_back(placement.offsets[other],
                          placement.offsets[other] + buffers[other].bytes);
    llvm::sort(busy);
    int64_t offset = 0;
    for (auto [begin, end] : busy) {
      if (offset + buffers[index].bytes <= begin)
        break;
      offset = std::max<int64_t>(offset, alignTo(end, alignment));
    }
    placement.offsets[index] = offset;
    placement.bytes =
        std::max<int64_t>(placement.bytes, offset + buffers[index].bytes);
    placed.push_back(index);
  }
  placement.bytes = alignTo(placement.bytes, alignment);
  return placement;
}

} // namespace

int64_t edgecc::getArenaLowerBound(ArrayRef<LiveBuffer> buffers,
                                   int64_t alignment) {
  std::map<int64_t, int64_t> changes;
  for (const LiveBuffer &buffer : buffers) {
    changes[buffer.first] += alignTo(buffer.bytes, alignment);
    changes[buffer.last + 1] -= alignTo(buffer.bytes, alignment);
  }
  int64_t live = 0, peak = 0;
  for (auto [step, change] : changes)
    peak = std::max(peak, live += change);
  return peak;
}

Placement edgecc::placeBuffers(ArrayRef<LiveBuffer> buffers,
                               int64_t alignment) {
  const int64_t bound = getArenaLowerBound(buffers, alignment);
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
    Placement placement = placeInOrder(buffers, order, alignment);
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
    Placement placement = placeInOrder(buffers, order, alignment);
    if (placement.bytes <= best.bytes) {
      best = std::move(placement);
      bestOrder = std::move(order);
    }
  }
  return best;
}
