//===- SimdMatmulTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// matmul_simd.h against matmul.h, which MatrixTest.cpp holds against plain
// loops.
#include "fenced.h"
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

template <class A, class B, class Out, int Pixels, int Blocks, int Band>
void testMatmul() {
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

} // namespace
