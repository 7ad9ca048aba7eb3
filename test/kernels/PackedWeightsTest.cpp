//===- PackedWeightsTest.cpp ----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// conv2d_w4.h and fully_connected_w4.h against the kernels for whole bytes.
#include "conv2d_w4.h"
#include "fully_connected.h"
#include "fully_connected_w4.h"
#include "packed.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

/// Weights [rows, row] on a grid of four bits, packed and plain.
struct PackedLayer {
  std::vector<std::int8_t> digits, steps, weights;

  PackedLayer(Random &random, int rows, int row, int group) {
    const auto plain = random.bytes(rows * row, -8, 7);
    steps = random.bytes(rows * groupsInRow(row, group), -15, 15);
    digits = buffer<std::int8_t>(rows * packedRowBytes(row, group));
    packDigits(plain.data(), rows, row, group, digits.data());
    weights = buffer<std::int8_t>(rows * row);
    multiplySteps(plain.data(), steps.data(), rows, row, group, weights.data());
  }
};

template <class C, int Wanted> void testConv() {
  using In = typename C::In;
  using Out = typename C::Out;
  constexpr int kOut = Out::dim(3), kGroup = groupOf(C::kProducts, Wanted);
  Random random;
  const Finish finish(random, kOut, C::kProducts);
  const PackedLayer layer(random, kOut, C::kProducts, kGroup);
  const auto in = random.bytes(In::size);
  const auto bias = random.integers(kOut, -9000, 9000);
  auto want = buffer<std::int8_t>(Out::size), got = want, small = want;
  conv2d_s8<In, Out, typename C::Win, C::kGroups>(
      in.data(), layer.weights.data(), bias.data(), finish.multiplier.data(),
      want.data(), finish.inZero, finish.shift, finish.outZero, finish.lo,
      finish.hi);
  auto scratch =
      buffer<std::int8_t>((kOut / C::kGroups < 4 ? 1 : 4) * C::kProducts);
  conv2d_s8w4<In, Out, typename C::Win, C::kGroups, kGroup>(
      in.data(), layer.digits.data(), layer.steps.data(), bias.data(),
      finish.multiplier.data(), got.data(), scratch.data(), finish.inZero,
      finish.shift, finish.outZero, finish.lo, finish.hi);
  EXPECT_EQ(got, want);
  conv2d_s8w4_small<In, Out, typename C::Win, C::kGroups, kGroup>(
      in.data(), layer.digits.data(), layer.steps.data(), bias.data(),
      finish.multiplier.data(), small.data(), finish.inZero, finish.shift,
      finish.outZero, finish.lo, finish.hi);
  EXPECT_EQ(small, want);
}

template <class In, class Out, int Wanted> void testFullyConnected() {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kGroup = groupOf(kDepth, Wanted);
  Random random;
  const Finish finish(random, kOut, kDepth);
  const PackedLayer layer(random, kOut, kDepth, kGroup);
  const auto in = random.bytes(In::size);
  const auto bias = random.integers(kOut, -9000, 9000);
  auto want = buffer<std::int8_t>(Out::size), got = want;
  fully_connected_s8<In, Out>(
      in.data(), layer.weights.data(), bias.data(), finish.multiplier.data(),
      want.data(), finish.shift, finish.outZero, finish.lo, finish.hi);
  fully_connected_s8w4<In, Out, kGroup>(
      in.data(), layer.digits.data(), layer.steps.data(), bias.data(),
      finish.multiplier.data(), got.data(), finish.shift, finish.outZero,
      finish.lo, finish.hi);
  EXPECT_EQ(got, want);
}

// Groups that rows end in the middle of, of any parity, and whole rows.
#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  using Conv##Name =                                                           \
      WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>;         \
  TEST(Conv2dS8W4, Name) {                                                     \
    testConv<Conv##Name, 6>();                                                 \
    testConv<Conv##Name, 32>();                                                \
    testConv<Conv##Name, 1 << 20>();                                           \
  }
#define EDGECC_FULLY_CONNECTED(Name, In, Out)                                  \
  TEST(FullyConnectedS8W4, Name) {                                             \
    testFullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out, 6>();          \
    testFullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out, 32>();         \
    testFullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out, 1 << 20>();    \
  }
#include "shapes.inc"

// A byte holds two digits, the first in its lower half.
TEST(PackedWeights, HalvesHaveSigns) {
  EXPECT_EQ(lowerDigit(static_cast<std::int8_t>(0x78)), -8);
  EXPECT_EQ(upperDigit(static_cast<std::int8_t>(0x78)), 7);
  EXPECT_EQ(lowerDigit(static_cast<std::int8_t>(0xf1)), 1);
  EXPECT_EQ(upperDigit(static_cast<std::int8_t>(0xf1)), -1);
}

} // namespace
