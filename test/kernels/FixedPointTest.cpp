//===- FixedPointTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// fixed_point.h and quantize.h: the integer contract at its limits.
#include "fixed_point.h"
#include "quantize.h"
#include "reference.h"

#include <cstring>
#include <limits>

using namespace edgecc::kernels;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(Requantize, Extremes) {
  const std::int32_t accumulators[] = {INT32_MIN,
                                       INT32_MIN + 1,
                                       -(1 << 30) - 1,
                                       -(1 << 30),
                                       -129,
                                       -2,
                                       -1,
                                       0,
                                       1,
                                       2,
                                       128,
                                       (1 << 30) - 1,
                                       1 << 30,
                                       INT32_MAX - 1,
                                       INT32_MAX};
  const std::int32_t multipliers[] = {
      0, 1, 2, 1 << 20, 1 << 30, (1 << 30) + 1, INT32_MAX - 1, INT32_MAX};
  for (std::int32_t acc : accumulators)
    for (std::int32_t m : multipliers)
      for (int shift : {0, 1, 2, 15, 30, 31})
        for (int zero : {-128, -1, 0, 127})
          EXPECT_EQ(requantize(acc, m, shift, zero, -128, 127),
                    naiveRequantize(acc, m, shift, zero, -128, 127))
              << acc << " * " << m << " << " << shift << " + " << zero;
}

TEST(Requantize, RoundsHalvesUp) {
  const std::int32_t half = 1 << 30;
  EXPECT_EQ(requantize(1, half, 0, 0, -128, 127), 1);
  EXPECT_EQ(requantize(-1, half, 0, 0, -128, 127), 0);
  EXPECT_EQ(requantize(-3, half, 0, 0, -128, 127), -1);
}

TEST(Requantize, Random) {
  Random random;
  for (int i = 0; i < 200000; ++i) {
    const int bits = random.integer(0, 31);
    const auto acc = static_cast<std::int32_t>(random.next()) >> bits;
    const auto m = static_cast<std::int32_t>(random.next() >> 1);
    const int shift = random.integer(0, 8), zero = random.integer(-128, 127);
    const int lo = random.integer(-128, 0), hi = random.integer(0, 127);
    ASSERT_EQ(requantize(acc, m, shift, zero, lo, hi),
              naiveRequantize(acc, m, shift, zero, lo, hi))
        << acc << " * " << m << " << " << shift << " + " << zero;
  }
}

TEST(RequantizeWide, Extremes) {
  // The largest sums that 64 bits hold, and results on both sides of ties.
  EXPECT_EQ(
      requantizeWide(std::int64_t{3} << 30, INT32_MAX, 62, 0, -32768, 32767),
      1);
  EXPECT_EQ(
      requantizeWide(-(std::int64_t{1} << 32), INT32_MAX, 0, 0, -32768, 32767),
      -32768);
  for (int shift : {1, 2, 31, 32, 45}) {
    const std::int64_t half = std::int64_t{1} << (shift - 1);
    for (int zero : {-128, 0, 127}) {
      EXPECT_EQ(requantizeWide(half, 1, shift, zero, -32768, 32767), zero + 1);
      EXPECT_EQ(requantizeWide(half - 1, 1, shift, zero, -32768, 32767), zero);
      EXPECT_EQ(requantizeWide(-half, 1, shift, zero, -32768, 32767), zero);
      EXPECT_EQ(requantizeWide(-half - 1, 1, shift, zero, -32768, 32767),
                zero - 1);
    }
  }
  EXPECT_EQ(requantizeWide(-7, 3, 0, 5, -32768, 32767), -16);
  EXPECT_EQ(requantizeWide(-7, 3, 0, 5, -10, 32767), -10);
}

TEST(RequantizeWide, Random) {
  Random random;
  for (int i = 0; i < 200000; ++i) {
    const std::int64_t acc =
        static_cast<std::int32_t>(random.next()) >> random.integer(0, 31);
    const auto m = static_cast<std::int32_t>(random.next() >> 1);
    const int shift = random.integer(0, 61), zero = random.integer(-128, 127);
    const int lo = random.integer(-32768, 0), hi = random.integer(0, 32767);
    ASSERT_EQ(requantizeWide(acc, m, shift, zero, lo, hi),
              naiveRequantizeWide(acc, m, shift, zero, lo, hi))
        << acc << " * " << m << " >> " << shift << " + " << zero;
  }
}

