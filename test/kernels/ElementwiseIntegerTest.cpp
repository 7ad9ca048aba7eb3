//===- ElementwiseIntegerTest.cpp -----------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// elementwise_integer.h over all ways of broadcasting.
#include "elementwise_integer.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

/// Calls check(a, b, out) for each element, with the operands that it is made
/// of.
template <class Out, class A, class B, class T, class Check>
void forEachElement(const std::vector<T> &a, const std::vector<T> &b,
                    const std::vector<T> &out, const Check &check) {
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    SCOPED_TRACE(i);
    check(at(a, broadcastOffset<A>(index)), at(b, broadcastOffset<B>(index)),
          at(out, i));
  }
}

template <class Out, class A, class B, bool IsMax> void testExtremum() {
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  const int zeroA = 100, zeroB = -128, zero = 12, lo = -70, hi = 110;
  for (int shift : {0, 1, 21}) {
    const std::int32_t mulA = (2 << shift) / 3 + 1, mulB = (1 << shift) / 5 + 1;
    auto out = buffer<std::int8_t>(Out::size);
    extremum_s8<Out, A, B, IsMax>(a.data(), b.data(), out.data(), zeroA, mulA,
                                  zeroB, mulB, shift, zero, lo, hi);
    forEachElement<Out, A, B>(a, b, out, [&](int x, int y, int result) {
      const std::int64_t left = std::int64_t{x - zeroA} * mulA;
      const std::int64_t right = std::int64_t{y - zeroB} * mulB;
      const std::int64_t unit = std::int64_t{1} << shift;
      const std::int64_t best =
          IsMax ? std::max(left, right) : std::min(left, right);
      EXPECT_EQ(result, std::clamp<std::int64_t>(
                            floorDivide(best + unit / 2, unit) + zero, lo, hi));
    });
  }
}

template <class Out, class A, class B> void testDivide() {
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  const int zeroA = -3, zeroB = 5, zero = 12, lo = -120, hi = 110;
  for (int shift : {0, 1, 16}) {
    const std::int32_t m = 40 << shift;
    auto out = buffer<std::int8_t>(Out::size);
    div_s8<Out, A, B>(a.data(), b.data(), out.data(), zeroA, zeroB, m, shift,
                      zero, lo, hi);
    forEachElement<Out, A, B>(a, b, out, [&](int x, int y, int result) {
      const std::int64_t numerator = x - zeroA, denominator = y - zeroB;
      const std::int64_t unit = std::int64_t{1} << shift;
      std::int64_t want = zero + (numerator > 0   ? 1000
                                  : numerator < 0 ? -1000
                                                  : 0);
      if (denominator != 0)
        want = floorDivide(numerator * m / denominator + unit / 2, unit) + zero;
      EXPECT_EQ(result, std::clamp<std::int64_t>(want, lo, hi));
    });
  }
}

template <class Out, class A, class B> void testPRelu() {
  if (A::size != Out::size)
    return; // Slopes broadcast to the input, not the other way.
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  auto out = buffer<std::int8_t>(Out::size);
  prelu_s8<Out, A, B>(a.data(), b.data(), out.data(), 20, -100, 900000000,
                      9000000, 1, -3, -120, 100);
  forEachElement<Out, A, B>(a, b, out, [](int x, int y, int result) {
    const int want =
        x >= 20
            ? naiveRequantize(x - 20, 900000000, 1, -3, -120, 100)
            : naiveRequantize((x - 20) * (y + 100), 9000000, 1, -3, -120, 100);
    EXPECT_EQ(result, want);
  });
}

template <class Out, class A, class B, bool IsMax> void testExtremumWide() {
  Random random;
  const auto a = random.words(A::size), b = random.words(B::size);
  const std::int32_t mulA = 20000, mulB = 30000;
  auto out = buffer<std::int16_t>(Out::size);
  extremum_s16<Out, A, B, IsMax>(a.data(), b.data(), out.data(), mulA, mulB, 15,
                                 -20000, 25000);
  forEachElement<Out, A, B>(a, b, out, [&](int x, int y, int result) {
    const std::int64_t left = x * mulA, right = y * mulB;
    const std::int64_t best =
        IsMax ? std::max(left, right) : std::min(left, right);
    EXPECT_EQ(result, std::clamp<std::int64_t>(floorDivide(best + 16384, 32768),
                                               -20000, 25000));
  });
}

