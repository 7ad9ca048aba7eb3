//===- WeightGrid.cpp - The values that weights may take ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/WeightGrid.h"

#include "WeightScales.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace edgecc;
using namespace edgecc::quantization;
using llvm::ArrayRef;
using llvm::SmallVector;

/// Stored weights stay within -127..127 with every digit.
static constexpr int kMaxMultiplier = 127 / -kLowestDigit;

static double toDigit(const WeightGrid &grid, double units) {
  return std::clamp(std::nearbyint(units), double(grid.lowest),
                    double(grid.highest));
}

int quantization::snap(const WeightGrid &grid, int64_t index, double value) {
  int multiplier = grid.getMultiplier(index);
  return multiplier * int(toDigit(grid, value / (grid.scale * multiplier)));
}

namespace {
/// A group of weights, while multipliers for it are tried.
struct Group {
  ArrayRef<float> weights, importance;
  double largest;

  /// The squared error with steps of `unit`, which may be negative. Additions
  /// of 1.5 * 2^52 round, which vectorizes where a call of nearbyint does not.
  double getError(const WeightGrid &grid, double unit) const {
    constexpr double kRound = 0x1.8p52;
    double inverse = 1.0 / unit, error = 0.0;
    for (size_t i = 0; i != weights.size(); ++i) {
      double units = std::clamp(weights[i] * inverse, double(grid.lowest),
                                double(grid.highest));
      double rest = weights[i] - unit * ((units + kRound) - kRound);
      error += importance.empty() ? rest * rest : rest * rest * importance[i];
    }
    return error;
  }
};

/// A multiplier, or a grid, and what it costs.
template <typename T> struct Choice {
  T value{};
  double error = std::numeric_limits<double>::infinity();

  void offer(T other, double otherError) {
    if (otherError < error) {
      value = std::move(other);
      error = otherError;
    }
  }
};
} // namespace

/// The best multiplier of a group for a scale. Steps that cut off more than
/// half of the range, or leave some of it unused, are not worth a try.
static Choice<int> chooseMultiplier(const WeightGrid &grid, const Group &group,
                                    double scale) {
  double finest = group.largest / -grid.lowest;
  auto limit = [](double multiplier) {
    return int(std::clamp(multiplier, 1.0, double(kMaxMultiplier)));
  };
  int first = limit(std::floor(0.5 * finest / scale));
  int last = limit(std::ceil(1.15 * finest / scale));
  Choice<int> best;
  for (int multiplier = first; multiplier <= last; ++multiplier)
    for (int sign : {1, -1})
      best.offer(sign * multiplier,
                 group.getError(grid, scale * sign * multiplier));
  return best;
}

/// Whether digits are four bits wide, and thus have multipliers.
static bool hasMultipliers(const WeightGrid &grid) {
  return grid.lowest == kLowestDigit;
}

/// The scales to try: fractions of what takes the largest weight, divided,
/// where groups differ, by the multipliers that its group may have.
static SmallVector<double> getScales(const WeightGrid &grid, double largest,
                                     bool severalGroups, double minScale) {
  constexpr int kSteps = 40;
  // Coarse digits gain from cutting the largest weights off, int8 hardly.
  double coarsest = largest / -grid.lowest;
  double finest = coarsest * (hasMultipliers(grid) ? 0.5 : 0.85);
  if (severalGroups) {
    coarsest /= 3.0;
    finest = coarsest * 3.0 * 0.7 / kMaxMultiplier;
  }
  SmallVector<double> scales;
  for (int i = 0; i <= kSteps; ++i) {
    double scale =
        roundUp(coarsest * std::pow(finest / coarsest, double(i) / kSteps));
    if (scale >= minScale && scale > 0.0)
      scales.push_back(scale);
  }
  if (scales.empty())
    scales.push_back(roundUp(minScale));
  return scales;
}

static SmallVector<Group>
splitGroups(ArrayRef<float> row, ArrayRef<float> importance, int64_t size) {
  SmallVector<Group> groups;
  for (size_t begin = 0; begin < row.size(); begin += size) {
    size_t count = std::min<size_t>(size, row.size() - begin);
    ArrayRef<float> weights = row.slice(begin, count);
    groups.push_back(
        {weights,
         importance.empty() ? importance : importance.slice(begin, count),
         getLargest(weights)});
  }
  return groups;
}

