//===- ReferenceIntegerParamsTest.cpp - Parameters of integer kernels -----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

#include "edgecc/Quant/IntegerParams.h"

#include "kernels/fixed_point.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::integer;
using namespace edgecc::testing;
using mlir::quant::UniformQuantizedType;

namespace {
class ReferenceIntegerParams : public ReferenceTest {
protected:
  UniformQuantizedType i8(double scale, int64_t zero) {
    return UniformQuantizedType::get(mlir::quant::QuantizationFlags::Signed,
                                     mlir::IntegerType::get(&context, 8),
                                     mlir::Float32Type::get(&context), scale,
                                     zero, -128, 127);
  }
  UniformQuantizedType i16(double scale) {
    return UniformQuantizedType::get(mlir::quant::QuantizationFlags::Signed,
                                     mlir::IntegerType::get(&context, 16),
                                     mlir::Float32Type::get(&context), scale, 0,
                                     -32768, 32767);
  }
};
} // namespace

TEST_F(ReferenceIntegerParams, FactorsBelowOneAreNotShifted) {
  Requantization result = getRequantization({0.5, 0.25, 0.999});
  EXPECT_EQ(result.shift, 0);
  EXPECT_EQ(result.multipliers[0], 1 << 30);
  EXPECT_EQ(result.multipliers[1], 1 << 29);
  EXPECT_EQ(result.multipliers[2], std::llround(0.999 * 2147483648.0));
}

TEST_F(ReferenceIntegerParams, LargestFactorDecidesTheShift) {
  Requantization result = getRequantization({5.0, 0.5});
  EXPECT_EQ(result.shift, 3);
  EXPECT_EQ(result.multipliers[0], std::llround(std::ldexp(5.0, 28)));
  EXPECT_EQ(result.multipliers[1], 1 << 27);
  EXPECT_EQ(getRequantization({1.0}).shift, 1);
}

TEST_F(ReferenceIntegerParams, RoundingUpToOneShifts) {
  // Rounds to 2^31, which is no int32.
  Requantization result = getRequantization({1.0 - 1e-12});
  EXPECT_EQ(result.shift, 1);
  EXPECT_EQ(result.multipliers[0], 1 << 30);
}

TEST_F(ReferenceIntegerParams, AbsurdFactorsStayInRange) {
  Requantization result = getRequantization({1e300, 0.0});
  EXPECT_EQ(result.shift, 31);
  EXPECT_EQ(result.multipliers[0], INT32_MAX);
  EXPECT_EQ(result.multipliers[1], 0);
}

TEST_F(ReferenceIntegerParams, RequantizationIsWithinHalfAStep) {
  for (double factor : {0.0007, 0.37, 0.9999, 1.0, 3.7, 100.3}) {
    Requantization result = getRequantization({factor});
    for (int32_t acc = -1000; acc <= 1000; acc += 7) {
      int32_t q = kernels::requantize(acc, result.multipliers[0], result.shift,
                                      3, -128, 127);
      double exact = std::clamp(acc * factor + 3, -128.0, 127.0);
      EXPECT_NEAR(q, exact, 0.5 + 1e-4) << acc << " * " << factor;
    }
  }
}

TEST_F(ReferenceIntegerParams, PerTensorWeightsRepeat) {
  Requantization result = getWeightedRequantization(
      type("1x4x!quant.uniform<i8:f32, 0.5:3>"),
      type("3x4x!quant.uniform<i8<-127:127>:f32, 0.25>"),
      type("1x3x!quant.uniform<i8:f32, 0.5>"));
  EXPECT_EQ(result.multipliers,
            (SmallVector<int32_t>{1 << 29, 1 << 29, 1 << 29}));
  result = getWeightedRequantization(
      type("1x4x!quant.uniform<i8:f32, 0.5:3>"),
      type("2x4x!quant.uniform<i8<-127:127>:f32:0, {0.25, 0.125}>"),
      type("1x2x!quant.uniform<i8:f32, 0.5>"));
  EXPECT_EQ(result.multipliers, (SmallVector<int32_t>{1 << 29, 1 << 28}));
}

TEST_F(ReferenceIntegerParams, ZeroPointFoldsIntoTheBias) {
  auto folded = foldInputZeroPoint({100, -5}, {1, 2, 3, -4, 5, -6}, 10);
  ASSERT_TRUE(folded.has_value());
  EXPECT_EQ(*folded, (SmallVector<int32_t>{40, 45}));
  EXPECT_FALSE(foldInputZeroPoint({INT32_MAX}, {-1}, 1).has_value());
}

