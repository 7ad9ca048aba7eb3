//===- QuantHistogramTest.cpp - Histograms and types from ranges ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/Histogram.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace edgecc::quantization;

static std::vector<float> makeNormal(size_t count, float spread) {
  std::mt19937 generator(7);
  std::vector<float> values;
  // A sum of uniform numbers, because std::normal_distribution differs between
  // standard libraries.
  for (size_t i = 0; i != count; ++i) {
    float sum = 0.0f;
    for (int k = 0; k != 12; ++k)
      sum += float(generator()) / 4294967296.0f;
    values.push_back((sum - 6.0f) * spread);
  }
  return values;
}

TEST(QuantHistogram, KnowsTheRange) {
  Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  histogram.add({1.0f, 3.0f, NAN});
  histogram.add({-2.0f, INFINITY});
  EXPECT_FALSE(histogram.empty());
  EXPECT_EQ(histogram.getRange().min, -2.0);
  EXPECT_EQ(histogram.getRange().max, 3.0);
  EXPECT_EQ(histogram.getNumNonFinite(), 2u);
}

TEST(QuantHistogram, DoesNotDependOnTheOrder) {
  std::vector<float> small = makeNormal(5000, 0.01f);
  std::vector<float> large = makeNormal(5000, 10.0f);
  Histogram growing, shrinking;
  growing.add(small);
  growing.add(large);
  shrinking.add(large);
  shrinking.add(small);
  EXPECT_EQ(growing.getMseRange().min, shrinking.getMseRange().min);
  EXPECT_EQ(growing.getMseRange().max, shrinking.getMseRange().max);
  EXPECT_EQ(growing.getPercentileRange(99.0).max,
            shrinking.getPercentileRange(99.0).max);
}

TEST(QuantHistogram, PercentileLeavesOutOutliers) {
  std::vector<float> values = makeNormal(100000, 1.0f);
  values.push_back(1000.0f);
  Histogram histogram;
  histogram.add(values);
  Range range = histogram.getPercentileRange(99.9);
  EXPECT_LT(range.max, 6.0);
  EXPECT_LT(range.min, -2.0);
  EXPECT_EQ(histogram.getPercentileRange(100.0).max, 1000.0);
}

TEST(QuantHistogram, PercentileCountsZeros) {
  Histogram histogram;
  histogram.add(std::vector<float>(999, 0.0f));
  histogram.add(makeNormal(1, 5.0f));
  EXPECT_NEAR(histogram.getPercentileRange(90.0).max, 0.0, 0.01);
  EXPECT_NEAR(histogram.getPercentileRange(90.0).min, 0.0, 0.01);
}

TEST(QuantHistogram, MseKeepsUniformValuesAndClipsOutliers) {
  std::vector<float> values;
  for (int i = 0; i != 1000; ++i)
    values.push_back(float(i) / 999.0f);
  Histogram uniform;
  uniform.add(values);
  EXPECT_NEAR(uniform.getMseRange().max, 1.0, 0.02);
  EXPECT_EQ(uniform.getMseRange().min, 0.0);

  std::vector<float> spread = makeNormal(1000000, 1.0f);
  spread.push_back(30.0f);
  Histogram outlier;
  outlier.add(spread);
  EXPECT_LT(outlier.getMseRange().max, 20.0);
  EXPECT_GT(outlier.getMseRange().max, 3.0);
}

/// Candidates for the bound that are below all values keep nothing.
TEST(QuantHistogram, EntropyKeepsSomething) {
  for (float sign : {1.0f, -1.0f}) {
    Histogram histogram;
    std::vector<float> values;
    for (int i = 0; i != 1000; ++i)
      values.push_back(sign * (0.9f + 0.0001f * float(i)));
    histogram.add(values);
    Range range = histogram.getEntropyRange();
    EXPECT_GT(std::max(range.max, -range.min), 0.9);
    EXPECT_EQ(sign > 0 ? range.min : range.max, 0.0);
  }
}

TEST(QuantHistogram, TakesConstantsAndExtremes) {
  Histogram constant;
  constant.add(std::vector<float>(10, 3.0f));
  EXPECT_NEAR(constant.getMseRange().max, 3.0, 0.1);
  Histogram zeros;
  zeros.add(std::vector<float>(10, 0.0f));
  EXPECT_EQ(zeros.getMseRange().max, 0.0);
  Histogram extreme;
  extreme.add({-3.0e38f, 1.0e-38f, 3.0e38f});
  EXPECT_TRUE(extreme.getMseRange().isFinite());
}

TEST(QuantRanges, TypesCoverTheirRange) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::quant::QuantizationDialect>();
  for (Range range : {Range{-1.0, 1.0}, Range{0.1, 0.3}, Range{-7.3, -2.0},
                      Range{-0.001, 1000.0}, Range{0.0, 1e-30}}) {
    auto type = chooseType(&context, range);
    EXPECT_EQ(type.getScale(), double(float(type.getScale())));
    double low = double(-128 - type.getZeroPoint()) * type.getScale();
    double high = double(127 - type.getZeroPoint()) * type.getScale();
    EXPECT_LE(low, std::min(range.min, 0.0) + 0.5 * type.getScale());
    EXPECT_GE(high, std::max(range.max, 0.0) - 0.5 * type.getScale());
  }
}