template <class Out, class A, class B> void testDivideWide() {
  Random random;
  const auto a = random.words(A::size), b = random.words(B::size, -300, 300);
  for (int shift : {0, 1, 20}) {
    const std::int32_t m = 40 << shift;
    auto out = buffer<std::int16_t>(Out::size);
    div_s16<Out, A, B>(a.data(), b.data(), out.data(), m, shift, -30000, 31000);
    forEachElement<Out, A, B>(a, b, out, [&](int x, int y, int result) {
      const std::int64_t unit = std::int64_t{1} << shift;
      std::int64_t want = x > 0 ? 40000 : x < 0 ? -40000 : 0;
      if (y != 0)
        want = floorDivide(std::int64_t{x} * m / y + unit / 2, unit);
      EXPECT_EQ(result, std::clamp<std::int64_t>(want, -30000, 31000));
    });
  }
}

template <class Out, class A, class B> void testPReluWide() {
  if (A::size != Out::size)
    return; // Slopes broadcast to the input, not the other way.
  Random random;
  const auto a = random.words(A::size), b = random.words(B::size);
  auto out = buffer<std::int16_t>(Out::size);
  prelu_s16<Out, A, B>(a.data(), b.data(), out.data(), 900000000, 70000, 30,
                       -30000, 31000);
  forEachElement<Out, A, B>(a, b, out, [](int x, int y, int result) {
    EXPECT_EQ(result, naiveRequantizeWide(x >= 0 ? x : x * y,
                                          x >= 0 ? 900000000 : 70000, 30, 0,
                                          -30000, 31000));
  });
}

#define EDGECC_BROADCAST(Name, Out, A, B)                                      \
  TEST(ExtremumS8, Name) {                                                     \
    testExtremum<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B,    \
                 true>();                                                      \
    testExtremum<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B,    \
                 false>();                                                     \
  }                                                                            \
  TEST(DivS8, Name) {                                                          \
    testDivide<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>();   \
  }                                                                            \
  TEST(PReluS8, Name) {                                                        \
    testPRelu<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>();    \
  }                                                                            \
  TEST(ExtremumS16, Name) {                                                    \
    testExtremumWide<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A,                   \
                     EDGECC_SHAPE_OF B, true>();                               \
    testExtremumWide<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A,                   \
                     EDGECC_SHAPE_OF B, false>();                              \
  }                                                                            \
  TEST(DivS16, Name) {                                                         \
    testDivideWide<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A,                     \
                   EDGECC_SHAPE_OF B>();                                       \
  }                                                                            \
  TEST(PReluS16, Name) {                                                       \
    testPReluWide<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A,                      \
                  EDGECC_SHAPE_OF B>();                                        \
  }
#include "shapes.inc"

TEST(DivS16, Limits) {
  EXPECT_EQ(divideWide(-32768, 1, INT32_MAX, 46, -32768, 32767), -1);
  EXPECT_EQ(divideWide(-32768, -1, INT32_MAX, 46, -32768, 32767), 1);
  EXPECT_EQ(divideWide(-32768, 1, INT32_MAX, 0, -32768, 32767), -32768);
  EXPECT_EQ(divideWide(1, 0, 1, 0, -32768, 32767), 32767);
  EXPECT_EQ(divideWide(-1, 0, 1, 0, -32768, 32767), -32768);
  EXPECT_EQ(divideWide(0, 0, 1, 0, 5, 32767), 5);
}

/// The largest numerator that is allowed, by both signs of the smallest and by
/// no denominator.
TEST(DivS8, Limits) {
  const std::int32_t m = (1 << 30) / 255;
  EXPECT_EQ(divide(255, 1, m, 0, 0, -128, 127), 127);
  EXPECT_EQ(divide(-255, 1, m, 0, 0, -128, 127), -128);
  EXPECT_EQ(divide(255, -1, m, 30, 0, -128, 127), -1);
  EXPECT_EQ(divide(1, 0, m, 0, 5, -128, 127), 127);
  EXPECT_EQ(divide(-1, 0, m, 0, 5, -128, 127), -128);
  EXPECT_EQ(divide(0, 0, m, 0, 5, -128, 127), 5);
}

} // namespace
