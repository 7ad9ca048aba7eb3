//===- ReferenceRecurrentParamsTest.cpp - Factors of recurrent layers -----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/RecurrentParams.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace edgecc::integer;

TEST(ReferenceRecurrentParams, FactorsKeepThirtyBits) {
  for (double factor : {1.0, 0.3, 2.0 / 3, 1.9e-8, 12345.678, 1.0 / 32768}) {
    ScaleFactor scaled = getScaleFactor(factor);
    EXPECT_GE(scaled.multiplier, 1 << 30) << factor;
    EXPECT_NEAR(std::ldexp(double(scaled.multiplier), -scaled.shift) / factor,
                1.0, 0x1p-30)
        << factor;
  }
}

TEST(ReferenceRecurrentParams, SignsStay) {
  ScaleFactor positive = getScaleFactor(0.2), negative = getScaleFactor(-0.2);
  EXPECT_EQ(negative.multiplier, -positive.multiplier);
  EXPECT_EQ(negative.shift, positive.shift);
}

// What rounds up to 2^31 needs a smaller shift.
TEST(ReferenceRecurrentParams, RoundingUpShiftsLess) {
  ScaleFactor scaled = getScaleFactor(std::nextafter(1.0, 0.0));
  EXPECT_EQ(scaled.multiplier, 1 << 30);
  EXPECT_EQ(scaled.shift, 30);
}

TEST(ReferenceRecurrentParams, AbsurdFactorsStayInRange) {
  ScaleFactor large = getScaleFactor(1e30);
  EXPECT_EQ(large.multiplier, INT32_MAX);
  EXPECT_EQ(large.shift, 1);
  ScaleFactor small = getScaleFactor(1e-30);
  EXPECT_EQ(small.multiplier, 0);
  EXPECT_EQ(small.shift, 62);
}
