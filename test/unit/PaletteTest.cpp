//===- PaletteTest.cpp ----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Palette.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>
#include <set>

using namespace edgecc::quantization;

namespace {

using Counts = std::array<int64_t, 256>;

double getError(const Counts &counts, const PaletteMap &map) {
  double error = 0;
  for (int q = -128; q != 128; ++q) {
    double difference = q - map[size_t(q + 128)];
    error += double(counts[size_t(q + 128)]) * difference * difference;
  }
  return error;
}

std::set<int> getValues(const Counts &counts, const PaletteMap &map) {
  std::set<int> values;
  for (size_t i = 0; i != 256; ++i)
    if (counts[i])
      values.insert(map[i]);
  return values;
}

TEST(Palette, KeepsSixteenValuesAsTheyAre) {
  Counts counts{};
  for (size_t i = 0; i != 16; ++i)
    counts[i * i] = int64_t(i + 1);
  EXPECT_EQ(getError(counts, choosePalette(counts)), 0);
}

/// No two neighbours of 17 that are made one do with less error.
TEST(Palette, UnitesTheCheapestOfSeventeen) {
  std::mt19937 random(1);
  for (int round = 0; round != 50; ++round) {
    Counts counts{};
    std::set<size_t> places;
    while (places.size() != 17)
      places.insert(random() % 256);
    for (size_t place : places)
      counts[place] = 1 + int64_t(random() % 9);
    double best = HUGE_VAL;
    for (auto it = places.begin(); std::next(it) != places.end(); ++it) {
      size_t a = *it, b = *std::next(it);
      for (size_t center = a; center <= b; ++center) {
        auto toA = double(center - a), toB = double(b - center);
        best = std::min(best, double(counts[a]) * toA * toA +
                                  double(counts[b]) * toB * toB);
      }
    }
    PaletteMap map = choosePalette(counts);
    EXPECT_LE(getValues(counts, map).size(), 16u);
    EXPECT_EQ(getError(counts, map), best);
  }
}

TEST(Palette, BellOfValuesKeepsTwentyDecibels) {
  Counts counts{};
  double power = 0;
  for (int q = -127; q != 128; ++q) {
    counts[size_t(q + 128)] = int64_t(1e6 * std::exp(-q * q / (2 * 32. * 32)));
    power += double(counts[size_t(q + 128)]) * q * q;
  }
  PaletteMap map = choosePalette(counts);
  EXPECT_EQ(getValues(counts, map).size(), 16u);
  // The best sixteen levels of a normal distribution leave 20.2 dB (Max, 1960).
  EXPECT_NEAR(10 * std::log10(power / getError(counts, map)), 20.2, 0.3);
}

TEST(Palette, EmptyTable) { EXPECT_EQ(choosePalette(Counts{})[0], 0); }

} // namespace