TEST_F(ReferenceIntegerParams, AdditionUsesThirtyTwoBitsFully) {
  for (auto [a, b, out] : {std::tuple(0.5, 0.25, 0.4),
                           {1e-6, 3.0, 0.001},
                           {100.0, 100.0, 1e-5},
                           {1e-9, 1e-9, 1.0}}) {
    AddParams params = getAddParams(i8(a, -128), i8(b, 5), i8(out, 0));
    int64_t half = params.shift ? int64_t(1) << (params.shift - 1) : 0;
    int64_t largest = int64_t(255) * params.lhs + 133 * params.rhs + half;
    EXPECT_LE(largest, INT32_MAX);
    EXPECT_GE(params.shift, 0);
    if (params.shift > 0 && params.shift < 30) {
      EXPECT_EQ(params.lhs, std::llround(std::ldexp(a / out, params.shift)));
      EXPECT_GT(2 * largest + 1000, INT32_MAX);
    }
  }
}

TEST_F(ReferenceIntegerParams, SoftmaxTableBeginsAtOne) {
  auto table = getSoftmaxTable(0.1);
  EXPECT_EQ(table[0], 1 << 23);
  EXPECT_EQ(table[10], std::llround(std::exp(-1.0) * 8388608));
  EXPECT_EQ(getSoftmaxTable(10.0)[255], 0);
}

TEST_F(ReferenceIntegerParams, ClampBoundsAreStoredValues) {
  using llvm::APFloat;
  auto type = i8(0.5, 10);
  EXPECT_EQ(getClampRange(type).lo, -128);
  EXPECT_EQ(getClampRange(type).hi, 127);
  ClampRange relu6 = getClampRange(type, APFloat(0.0f), APFloat(6.0f));
  EXPECT_EQ(relu6.lo, 10);
  EXPECT_EQ(relu6.hi, 22);
  // Beyond the range, and half-way between two stored values.
  EXPECT_EQ(getClampRange(type, {}, APFloat(1000.0f)).hi, 127);
  EXPECT_EQ(getClampRange(type, APFloat(0.25f)).lo, 10);
  EXPECT_EQ(getClampRange(type, APFloat(0.75f)).lo, 12);
}

TEST_F(ReferenceIntegerParams, AverageFactorsShareAShift) {
  Requantization result = getAvgPoolRequantization(i8(0.5, 0), i8(0.5, 0), 4);
  EXPECT_EQ(result.shift, 1);
  ASSERT_EQ(result.multipliers.size(), 4u);
  EXPECT_EQ(result.multipliers[0], 1 << 30);
  EXPECT_EQ(result.multipliers[3], 1 << 28);
}

/// The largest product, with what rounds it, against what 64 bits hold.
static __int128 getLargest(const WideRequantization &result,
                           llvm::ArrayRef<int64_t> bounds) {
  __int128 largest = 0;
  for (auto [m, bound] : llvm::zip_equal(result.multipliers, bounds))
    largest = std::max(largest, __int128(m) * bound);
  __int128 half = result.shift ? __int128(1) << (result.shift - 1) : 0;
  return largest + half;
}

TEST_F(ReferenceIntegerParams, WideFactorsUseAllBitsThatFit) {
  for (double factor : {1e-12, 3e-5, 0.004, 0.5, 1.0, 77.7, 1e6})
    for (int64_t bound : {int64_t(1), int64_t(32768), int64_t(1) << 31,
                          int64_t(1) << 40, int64_t(1) << 52}) {
      WideRequantization result =
          getWideRequantization({factor, factor / 100}, {bound, bound / 2 + 1});
      ASSERT_LE(getLargest(result, {bound, bound / 2 + 1}), INT64_MAX);
      if (result.shift == 0)
        continue;
      for (int i : {0, 1})
        EXPECT_EQ(
            result.multipliers[i],
            std::llround(std::ldexp(factor / (i ? 100 : 1), result.shift)));
      // One more bit would not have fitted.
      bool isFull = 2 * int64_t(result.multipliers[0]) >= INT32_MAX;
      EXPECT_TRUE(isFull || result.shift == 62 ||
                  2 * getLargest(result, {bound, bound / 2 + 1}) +
                          2 * __int128(bound) >
                      INT64_MAX)
          << factor << " of " << bound;
    }
}

