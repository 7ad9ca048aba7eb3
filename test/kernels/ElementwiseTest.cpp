//===- ElementwiseTest.cpp ------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// elementwise.h over all ways of broadcasting.
#include "elementwise.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

float subtract(float a, float b) { return a - b; }
bool isLess(float a, float b) { return a < b; }
float choose(bool condition, float a, std::int8_t b) {
  return condition ? a : static_cast<float>(b);
}
float negate(float a) { return -a; }
std::int64_t seven() { return 7; }

template <class Out, class A, class B> void testMap() {
  Random random;
  const auto a = random.reals(A::size), b = random.reals(B::size);
  auto out = buffer<float>(Out::size);
  bool less[Out::size];
  map<&subtract, Out, A, B>(out.data(), a.data(), b.data());
  map<&isLess, Out, A, B>(less, a.data(), b.data());
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    const float x = at(a, broadcastOffset<A>(index));
    const float y = at(b, broadcastOffset<B>(index));
    EXPECT_EQ(at(out, i), x - y) << "element " << i;
    EXPECT_EQ(less[i], x < y) << "element " << i;
  }
}

template <class Out, class A, class B> void testAdd() {
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  const int zeroA = 100, zeroB = -128, zero = 12, lo = -70, hi = 110;
  for (int shift : {0, 1, 21}) {
    const std::int32_t mulA = (2 << shift) / 3 + 1, mulB = (1 << shift) / 5 + 1;
    auto out = buffer<std::int8_t>(Out::size);
    add_s8<Out, A, B>(a.data(), b.data(), out.data(), zeroA, mulA, zeroB, mulB,
                      shift, zero, lo, hi);
    for (int i = 0; i < Out::size; ++i) {
      const std::vector<int> index = unravel<Out>(i);
      const std::int64_t sum =
          std::int64_t{at(a, broadcastOffset<A>(index)) - zeroA} * mulA +
          std::int64_t{at(b, broadcastOffset<B>(index)) - zeroB} * mulB;
      const std::int64_t unit = std::int64_t{1} << shift;
      EXPECT_EQ(at(out, i),
                std::clamp<std::int64_t>(
                    floorDivide(sum + unit / 2, unit) + zero, lo, hi))
          << "element " << i << " shift " << shift;
    }
  }
}

template <class Out, class A, class B> void testMul() {
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  auto out = buffer<std::int8_t>(Out::size);
  mul_s8<Out, A, B>(a.data(), b.data(), out.data(), -128, 127, 20000000, 1, -3,
                    -120, 100);
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    const int product = (at(a, broadcastOffset<A>(index)) + 128) *
                        (at(b, broadcastOffset<B>(index)) - 127);
    EXPECT_EQ(at(out, i), naiveRequantize(product, 20000000, 1, -3, -120, 100))
        << "element " << i;
  }
}

template <class Out, class A, class B> void testWide() {
  Random random;
  const auto a = random.words(A::size), b = random.words(B::size);
  auto sums = buffer<std::int16_t>(Out::size), products = sums;
  const int lo = -30000, hi = 29000, shift = 15;
  const std::int32_t mulA = 21000, mulB = 32000;
  add_s16<Out, A, B>(a.data(), b.data(), sums.data(), mulA, mulB, shift, lo,
                     hi);
  mul_s16<Out, A, B>(a.data(), b.data(), products.data(), 1900000000, 47, lo,
                     hi);
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    const std::int64_t x = at(a, broadcastOffset<A>(index));
    const std::int64_t y = at(b, broadcastOffset<B>(index));
    EXPECT_EQ(at(sums, i),
              naiveRequantizeWide(x * mulA + y * mulB, 1, shift, 0, lo, hi))
        << "element " << i;
    EXPECT_EQ(at(products, i),
              naiveRequantizeWide(x * y, 1900000000, 47, 0, lo, hi))
        << "element " << i;
  }
}

#define EDGECC_BROADCAST(Name, Out, A, B)                                      \
  TEST(Map, Name) {                                                            \
    testMap<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>();      \
  }                                                                            \
  TEST(AddS8, Name) {                                                          \
    testAdd<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>();      \
  }                                                                            \
  TEST(MulS8, Name) {                                                          \
    testMul<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>();      \
  }                                                                            \
  TEST(AddMulS16, Name) {                                                      \
    testWide<EDGECC_SHAPE_OF Out, EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B>();     \
  }
#include "shapes.inc"

TEST(Map, NoOperand) {
  std::int64_t out[3] = {};
  map<&seven, Shape<3>>(out);
  EXPECT_EQ(out[0] + out[1] + out[2], 21);
}

TEST(Map, ThreeOperandsOfDifferentTypes) {
  const bool condition[] = {true, false};
  const float a[] = {0.5f, 1.5f, 2.5f};
  const std::int8_t b[] = {-9};
  float out[6];
  map<&choose, Shape<2, 3>, Shape<2, 1>, Shape<3>, Shape<>>(out, condition, a,
                                                            b);
  const float want[] = {0.5f, 1.5f, 2.5f, -9.0f, -9.0f, -9.0f};
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(out[i], want[i]);
}

TEST(Map, InPlace) {
  float x[] = {1.0f, -2.0f};
  map<&negate, Shape<2>, Shape<2>>(x, x);
  EXPECT_EQ(x[0], -1.0f);
  EXPECT_EQ(x[1], 2.0f);
}

TEST(TableS16, InterpolatesInPlace) {
  Random random;
  const auto table = random.words(513);
  const auto in = random.words(300);
  auto out = in;
  table_s16<Shape<3, 100>>(out.data(), table.data(), out.data());
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(at(out, i), interpolate(table.data(), at(in, i)));
}

TEST(TableS8, EveryCode) {
  Random random;
  const auto table = random.bytes(256);
  std::vector<std::int8_t> in;
  for (int q = -128; q <= 127; ++q)
    in.push_back(static_cast<std::int8_t>(q));
  auto out = buffer<std::int8_t>(256);
  table_s8<Shape<2, 128>>(in.data(), table.data(), out.data());
  EXPECT_EQ(out, table);
}

} // namespace