TEST(Interpolate, IsWithinHalfAStepOfTheLine) {
  Random random;
  const auto table = random.words(513);
  for (int q = -32768; q <= 32767; ++q) {
    const int segment = (q + 32768) / 128;
    const double share = ((q + 32768) % 128) / 128.0;
    const double line = at(table, segment) +
                        share * (at(table, segment + 1) - at(table, segment));
    ASSERT_EQ(interpolate(table.data(), static_cast<std::int16_t>(q)),
              static_cast<int>(std::floor(line + 0.5)))
        << q;
  }
}

std::int32_t naiveRound(float x) {
  if (std::isnan(x))
    return 0;
  return static_cast<std::int32_t>(std::clamp(
      std::nearbyint(static_cast<double>(x)), -2147483648.0, 2147483647.0));
}

TEST(RoundHalfEven, SpecialValues) {
  const float values[] = {0.0f,       -0.0f,         0.5f,          1.5f,
                          2.5f,       0.49999997f,   0.50000006f,   1e-45f,
                          2097151.5f, 4194303.5f,    4194303.8f,    4194304.0f,
                          4194304.5f, 4194305.5f,    8388607.5f,    8388608.0f,
                          16777216.f, 2147483520.0f, 2147483648.0f, 3e38f,
                          kInfinity,  kNaN};
  for (float value : values)
    for (float x : {value, -value})
      EXPECT_EQ(roundHalfEven(x), naiveRound(x)) << x;
}

TEST(RoundHalfEven, AnyBits) {
  Random random;
  for (int i = 0; i < 500000; ++i) {
    const std::uint32_t bits = random.next();
    float x;
    std::memcpy(&x, &bits, sizeof(x));
    ASSERT_EQ(roundHalfEven(x), naiveRound(x)) << x;
    const float halves = static_cast<float>(random.integer(-999, 999)) / 2.0f;
    ASSERT_EQ(roundHalfEven(halves), naiveRound(halves)) << halves;
  }
}

int naiveQuantize(float x, float scale, int zero) {
  const float steps = x / scale;
  if (std::isnan(steps))
    return zero;
  return static_cast<int>(std::clamp(
      std::nearbyint(static_cast<double>(steps)) + zero, -128.0, 127.0));
}

TEST(Quantize, SpecialValues) {
  for (int zero : {-128, -1, 0, 5, 127}) {
    EXPECT_EQ(quantize(kNaN, 0.1f, zero), zero);
    EXPECT_EQ(quantize(kInfinity, 0.1f, zero), 127);
    EXPECT_EQ(quantize(-kInfinity, 0.1f, zero), -128);
    EXPECT_EQ(quantize(3e38f, 1e-38f, zero), 127);
    EXPECT_EQ(quantize(-3e38f, 1e-38f, zero), -128);
    EXPECT_EQ(quantize(1e-45f, 1e-45f, zero), std::min(zero + 1, 127));
    EXPECT_EQ(quantize(-0.0f, 1.0f, zero), zero);
  }
}

TEST(Quantize, Ties) {
  for (int half = -1024; half <= 1024; ++half)
    for (int zero : {-128, -3, 0, 127}) {
      const float x = static_cast<float>(half) * 0.125f;
      EXPECT_EQ(quantize(x, 0.25f, zero), naiveQuantize(x, 0.25f, zero)) << x;
    }
}

TEST(Quantize, Random) {
  Random random;
  for (int i = 0; i < 200000; ++i) {
    const float scale = random.real(1e-4f, 1.0f);
    const float x = random.real(-150.0f, 150.0f) * scale;
    const int zero = random.integer(-128, 127);
    ASSERT_EQ(quantize(x, scale, zero), naiveQuantize(x, scale, zero))
        << x << " / " << scale << " + " << zero;
  }
}

TEST(Quantize, EveryCodeSurvivesTheRoundTrip) {
  for (float scale : {1.0f, 0.1f, 3.0517578e-5f, 1234.5f})
    for (int zero : {-128, -7, 0, 127})
      for (int q = -128; q <= 127; ++q) {
        const auto code = static_cast<std::int8_t>(q);
        const float x = dequantize(code, scale, zero);
        EXPECT_EQ(x, static_cast<float>(q - zero) * scale);
        EXPECT_EQ(quantize(x, scale, zero), q);
      }
}

