//===- SimdMatmulTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// matmul_simd.h and matmul_s16_simd.h against matmul.h, and
// fully_connected_s16_simd.h against fully_connected.h, which MatrixTest.cpp
// holds against plain loops.
#include "fenced.h"
#include "fully_connected.h"
#include "fully_connected_s16_simd.h"
#include "matmul_s16_simd.h"
#include "matmul_simd.h"
#include "reference.h"
#include "simd_types.h"

using namespace edgecc::kernels;

namespace {

#if defined(EDGECC_ALL_WEIGHTS) || !defined(__ARM_NEON) ||                     \
    defined(__ARM_FEATURE_DOTPROD)
using S8Matmul = S8;
#else
// Weights of -128 may be among what is computed.
using S8Matmul = S8NeonMull;
#endif

/// What matmul_simd.h takes, with what vectors may touch behind a band's cells.
template <class Plan, bool IsFloat> constexpr int scratchBytes() {
  using Scratch = MatmulScratch<Plan, IsFloat>;
  constexpr int kBand =
      Plan::kBand < Plan::kAllPixels ? Plan::kBand : Plan::kAllPixels;
  return Scratch::kCells + (kBand * Plan::kDepth + 16) *
                               static_cast<int>(sizeof(typename Plan::Cell));
}

template <class A, class B, class Out, int Pixels, int Blocks, int Band>
void testFloat() {
  Random random;
  const auto a = random.reals(A::size), b = random.reals(B::size);
  auto want = buffer<float>(Out::size);
  matmul_f32<A, B, Out>(a.data(), b.data(), want.data());
  using Plan = MatmulPlan<F32, A, B, Pixels, Blocks, Band>;
  alignas(64) static std::int8_t scratch[scratchBytes<Plan, true>()];
  const Fenced<float> left(a), right(b), out(Out::size);
  matmul_f32_simd<F32, A, B, Out, Pixels, Blocks, Band>(
      left.data(), right.data(), out.data(), scratch);
  for (int i = 0; i < Out::size; ++i)
    expectClose(at(out.copy(), i), static_cast<double>(at(want, i)),
                A::dim(A::rank - 1), i);
}

template <class A, class B, class Out, int Pixels, int Blocks, int Band,
          int AZero, int BZero>
void testInt8() {
  // 2^-9: of some hundred products of bytes, a few saturate.
  constexpr int kMultiplier = 1 << 22;
  constexpr bool kSmall = kScalesSmall;
  Random random;
  const auto a = random.bytes(A::size), b = random.bytes(B::size);
  auto want = buffer<std::int8_t>(Out::size);
  matmul_s8<A, B, Out>(a.data(), b.data(), want.data(), AZero, BZero,
                       kMultiplier, 0, 5);
  using Plan = MatmulPlan<S8Matmul, A, B, Pixels, Blocks, Band>;
  alignas(64) static std::int8_t scratch[scratchBytes<Plan, false>()];
  const Fenced<std::int8_t> left(a), right(b), out(Out::size);
  matmul_s8_simd<S8Matmul, A, B, Out, Pixels, Blocks, Band, kSmall, AZero,
                 BZero, kSmall ? 4 * kMultiplier : kMultiplier, 0, 5>(
      left.data(), right.data(), out.data(), scratch);
  EXPECT_EQ(out.copy(), want);
}

/// Elements at their bounds, where digits and their sums are largest, as well
/// as all others.
template <class A, class B, class Out, int Pixels, int Blocks, int Band>
void testInt16() {
  // 2^-20: of some hundred products, a few saturate.
  constexpr int kMultiplier = (1 << 22) + 12345, kShift = 42;
  using Plan = MatmulS16Plan<Int16, A, B, Pixels, Blocks, Band>;
  constexpr int kBand =
      Plan::kBand < Plan::kAllPixels ? Plan::kBand : Plan::kAllPixels;
  alignas(64) static std::int8_t
      scratch[MatmulS16Scratch<Plan>::kCells + 2 * kBand * Plan::kDepth + 32];
  Random random;
  for (int reach : {32768, 0}) {
    auto a = random.words(A::size), b = random.words(B::size);
    if (reach == 0) {
      for (std::int16_t &x : a)
        x = x < 20000 ? -32768 : 32767;
      for (std::int16_t &x : b)
        x = x < 20000 ? 32767 : x < 30000 ? -32768 : 127;
    }
    auto want = buffer<std::int16_t>(Out::size);
    matmul_s16<A, B, Out>(a.data(), b.data(), want.data(), kMultiplier, kShift);
    const Fenced<std::int16_t> left(a), right(b), out(Out::size);
    matmul_s16_simd<Int16, A, B, Out, Pixels, Blocks, Band, kMultiplier,
                    kShift>(left.data(), right.data(), out.data(), scratch);
    EXPECT_EQ(out.copy(), want);
  }
}

template <class A, class B, class Out, int Pixels, int Blocks, int Band>
void testMatmul() {
  testInt16<A, B, Out, Pixels, (Blocks + 1) / 2 * 2, Band>();
  if constexpr (kTestsFloats)
    testFloat<A, B, Out, Pixels, Blocks, Band>();
  testInt8<A, B, Out, Pixels, Blocks, Band, -128, 77>();
  testInt8<A, B, Out, Pixels, Blocks, Band, 9, 0>();
}

#define EDGECC_MATMUL(Name, A, B, Out)                                         \
  TEST(SimdMatmul, Name) {                                                     \
    testMatmul<EDGECC_SHAPE_OF A, EDGECC_SHAPE_OF B, EDGECC_SHAPE_OF Out, 2,   \
               1, 2>();                                                        \
  }
#include "shapes.inc"

// Heads of scores, and of what they weigh, in several bands, with
// columns of one and of several groups of vectors; one right matrix for all.
TEST(SimdMatmul, Bands) {
  testMatmul<Shape<2, 18, 24>, Shape<2, 24, 70>, Shape<2, 18, 70>, 4, 2, 8>();
}
TEST(SimdMatmul, Mixed) {
  testMatmul<Shape<3, 9, 67>, Shape<1, 67, 20>, Shape<3, 9, 20>, 3, 1, 9>();
}

// The longest sums of digits.
TEST(SimdMatmul, Deep) {
  testInt16<Shape<4, 511>, Shape<511, 18>, Shape<4, 18>, 2, 4, 4>();
}

/// Weights [O, K] as simd_tiles.h has them.
template <class Plan>
std::vector<std::int8_t> packWeights(const std::vector<std::int8_t> &weights) {
  using Isa = typename Plan::Isa;
  constexpr int kOut = Plan::kOut, kGroup = Plan::kBlocks * Isa::kLanes;
  constexpr int kEnd = (kOut + Isa::kLanes - 1) / Isa::kLanes * Isa::kLanes;
  std::vector<std::int8_t> packed;
  for (int first = 0; first < kEnd; first += kGroup)
    for (int k = 0; k < Plan::kDepth; k += Isa::kStep)
      for (int o = first; o < first + kGroup && o < kEnd; ++o)
        for (int i = k; i < k + Isa::kStep; ++i)
          packed.push_back(o < kOut && i < Plan::kDepth
                               ? at(weights, o * Plan::kDepth + i)
                               : std::int8_t{0});
  return packed;
}

template <int Rows, int Depth, int Outputs, int Pixels, int Blocks, int Lo,
          int Hi>
void testFullyConnected() {
  using In = Shape<1, 1, Rows, Depth>;
  using Out = Shape<1, 1, Rows, Outputs>;
  using Win = Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>;
  using Plan = TilePlan<Int16x8, In, Out, Win, Pixels, Blocks, Pixels>;
  constexpr int kShift = 40;
  Random random;
  const auto in = random.words(In::size);
  const auto weights = random.bytes(Outputs * Depth);
  auto bias = random.integers(Outputs, -9000000, 9000000);
  auto multiplier = random.integers(Outputs, 1000, 30000);
  auto want = buffer<std::int16_t>(Out::size);
  fully_connected_s16x8<In, Out, std::int32_t>(in.data(), weights.data(),
                                               bias.data(), multiplier.data(),
                                               want.data(), kShift, Lo, Hi);
  bias.resize((Outputs + 15) / 16 * 16);
  multiplier.resize(bias.size());
  const Fenced<std::int8_t> packed(packWeights<Plan>(weights));
  const Fenced<std::int16_t> inputs(in), out(Out::size);
  alignas(64) static std::int8_t scratch[2 * Pixels * Depth + 32];
  fully_connected_s16x8_simd<Int16x8, In, Out, Win, Pixels, Blocks, Pixels,
                             kShift, Lo, Hi>(inputs.data(), packed.data(),
                                             bias.data(), multiplier.data(),
                                             out.data(), scratch);
  EXPECT_EQ(out.copy(), want);
}

TEST(SimdFullyConnected, Whole) {
  testFullyConnected<8, 64, 64, 4, 2, -32768, 32767>();
}
TEST(SimdFullyConnected, Rests) {
  testFullyConnected<7, 51, 43, 3, 1, -20000, 25000>();
}
TEST(SimdFullyConnected, OneRow) {
  testFullyConnected<1, 500, 19, 1, 3, -32768, 30000>();
}

} // namespace
