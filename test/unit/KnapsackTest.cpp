//===- KnapsackTest.cpp ---------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Budget/Knapsack.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace edgecc::budget;

namespace {

using Items = std::vector<std::vector<KnapsackOption>>;
using Limits = std::array<int64_t, 2>;

/// The least loss of all choices.
double tryAll(const Items &items, Limits limits, size_t item = 0) {
  if (limits[0] < 0 || limits[1] < 0)
    return HUGE_VAL;
  if (item == items.size())
    return 0;
  double best = HUGE_VAL;
  for (const KnapsackOption &option : items[item])
    best = std::min(best, option.loss + tryAll(items,
                                               {limits[0] - option.costs[0],
                                                limits[1] - option.costs[1]},
                                               item + 1));
  return best;
}

Items makeItems(std::mt19937 &random, size_t count) {
  auto pick = [&](int64_t most) { return int64_t(random() % uint32_t(most)); };
  Items items(count);
  for (auto &item : items)
    for (int64_t i = 0, e = 1 + pick(4); i != e; ++i)
      item.push_back({double(pick(1000)), {pick(50), pick(50)}});
  return items;
}

/// The loss of a choice that holds.
double getLoss(const Items &items, Limits limits,
               llvm::ArrayRef<unsigned> choice) {
  double loss = 0;
  Limits sums{};
  for (size_t i = 0; i != items.size(); ++i) {
    const KnapsackOption &option = items[i].at(choice[i]);
    loss += option.loss;
    for (size_t d = 0; d != 2; ++d)
      sums[d] += option.costs[d];
  }
  EXPECT_LE(sums[0], limits[0]);
  EXPECT_LE(sums[1], limits[1]);
  return loss;
}

TEST(Knapsack, IsAsGoodAsTryingAll) {
  std::mt19937 random(1);
  int solved = 0, refused = 0;
  for (int round = 0; round != 300; ++round) {
    Items items = makeItems(random, 1 + random() % 7);
    Limits limits{int64_t(random() % 200), int64_t(random() % 200)};
    double best = tryAll(items, limits);
    auto choice = solveKnapsack(items, limits);
    ASSERT_EQ(choice.has_value(), best < HUGE_VAL);
    choice ? ++solved : ++refused;
    if (choice)
      EXPECT_EQ(getLoss(items, limits, *choice), best);
  }
  EXPECT_GT(solved, 50);
  EXPECT_GT(refused, 50);
}

TEST(Knapsack, HoldsWhenCostsAreRounded) {
  std::mt19937 random(2);
  Items items = makeItems(random, 40);
  Limits limits{1000, 1000};
  auto exact = solveKnapsack(items, limits);
  auto rounded = solveKnapsack(items, limits, /*maxStates=*/50);
  ASSERT_TRUE(exact && rounded);
  EXPECT_GE(getLoss(items, limits, *rounded), getLoss(items, limits, *exact));
}

TEST(Knapsack, NoItemsNeedNothing) {
  auto choice = solveKnapsack({}, {0, 0});
  ASSERT_TRUE(choice);
  EXPECT_TRUE(choice->empty());
}

} // namespace
