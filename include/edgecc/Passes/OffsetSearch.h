//===- OffsetSearch.h - Places buffers in one arena -------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_OFFSETSEARCH_H
#define EDGECC_PASSES_OFFSETSEARCH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace edgecc {

/// Memory that is in use from step `first` to step `last`, both included.
struct LiveBuffer {
  int64_t bytes;
  int64_t first, last;
};

/// The buffer `output` comes to life at the step that `input` dies at, or in
/// the course of a loop that `input` dies with, and may cover it if it begins
/// at least `distance` bytes before it or, with `sameOffset`, if both begin at
/// the same place. With `behind`, it may also begin at least so many bytes
/// behind it.
struct BufferOverlap {
  size_t input, output;
  int64_t distance;
  bool sameOffset = false;
  std::optional<int64_t> behind = std::nullopt;
};

struct Placement {
  llvm::SmallVector<int64_t> offsets; ///< one per buffer, in bytes
  int64_t bytes = 0;                  ///< the arena's size
};

/// The largest number of bytes, each buffer rounded up to `alignment`, that are
/// in use at one step, less what may overlap there: no placement can be
/// smaller.
int64_t getArenaLowerBound(llvm::ArrayRef<LiveBuffer> buffers,
                           int64_t alignment,
                           llvm::ArrayRef<BufferOverlap> overlaps = {});

/// Offsets (multiples of `alignment`) at which no two buffers that are in use
/// at the same step overlap more than `overlaps` allow. Greedy first fit in
/// several orders (by size, area, start; Pisarchyk and Lee, "Efficient Memory
/// Management for Deep Neural Net Inference", 2020), then a seeded local search
/// over the order. Deterministic.
Placement placeBuffers(llvm::ArrayRef<LiveBuffer> buffers, int64_t alignment,
                       llvm::ArrayRef<BufferOverlap> overlaps = {});

} // namespace edgecc

#endif // EDGECC_PASSES_OFFSETSEARCH_H
