//===- ParetoTest.cpp -----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Budget/Pareto.h"

#include "gtest/gtest.h"

#include <random>

using namespace edgecc::budget;

namespace {

using Points = std::vector<std::vector<double>>;

std::vector<size_t> find(const Points &points) {
  auto set = findParetoSet(points);
  return std::vector<size_t>(set.begin(), set.end());
}

TEST(Pareto, KeepsWhatIsBestInSomething) {
  EXPECT_EQ(find({{1, 5}, {2, 2}, {3, 3}, {5, 1}}),
            (std::vector<size_t>{0, 1, 3}));
}

TEST(Pareto, OfEqualOnesTheFirst) {
  EXPECT_EQ(find({{1, 1}, {1, 1}, {1, 2}}), (std::vector<size_t>{0}));
}

TEST(Pareto, NothingOfNothing) { EXPECT_TRUE(find({}).empty()); }

/// What is left out is beaten by something that is kept, and what is kept by
/// nothing.
TEST(Pareto, RandomPoints) {
  std::mt19937 random(1);
  for (int round = 0; round != 100; ++round) {
    Points points(1 + random() % 20, std::vector<double>(3));
    for (auto &point : points)
      for (double &cost : point)
        cost = double(random() % 6);
    auto beats = [&](size_t a, size_t b) {
      bool isNoWorse = true, isBetter = false;
      for (size_t i = 0; i != 3; ++i) {
        isNoWorse &= points[a][i] <= points[b][i];
        isBetter |= points[a][i] < points[b][i];
      }
      return isNoWorse && isBetter;
    };
    std::vector<size_t> kept = find(points);
    for (size_t i = 0; i != points.size(); ++i) {
      bool isKept = std::find(kept.begin(), kept.end(), i) != kept.end();
      bool isBeaten = false, isThere = false;
      for (size_t j : kept) {
        isBeaten |= beats(j, i);
        isThere |= points[j] == points[i];
      }
      if (isKept)
        EXPECT_FALSE(isBeaten);
      else
        EXPECT_TRUE(isBeaten || isThere);
    }
  }
}

} // namespace