WeightGrid quantization::chooseWeightGrid(ArrayRef<float> row,
                                          Precision precision, int64_t group,
                                          double minScale,
                                          ArrayRef<float> importance) {
  WeightGrid grid;
  grid.group = std::max<int64_t>(row.size(), 1);
  if (precision == Precision::S8W4) {
    grid.lowest = kLowestDigit;
    grid.highest = kHighestDigit;
    if (group > 0)
      grid.group = std::min(grid.group, group);
  }
  SmallVector<Group> groups = splitGroups(row, importance, grid.group);
  grid.multipliers.assign(groups.size(), 1);
  double largest = getLargest(row);
  if (largest == 0.0) {
    if (minScale > 0.0)
      grid.scale = roundUp(minScale);
    return grid;
  }
  Choice<WeightGrid> best;
  for (double scale : getScales(grid, largest, groups.size() > 1, minScale)) {
    grid.scale = scale;
    double error = 0.0;
    for (auto [multiplier, part] : llvm::zip_equal(grid.multipliers, groups)) {
      Choice<int> choice = hasMultipliers(grid)
                               ? chooseMultiplier(grid, part, scale)
                               : Choice<int>{1, part.getError(grid, scale)};
      multiplier = choice.value;
      error += choice.error;
    }
    best.offer(grid, error);
  }
  return best.value;
}

//===----------------------------------------------------------------------===//
// From stored weights back to digits
//===----------------------------------------------------------------------===//

/// The multiplier of a group: the greatest common divisor leaves the smallest
/// digits.
static std::optional<int> findMultiplier(ArrayRef<int8_t> weights) {
  int divisor = 0;
  for (int weight : weights)
    divisor = std::gcd(divisor, weight);
  if (divisor == 0)
    return 1;
  if (divisor == 128) // Only -128; a step is an int8 as well.
    divisor = 64;
  auto fits = [&](int multiplier) {
    return llvm::all_of(weights, [&](int weight) {
      int digit = weight / multiplier;
      return digit >= kLowestDigit && digit <= kHighestDigit;
    });
  };
  if (fits(divisor))
    return divisor;
  if (fits(-divisor))
    return -divisor;
  return std::nullopt;
}

std::optional<SmallVector<int>>
quantization::findMultipliers(ArrayRef<int8_t> row, int64_t group) {
  int64_t size = group > 0 ? group : row.size();
  SmallVector<int> multipliers;
  for (; !row.empty(); row = row.drop_front(std::min<size_t>(size, row.size())))
    if (std::optional<int> multiplier = findMultiplier(row.take_front(size)))
      multipliers.push_back(*multiplier);
    else
      return std::nullopt;
  return multipliers;
}

bool quantization::isWeightGroup(int64_t group) {
  return llvm::is_contained({0, 16, 32, 64, 128, 256}, group);
}

std::optional<int64_t> quantization::findWeightGroup(ArrayRef<int8_t> weights,
                                                     int64_t rowSize) {
  auto fits = [&](int64_t group) {
    for (ArrayRef<int8_t> rest = weights; !rest.empty();
         rest = rest.drop_front(rowSize))
      if (!findMultipliers(rest.take_front(rowSize), group))
        return false;
    return true;
  };
  if (rowSize <= kMaxWeightGroup && fits(rowSize))
    return rowSize;
  for (int64_t group : {kMaxWeightGroup, int64_t(256), int64_t(128),
                        int64_t(64), int64_t(32), int64_t(16)})
    if (group < rowSize && fits(group))
      return group;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

int64_t quantization::getPackedBytes(int64_t rows, int64_t rowSize,
                                     int64_t group) {
  int64_t size = group > 0 ? std::min(group, rowSize) : rowSize;
  int64_t perGroup = llvm::divideCeil(size, 2) + 1, rest = rowSize % size;
  return rows * (rowSize / size * perGroup +
                 (rest ? int64_t(llvm::divideCeil(rest, 2)) + 1 : 0));
}

bool quantization::isWorthPacking(int64_t rows, int64_t rowSize,
                                  int64_t group) {
  constexpr int64_t kShortestRow = 16, kLeastGain = 128;
  return rows > 0 && rowSize >= kShortestRow &&
         getPackedBytes(rows, rowSize, group) + kLeastGain <= rows * rowSize;
}
