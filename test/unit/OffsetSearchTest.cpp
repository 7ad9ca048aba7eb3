//===- OffsetSearchTest.cpp - Placement of buffers ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Passes/OffsetSearch.h"

#include "gtest/gtest.h"

#include <random>

using namespace edgecc;

namespace {

void expectValid(llvm::ArrayRef<LiveBuffer> buffers, const Placement &placement,
                 int64_t alignment) {
  for (size_t i = 0; i < buffers.size(); ++i) {
    int64_t begin = placement.offsets[i], end = begin + buffers[i].bytes;
    EXPECT_GE(begin, 0);
    EXPECT_EQ(begin % alignment, 0);
    EXPECT_LE(end, placement.bytes);
    for (size_t j = 0; j < i; ++j) {
      bool sameTime = buffers[i].first <= buffers[j].last &&
                      buffers[j].first <= buffers[i].last;
      bool samePlace = begin < placement.offsets[j] + buffers[j].bytes &&
                       placement.offsets[j] < end;
      EXPECT_FALSE(sameTime && samePlace) << i << " and " << j;
    }
  }
}

TEST(OffsetSearch, Nothing) {
  Placement placement = placeBuffers({}, 16);
  EXPECT_EQ(placement.bytes, 0);
  EXPECT_EQ(getArenaLowerBound({}, 16), 0);
}

TEST(OffsetSearch, RoundsUpToAlignment) {
  LiveBuffer one{5, 0, 0};
  EXPECT_EQ(placeBuffers(one, 16).bytes, 16);
  EXPECT_EQ(getArenaLowerBound(one, 16), 16);
}

// A chain with skips over several layers.
TEST(OffsetSearch, ReachesBoundOfSmallNetwork) {
  LiveBuffer buffers[] = {{4, 0, 1}, {3, 1, 3}, {6, 2, 2}, {4, 3, 5},
                          {5, 4, 4}, {2, 0, 2}, {3, 5, 6}};
  Placement placement = placeBuffers(buffers, 1);
  expectValid(buffers, placement, 1);
  EXPECT_EQ(placement.bytes, getArenaLowerBound(buffers, 1));
}

TEST(OffsetSearch, RandomProblemsAreValidAndNearTheBound) {
  std::minstd_rand random(7);
  double excess = 0;
  const int problems = 50;
  for (int problem = 0; problem < problems; ++problem) {
    std::vector<LiveBuffer> buffers(2 + random() % 30);
    for (LiveBuffer &buffer : buffers) {
      buffer.bytes = 1 + random() % 1000;
      buffer.first = random() % 30;
      buffer.last = buffer.first + random() % 6;
    }
    Placement placement = placeBuffers(buffers, 16);
    expectValid(buffers, placement, 16);
    int64_t bound = getArenaLowerBound(buffers, 16);
    EXPECT_GE(placement.bytes, bound);
    excess += double(placement.bytes) / double(bound) - 1;
  }
  EXPECT_LT(excess / problems, 0.02);
}

// A chain in which each buffer may begin a little before the one it is made of.
TEST(OffsetSearch, OverlapsAreUsedAndKept) {
  std::minstd_rand random(11);
  for (int problem = 0; problem < 50; ++problem) {
    std::vector<LiveBuffer> buffers(8);
    std::vector<BufferOverlap> overlaps;
    for (size_t i = 0; i != buffers.size(); ++i) {
      buffers[i] = {int64_t(100 + random() % 1000), int64_t(i), int64_t(i + 1)};
      if (i != 0)
        overlaps.push_back({i - 1, i, int64_t(random() % 200)});
    }
    Placement placement = placeBuffers(buffers, 16, overlaps);
    int64_t bound = getArenaLowerBound(buffers, 16, overlaps);
    EXPECT_GE(placement.bytes, bound);
    EXPECT_LT(placement.bytes, placeBuffers(buffers, 16).bytes);
    for (const BufferOverlap &overlap : overlaps) {
      int64_t input = placement.offsets[overlap.input],
              output = placement.offsets[overlap.output];
      bool apart = input + buffers[overlap.input].bytes <= output ||
                   output + buffers[overlap.output].bytes <= input;
      EXPECT_TRUE(apart || output + overlap.distance <= input);
    }
  }
}

// A result that is smaller, then one that is larger: the first has to begin
// behind its input for all three to need no more than the last.
TEST(OffsetSearch, MayBeginBehindAnInput) {
  std::vector<LiveBuffer> buffers = {{2700, 0, 1}, {1800, 1, 2}, {3600, 2, 3}};
  std::vector<BufferOverlap> overlaps = {{0, 1, 100}, {1, 2, 1800}};
  EXPECT_GT(placeBuffers(buffers, 1, overlaps).bytes, 4400);
  overlaps[0].behind = 950;
  EXPECT_EQ(getArenaLowerBound(buffers, 1, overlaps), 3600);
  Placement placement = placeBuffers(buffers, 1, overlaps);
  EXPECT_EQ(placement.bytes, 3600);
  EXPECT_GE(placement.offsets[1] - placement.offsets[0], 950);
}

TEST(OffsetSearch, IsDeterministic) {
  std::minstd_rand random(3);
  std::vector<LiveBuffer> buffers(40);
  for (LiveBuffer &buffer : buffers)
    buffer = {int64_t(1 + random() % 500), int64_t(random() % 20), 0};
  for (LiveBuffer &buffer : buffers)
    buffer.last = buffer.first + 4;
  EXPECT_EQ(placeBuffers(buffers, 4).offsets, placeBuffers(buffers, 4).offsets);
}

} // namespace
