//===- MixKnapsack.cpp - Mixes with the least noise -----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MixKnapsack.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace edgecc::driver;
using namespace edgecc::quantization;

void MixKnapsack::addLayer() {
  items.emplace_back();
  precisions.emplace_back();
}

void MixKnapsack::addOption(Precision precision, double decibels,
                            int64_t weightBytes, int64_t instructions) {
  items.back().push_back(
      {std::pow(10.0, -decibels / 10), {weightBytes, instructions}});
  precisions.back().push_back(precision);
}

std::optional<PrecisionMix>
MixKnapsack::solve(std::array<int64_t, 2> limits) const {
  auto choice = budget::solveKnapsack(items, limits);
  if (!choice)
    return std::nullopt;
  PrecisionMix mix;
  for (auto [options, option] : llvm::zip_equal(precisions, *choice))
    mix.push_back(options[option]);
  return mix;
}

std::pair<int64_t, int64_t> MixKnapsack::getWeightRange() const {
  std::pair<int64_t, int64_t> range;
  for (const auto &options : items) {
    auto getBytes = [](const budget::KnapsackOption &option) {
      return option.costs[0];
    };
    auto bytes = llvm::map_range(options, getBytes);
    auto [low, high] = std::minmax_element(bytes.begin(), bytes.end());
    range.first += *low;
    range.second += *high;
  }
  return range;
}
