//===- QuantWeightGridTest.cpp --------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/WeightGrid.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace edgecc::quantization;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

/// Bell-shaped weights with a few large ones, as trained layers have them.
std::vector<float> getWeights(int count, unsigned seed = 7) {
  std::mt19937 random(seed);
  std::vector<float> weights;
  for (int i = 0; i != count; ++i) {
    float sum = 0.0f;
    for (int j = 0; j != 6; ++j)
      sum += float(random() % 2001) / 1000.0f - 1.0f;
    weights.push_back(0.1f * sum * (i % 61 == 60 ? 3.0f : 1.0f));
  }
  return weights;
}

SmallVector<int8_t> snapAll(const WeightGrid &grid, ArrayRef<float> row) {
  SmallVector<int8_t> stored;
  for (size_t i = 0; i != row.size(); ++i) {
    int value = snap(grid, i, row[i]);
    EXPECT_GE(value, -127);
    EXPECT_LE(value, 127);
    stored.push_back(int8_t(value));
  }
  return stored;
}

double getError(const WeightGrid &grid, ArrayRef<float> row,
                ArrayRef<float> importance = {}) {
  double error = 0.0;
  for (size_t i = 0; i != row.size(); ++i) {
    double rest = row[i] - grid.scale * snap(grid, i, row[i]);
    error += rest * rest * (importance.empty() ? 1.0 : importance[i]);
  }
  return error;
}

/// What rounding to -7..7 steps, the largest of which is the largest weight,
/// costs.
double getPlainError(ArrayRef<float> row) {
  WeightGrid grid;
  grid.lowest = -7;
  grid.highest = 7;
  grid.group = row.size();
  grid.multipliers = {1};
  for (float weight : row)
    grid.scale = std::max(grid.scale == 1.0 ? 0.0 : grid.scale,
                          std::abs(double(weight)) / 7.0);
  return getError(grid, row);
}

} // namespace

TEST(QuantWeightGrid, Int8ReachesTheLargestWeight) {
  std::vector<float> row = getWeights(300);
  WeightGrid grid = chooseWeightGrid(row, Precision::S8, 32);
  EXPECT_EQ(grid.multipliers, SmallVector<int>{1});
  SmallVector<int8_t> stored = snapAll(grid, row);
  int largest = 0;
  for (int value : stored)
    largest = std::max(largest, std::abs(value));
  EXPECT_GE(largest, 120);
  double step = grid.scale;
  EXPECT_LT(getError(grid, row), 300 * step * step / 12.0 * 1.5);
}

// One row, in groups of each size: always on a grid that packing recognizes,
// and always better than rounding to the largest weight.
TEST(QuantWeightGrid, FourBitsAreOnTheGrid) {
  for (int count : {1, 5, 31, 64, 75, 288, 576})
    for (int group : {0, 16, 32, 64}) {
      std::vector<float> row = getWeights(count, count);
      WeightGrid grid = chooseWeightGrid(row, Precision::S8W4, group);
      SmallVector<int8_t> stored = snapAll(grid, row);
      EXPECT_TRUE(findMultipliers(stored, group)) << count << " by " << group;
      EXPECT_LE(getError(grid, row), getPlainError(row))
          << count << " by " << group;
      EXPECT_EQ(double(float(grid.scale)), grid.scale);
    }
}

TEST(QuantWeightGrid, SmallerGroupsLoseLess) {
  std::vector<float> row = getWeights(576);
  double last = getPlainError(row);
  for (int group : {0, 64, 32, 16}) {
    double error = getError(chooseWeightGrid(row, Precision::S8W4, group), row);
    EXPECT_LT(error, 0.95 * last) << group;
    last = error;
  }
}

// The largest weight takes the digit -8, whatever its sign.
TEST(QuantWeightGrid, GroupsTurnAround) {
  std::vector<float> row = {0.8f, -0.7f, 0.3f, -0.1f};
  WeightGrid grid = chooseWeightGrid(row, Precision::S8W4, 0);
  EXPECT_LT(grid.multipliers[0], 0);
  EXPECT_LT(getError(grid, row), 1e-12);
}

TEST(QuantWeightGrid, ScaleKeepsItsBound) {
  std::vector<float> row = getWeights(100);
  for (Precision precision : {Precision::S8, Precision::S8W4}) {
    EXPECT_GE(chooseWeightGrid(row, precision, 32, 0.01).scale, 0.01);
    EXPECT_GE(chooseWeightGrid(row, precision, 32, 1e6).scale, 1e6);
    std::vector<float> zeros(40, 0.0f);
    WeightGrid grid = chooseWeightGrid(zeros, precision, 32, 0.5);
    EXPECT_EQ(grid.scale, 0.5);
    EXPECT_EQ(snap(grid, 39, 0.0), 0);
  }
}

// Errors that do not matter are taken for those that do.
TEST(QuantWeightGrid, ImportanceWeighsErrors) {
  std::vector<float> row = getWeights(64), importance(64, 1.0f);
  for (int i = 32; i != 64; ++i)
    importance[i] = 0.001f;
  WeightGrid equal = chooseWeightGrid(row, Precision::S8W4, 0),
             weighed =
                 chooseWeightGrid(row, Precision::S8W4, 0, 0.0, importance);
  EXPECT_LT(getError(weighed, row, importance),
            0.99 * getError(equal, row, importance));
}

TEST(QuantWeightGrid, MultipliersAreFound) {
  SmallVector<int8_t> row = {30, -45, 105, 0, -8, 7, 1, 0, 24, -21};
  EXPECT_EQ(findMultipliers(row, 4), (SmallVector<int>{15, 1, -3}));
  EXPECT_FALSE(findMultipliers(row, 0));
  row = {9, 1, 0, 0};
  EXPECT_FALSE(findMultipliers(row, 4));
  row = {0, 0, -128, 0};
  EXPECT_EQ(findMultipliers(row, 0), SmallVector<int>{64});
}

TEST(QuantWeightGrid, TheLargestGroupIsFound) {
  SmallVector<int8_t> rows(2 * 96, 1);
  EXPECT_EQ(findWeightGroup(rows, 96), 96);
  rows[0] = 100;
  EXPECT_EQ(findWeightGroup(rows, 96), std::nullopt);
  for (int i = 0; i != 32; ++i)
    rows[i] = 20;
  EXPECT_EQ(findWeightGroup(rows, 96), 32);
  for (int i = 96; i != 96 + 16; ++i)
    rows[i] = 99;
  EXPECT_EQ(findWeightGroup(rows, 96), 16);
}

TEST(QuantWeightGrid, PackingHasToPay) {
  EXPECT_EQ(getPackedBytes(3, 64, 32), 3 * (32 + 2));
  EXPECT_EQ(getPackedBytes(1, 75, 32), 16 + 1 + 16 + 1 + 6 + 1);
  EXPECT_EQ(getPackedBytes(2, 9, 0), 2 * (5 + 1));
  EXPECT_TRUE(isWorthPacking(16, 32, 32));
  EXPECT_FALSE(isWorthPacking(8, 32, 32)) << "saves 120 bytes";
  EXPECT_FALSE(isWorthPacking(1000, 9, 0)) << "depthwise 3x3";
}
