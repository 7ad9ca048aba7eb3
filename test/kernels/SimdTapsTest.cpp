//===- SimdTapsTest.cpp ---------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Layers of few channels, with several lanes for each, against the portable
// kernels. Only AVX-512 has such vectors.
#include "cases.h"
#include "simd_types.h"
#include "tiles.h"

#if defined(__AVX512VNNI__)

using namespace edgecc::kernels;

namespace {

/// Several lanes for each channel, from `Taps` of them on; tiles of all
/// channels, and windows of one pixel that are read where they are.
template <class C, int Taps> void testTaps() {
  using Isa = F32Avx512Taps<Taps>;
  constexpr int kBlocks = (C::Out::dim(3) + Isa::kLanes - 1) / Isa::kLanes;
  constexpr int kWidth = C::Out::dim(2), kTwo = kWidth <= 4 ? 2 * kWidth : 5;
  using Few = Bands<Isa, C, 3>;
  using Many = Bands<Isa, C, kTwo>;
  using Plan = TilePlan<Isa, typename C::In, typename C::Out, typename C::Win,
                        3, kBlocks, Few::kFew>;
  if constexpr (kBlocks <= 4 && Plan::kWhole != Plan::kCopies) {
    testF32<Isa, C, 3, kBlocks, Few::kFew>();
    testF32<Isa, C, kTwo, kBlocks, Many::kMany>();
    testPlanar<Isa, C, 3, kBlocks, Few::kFew>();
  }
  if constexpr (Taps < 16)
    testTaps<C, 2 * Taps>();
}

#define EDGECC_TAPS(Name, In, O, Win)                                          \
  TEST(SimdTaps, Name) {                                                       \
    testTaps<WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win>, 2>();    \
  }
EDGECC_TAPS(Rgb8, (1, 12, 22, 3), 8, (3, 3, 2, 2, 1, 1, 0, 0, 1, 1))
EDGECC_TAPS(Rgb5, (2, 9, 13, 3), 5, (3, 3, 2, 2, 1, 1, 1, 1, 1, 1))
EDGECC_TAPS(One, (1, 5, 10, 64), 1, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0))
EDGECC_TAPS(Four, (2, 3, 9, 32), 4, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0))
EDGECC_TAPS(Six, (1, 4, 7, 48), 6, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0))
EDGECC_TAPS(Twelve, (1, 2, 11, 18), 12, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0))
EDGECC_TAPS(Gray, (1, 8, 9, 1), 3, (5, 5, 1, 1, 1, 1, 2, 2, 2, 2))
EDGECC_TAPS(Narrow, (1, 7, 2, 16), 7, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_TAPS(Dilated, (1, 9, 9, 4), 4, (3, 3, 1, 1, 2, 2, 2, 2, 2, 2))
EDGECC_TAPS(OnePixel, (1, 1, 1, 96), 2, (1, 1, 1, 1, 1, 1, 0, 0, 0, 0))

/// The outputs of a layer with limits from `lo` to `hi`.
template <class Isa> std::vector<float> runLimited(float lo, float hi) {
  using In = Shape<1, 3, 7, 32>;
  using Out = Shape<1, 3, 7, 20>;
  using Win = Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>;
  using Plan = TilePlan<Isa, In, Out, Win, 4, 2, 8>;
  Random random;
  const Fenced<float> in(random.reals(In::size)),
      weights = pack<Plan>(random.reals(Out::dim(3) * In::dim(3))),
      bias = fillUp<Isa>(random.reals(Out::dim(3))), out(Out::size);
  pointwise_f32_simd<Isa, In, Out, Win, 4, 2, 8>(
      in.data(), weights.data(), bias.data(), out.data(), lo, hi);
  return out.copy();
}

TEST(SimdLimits, InfiniteOnesAreLeftOut) {
  constexpr float kInfinity = HUGE_VALF;
  const auto all = runLimited<F32Avx512>(-kInfinity, kInfinity);
  EXPECT_LT(*std::min_element(all.begin(), all.end()), 0.0f);
  EXPECT_EQ(runLimited<NoLimits<F32Avx512>>(0.0f, 0.0f), all);
  EXPECT_EQ(runLimited<LowerLimit<F32Avx512>>(0.0f, 0.0f),
            runLimited<F32Avx512>(0.0f, kInfinity));
}

} // namespace

#endif // __AVX512VNNI__