TEST(QuantizeWide, SpecialValuesAndTies) {
  const auto q = [](float x, float scale) {
    return quantizeAs<std::int16_t>(x, scale, 0);
  };
  EXPECT_EQ(q(kNaN, 0.1f), 0);
  EXPECT_EQ(q(kInfinity, 0.1f), 32767);
  EXPECT_EQ(q(-kInfinity, 0.1f), -32768);
  EXPECT_EQ(q(3e38f, 1e-38f), 32767);
  EXPECT_EQ(q(32767.4f, 1.0f), 32767);
  EXPECT_EQ(q(-32768.5f, 1.0f), -32768);
  EXPECT_EQ(q(16384.5f, 1.0f), 16384);
  EXPECT_EQ(q(16385.5f, 1.0f), 16386);
  EXPECT_EQ(q(-0.5f, 1.0f), 0);
  EXPECT_EQ(q(-1.5f, 1.0f), -2);
}

TEST(QuantizeWide, EveryCodeSurvivesTheRoundTrip) {
  for (float scale : {1.0f, 0.1f, 3.0517578e-5f, 1234.5f})
    for (int code = -32768; code <= 32767; ++code)
      ASSERT_EQ(quantizeAs<std::int16_t>(dequantize(code, scale, 0), scale, 0),
                code);
}

TEST(QuantizeWide, Kernels) {
  using S = Shape<3, 7>;
  Random random;
  const auto x = random.reals(S::size);
  auto q = buffer<std::int16_t>(S::size), wider = q;
  auto narrow = buffer<std::int8_t>(S::size);
  auto back = buffer<float>(S::size);
  const float scale = 7.0e-5f;
  quantize_s16<S>(x.data(), q.data(), scale, 0);
  dequantize_s16<S>(q.data(), back.data(), scale, 0);
  // By 0.0027 to int8, and from there by 210.
  requantize_wide<S>(q.data(), narrow.data(), 0, 1484780000, 39, -11);
  requantize_wide<S>(narrow.data(), wider.data(), -11, 1761607680, 23, 0);
  for (int i = 0; i < S::size; ++i) {
    EXPECT_EQ(at(q, i),
              static_cast<int>(std::clamp(
                  std::nearbyint(static_cast<double>(at(x, i) / scale)),
                  -32768.0, 32767.0)));
    EXPECT_EQ(at(back, i), static_cast<float>(at(q, i)) * scale);
    EXPECT_EQ(at(narrow, i),
              naiveRequantizeWide(at(q, i), 1484780000, 39, -11, -128, 127));
    EXPECT_EQ(at(wider, i), naiveRequantizeWide(at(narrow, i) + 11, 1761607680,
                                                23, 0, -32768, 32767));
  }
  auto copy = q;
  requantize_wide<S>(q.data(), wider.data(), 0, 1484780000, 31, 0);
  requantize_wide<S>(copy.data(), copy.data(), 0, 1484780000, 31, 0);
  EXPECT_EQ(copy, wider);
}

TEST(Quantize, Kernels) {
  using S = Shape<3, 7>;
  Random random;
  const auto x = random.reals(S::size);
  auto q = buffer<std::int8_t>(S::size), other = q;
  auto back = buffer<float>(S::size);
  quantize_s8<S>(x.data(), q.data(), 0.03f, 11);
  dequantize_s8<S>(q.data(), back.data(), 0.03f, 11);
  requantize_s8<S>(q.data(), other.data(), 11, 1300000000, 1, -20);
  for (int i = 0; i < S::size; ++i) {
    EXPECT_EQ(at(q, i), naiveQuantize(at(x, i), 0.03f, 11));
    EXPECT_EQ(at(back, i), static_cast<float>(at(q, i) - 11) * 0.03f);
    EXPECT_EQ(at(other, i),
              naiveRequantize(at(q, i) - 11, 1300000000, 1, -20, -128, 127));
  }
  requantize_s8<S>(q.data(), q.data(), 11, 1300000000, 1, -20);
  EXPECT_EQ(q, other);
}

} // namespace