TEST_F(ReferenceIntegerParams, AbsurdWideFactorsStayInRange) {
  WideRequantization result =
      getWideRequantization({1e300, 0.0}, {int64_t(1) << 40, 5});
  EXPECT_EQ(result.shift, 0);
  EXPECT_EQ(result.multipliers[0], INT64_MAX >> 40);
  EXPECT_EQ(result.multipliers[1], 0);
  EXPECT_EQ(getWideRequantization({1e300}, {0}).multipliers[0], INT32_MAX);
}

TEST_F(ReferenceIntegerParams, WideRequantizationIsWithinHalfAStep) {
  for (double factor : {1e-6, 0.0007, 0.37, 1.0, 3.7}) {
    WideRequantization result = getWideRequantization({factor}, {1000000000});
    for (int64_t acc = -999999999; acc <= 999999999; acc += 77777777) {
      int32_t q = kernels::requantizeWide(acc, result.multipliers[0],
                                          result.shift, 0, -32768, 32767);
      double exact = std::clamp(double(acc) * factor, -32768.0, 32767.0);
      EXPECT_NEAR(q, exact, 0.5 + 1e-3) << acc << " * " << factor;
    }
  }
}

TEST_F(ReferenceIntegerParams, DeepProductsKeepSixteenBits) {
  for (double scale : {1e-3, 0.5, 700.0})
    for (int64_t depth : {int64_t(1), int64_t(64), kLargestWideDepth}) {
      WideRequantization result =
          getWideMulRequantization(i16(scale), i16(0.5), i16(1e4), depth);
      ASSERT_LE(getLargest(result, {depth << 30}), INT64_MAX);
      EXPECT_GE(result.multipliers[0], 1 << 15);
    }
}

TEST_F(ReferenceIntegerParams, SumsAreBoundedByTheWeights) {
  WideSums sums = getWideSums({100, -5}, {1, -2, 3, -4, 5, 0});
  EXPECT_EQ(sums.products, (llvm::SmallVector<int64_t>{6 * 32768, 9 * 32768}));
  EXPECT_EQ(sums.withBias,
            (llvm::SmallVector<int64_t>{6 * 32768 + 100, 9 * 32768 + 5}));
  EXPECT_TRUE(sums.fitInt32());
  // 516 weights of 127 do, whatever the bias is; 517 do not.
  EXPECT_TRUE(getWideSums({INT32_MIN}, llvm::SmallVector<int8_t>(516, -127))
                  .fitInt32());
  EXPECT_FALSE(
      getWideSums({0}, llvm::SmallVector<int8_t>(517, 127)).fitInt32());
}

TEST_F(ReferenceIntegerParams, WideAdditionStaysInThirtyTwoBits) {
  for (auto [a, b, out] : {std::tuple(0.5, 0.25, 0.4), {1e-6, 3.0, 0.001}}) {
    AddParams params = getAddParams(i16(a), i16(b), i16(out));
    int64_t half = params.shift ? int64_t(1) << (params.shift - 1) : 0;
    EXPECT_LE(32768 * (int64_t(params.lhs) + params.rhs) + half, INT32_MAX);
  }
  AddParams params = getAddParams(i16(0.5), i16(0.25), i16(0.5));
  EXPECT_EQ(params.shift, 15);
  EXPECT_EQ(params.rhs, 1 << 14);
}

TEST_F(ReferenceIntegerParams, WideBoundsAreStoredValues) {
  EXPECT_EQ(getStoredValue(1e9f, i16(0.5)), 32767);
  EXPECT_EQ(getStoredValue(-1e9f, i16(0.5)), -32768);
  EXPECT_EQ(getStoredValue(-1000.25f, i16(0.5)), -2000);
  EXPECT_EQ(getClampRange(i16(0.5), {}, llvm::APFloat(6.0f)).hi, 12);
}

TEST_F(ReferenceIntegerParams, WideSoftmaxTableHasTwoFactors) {
  auto table = getWideSoftmaxTable(0.001);
  EXPECT_EQ(table[0], 1 << 23);
  EXPECT_EQ(table[256], 1 << 23);
  EXPECT_EQ(table[2], std::llround(std::exp(-0.512) * 8388608));
  EXPECT_EQ(table[256 + 255], std::llround(std::exp(-0.255) * 8388608));
}
