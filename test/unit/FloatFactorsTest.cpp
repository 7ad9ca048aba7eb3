//===- FloatFactorsTest.cpp - Floats instead of multipliers ---------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "common/FloatFactors.h"

#include "llvm/ADT/bit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace edgecc;

/// As in docs/spec/integers.md.
static int64_t scaleByRule(int64_t sum, int32_t multiplier) {
  return (sum * multiplier + (int64_t(1) << 30)) >> 31;
}

/// As in S8VnniFloats of backends/kernels/avx512_vectors.h.
static int64_t scaleByFloat(int64_t sum, float factor) {
  return int64_t(llvm::bit_cast<int32_t>(
             std::fma(float(sum), factor, 12582912.0f))) -
         0x4B400000;
}

static int64_t countDifferences(int32_t multiplier, float factor,
                                IntegerRange sums, IntegerRange outputs) {
  int64_t differences = 0;
  for (int64_t sum = sums.lo; sum <= sums.hi; ++sum)
    differences +=
        std::clamp(scaleByRule(sum, multiplier), outputs.lo, outputs.hi) !=
        std::clamp(scaleByFloat(sum, factor), outputs.lo, outputs.hi);
  return differences;
}

TEST(FloatFactors, AllSumsAgree) {
  constexpr IntegerRange sums = {-150000, 180001};
  std::mt19937 random(7);
  int found = 0;
  for (int i = 0; i != 60; ++i) {
    int32_t multiplier = int32_t(random() >> (i % 4 == 0 ? 4 : 9 + i % 3));
    IntegerRange outputs =
        i % 2 == 0 ? IntegerRange{0, 255} : IntegerRange{-140, 115};
    if (std::optional<float> factor =
            findFloatFactor(multiplier, sums, outputs)) {
      ++found;
      EXPECT_EQ(countDifferences(multiplier, *factor, sums, outputs), 0)
          << multiplier;
    }
  }
  EXPECT_GT(found, 50);
}

TEST(FloatFactors, MiddlesOfIntegersTakeAnotherFloat) {
  // 384 * 2^-8 is 2 by the rule, -384 * 2^-8 is -1; to even both differ.
  constexpr int32_t multiplier = 1 << 23;
  constexpr IntegerRange sums = {-40000, 40000}, outputs = {-128, 127};
  EXPECT_EQ(scaleByRule(-384, multiplier), -1);
  EXPECT_EQ(scaleByFloat(-384, 0x1p-8f), -2);
  EXPECT_NE(countDifferences(multiplier, 0x1p-8f, sums, outputs), 0);
  // A larger one is right for positive sums, and wrong for negative ones.
  EXPECT_FALSE(findFloatFactor(multiplier, sums, outputs));
  std::optional<float> factor = findFloatFactor(multiplier, sums, {0, 127});
  ASSERT_TRUE(factor);
  EXPECT_NE(*factor, 0x1p-8f);
  EXPECT_EQ(countDifferences(multiplier, *factor, sums, {0, 127}), 0);
}

TEST(FloatFactors, WhatIsNotExactIsRefused) {
  // Sums of more than 24 bits, products of more than 22, no multiplier.
  EXPECT_FALSE(findFloatFactor(1 << 20, {-5, (1 << 24) + 1}, {0, 255}));
  EXPECT_FALSE(findFloatFactor(1 << 30, {-(1 << 24), 5}, {0, 255}));
  EXPECT_FALSE(findFloatFactor(0, {-5, 5}, {0, 255}));
  EXPECT_TRUE(findFloatFactor((1 << 20) + 12345, {-5, 5}, {0, 255}));
}

/// As in S8VnniFloats::addFloats.
static int64_t addByFloats(int64_t own, int64_t other, const FloatSum &sum) {
  float share = std::fma(float(other), sum.otherFactor, sum.start);
  return std::lrint(std::fma(float(own), sum.factor, share));
}

static int64_t addByRule(int64_t own, int64_t other, const IntegerSum &rule) {
  int64_t sum = own * rule.factor + (other - rule.otherZero) * rule.otherFactor;
  return ((sum + (int64_t(1) << (rule.shift - 1))) >> rule.shift) + rule.zero;
}

TEST(FloatFactors, AllPairsAgree) {
  std::mt19937 random(5);
  int found = 0;
  for (int i = 0; i != 12; ++i) {
    auto factor = [&] { return int64_t(random() % (1 << 22) + (1 << 20)); };
    IntegerSum rule = {factor(), int64_t(random() % 256) - 128, factor(),
                       22,       int64_t(random() % 256) - 128, {-128, 120}};
    IntegerRange own = {-int64_t(random() % 128), 127};
    std::optional<FloatSum> sum = findFloatSum(rule, own);
    if (!sum)
      continue;
    ++found;
    int64_t differences = 0;
    for (int64_t a = own.lo; a <= own.hi; ++a)
      for (int64_t b = -128; b <= 127; ++b)
        differences += std::clamp<int64_t>(addByRule(a, b, rule), -128, 120) !=
                       std::clamp<int64_t>(addByFloats(a, b, *sum), -128, 120);
    EXPECT_EQ(differences, 0);
  }
  EXPECT_GT(found, 9);
}

TEST(FloatFactors, SumsInTheMiddleOfIntegersHaveNoFloats) {
  IntegerSum halves = {1, 0, 1, 1, 5, {-128, 127}};
  EXPECT_FALSE(findFloatSum(halves, {-128, 127}));
}
