//===- SimdConv2dTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The kernels of vectors against the portable ones, which Conv2dTest.cpp holds
// against loops over every tap: int8 bit for bit. Compiled for AVX2, AVX-512
// and, by run-arm.sh, NEON; exits with 77 on a processor without.
#include "add_operands.h"
#include "conv2d.h"
#include "conv2d_simd.h"
#include "data_movement.h"
#include "elementwise.h"
#include "fenced.h"
#include "reference.h"
#include "simd_types.h"
#include "tiles.h"
#include "vector_data.h"

using namespace edgecc::kernels;

namespace {

/// Random weights that the arithmetic multiplies right.
std::vector<std::int8_t> makeWeights(Random &random, int count) {
  std::vector<std::int8_t> weights = random.bytes(count);
  for (std::int8_t &weight : weights)
    weight = std::max<std::int8_t>(weight, kLeastWeight);
  // Pairs of these are what may overflow.
  for (int i = 0; i < std::min(count, 40); ++i)
    weights[static_cast<std::size_t>(i)] = kLeastWeight;
  return weights;
}

template <class C, int Pixels, int Blocks, int Band, bool Small, bool WithSum>
void testS8() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = TilePlan<S8, In, Out, Win, Pixels, Blocks, Band>;
  constexpr int kOut = Out::dim(3), kTaps = C::kProducts;
  constexpr int kInZero = -7, kShift = Small ? 0 : 2;
  constexpr int kOutZero = Small ? -128 : 13;
  constexpr int kLo = -100, kHi = 127;
  constexpr bool kScaled = Small && kScalesSmall;
  constexpr bool kFits = Small && !kScalesSmall;
  Random random;
  auto image = random.bytes(In::size);
  for (int i = 0; i < std::min(40, In::size); ++i)
    image[static_cast<std::size_t>(i)] = -128;
  const auto filter = makeWeights(random, kOut * kTaps);
  const auto bias = random.integers(kOut, -9000, 9000);
  auto multiplier = random.integers(kOut, 1, (1 << 29) / kTaps + 1);
  // Some results saturate, in 16 bits as well where that is allowed.
  if (!kFits)
    multiplier[0] = (1 << 29) - 1;
  auto folded = bias, factors = multiplier;
  for (int o = 0; o < kOut; ++o) {
    int sum = 0;
    for (int i = 0; i < kTaps; ++i)
      sum += at(filter, o * kTaps + i);
    folded[static_cast<std::size_t>(o)] -= kOffset * sum;
    factors[static_cast<std::size_t>(o)] *= kScaled ? 4 : 1;
  }
  auto want = buffer<std::int8_t>(Out::size), sum = want;
  conv2d_s8<In, Out, Win, 1>(image.data(), filter.data(), bias.data(),
                             multiplier.data(), want.data(), kInZero, kShift,
                             kOutZero, kLo, kHi);
  const Fenced<std::int8_t> in(image), weights = pack<Plan>(filter),
                                       scratch(scratchBytes<Plan>());
  const auto start = fillUp<S8>(folded), scale = fillUp<S8>(factors);
  if constexpr (!WithSum) {
    const Fenced<std::int8_t> out(Out::size);
    conv2d_s8_simd<S8, In, Out, Win, Pixels, Blocks, Band, Small, kInZero,
                   kShift, kOutZero, kLo, kHi>(in.data(), weights.data(),
                                               start.data(), scale.data(),
                                               out.data(), scratch.data());
    EXPECT_EQ(out.copy(), want);
  } else { // The result overwrites the other operand.
    const AddOperands add(random);
    const auto other = random.bytes(Out::size);
    add_s8<Out, Out, Out>(want.data(), other.data(), sum.data(), kOutZero,
                          add.mul, add.otherZero, add.otherMul, add.shift,
                          add.zero, add.lo, add.hi);
    const Fenced<std::int8_t> both(other);
    conv2d_s8_add_simd<S8, In, Out, Win, Pixels, Blocks, Band, Small, kInZero,
                       kShift, kOutZero, kLo, kHi>(
        in.data(), weights.data(), start.data(), scale.data(), both.data(),
        both.data(), scratch.data(), add.mul, add.otherZero, add.otherMul,
        add.shift, add.zero, add.lo, add.hi);
    EXPECT_EQ(both.copy(), sum);
  }
}

template <class C, int Pixels, int Blocks, bool Small> void testTiles() {
  using S8Bands = Bands<S8, C, Pixels>;
  testS8<C, Pixels, Blocks, S8Bands::kFew, Small, false>();
  testS8<C, Pixels, Blocks, S8Bands::kMany, !Small, true>();
  if constexpr (kTestsFloats) {
    testF32<F32, C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
    testPlanar<F32, C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
  }
}

template <class C> void testConv() {
  if constexpr (C::kGroups == 1) {
    constexpr int kWidth = C::Out::dim(2);
    testTiles<C, 4, 2, true>();
    // Two rows, if the image is narrow.
    testTiles<C, kWidth <= 4 ? 2 * kWidth : 5, 3, false>();
  }
}

#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  using Conv##Name =                                                           \
      WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>;         \
  TEST(SimdConv2d, Name) { testConv<Conv##Name>(); }
// Widths and channels around those of vectors.
EDGECC_CONV(Blocks, (1, 3, 17, 32), 64, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1)
EDGECC_CONV(OddBlocks, (2, 3, 5, 19), 49, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 1)
EDGECC_CONV(Rgb16, (1, 12, 22, 3), 16, (3, 3, 2, 2, 1, 1, 0, 0, 1, 1), 1)
EDGECC_CONV(Gray, (1, 16, 40, 1), 24, (5, 5, 1, 1, 1, 1, 2, 2, 2, 2), 1)
EDGECC_CONV(Narrow, (1, 7, 2, 16), 40, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1)
EDGECC_CONV(OnePixel, (1, 1, 1, 100), 150, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 1)
#include "shapes.inc"

} // namespace

int main(int argc, char **argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return hasInstructions() ? RUN_ALL_TESTS() : 77;
}
