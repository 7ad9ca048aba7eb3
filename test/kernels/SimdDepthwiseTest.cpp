//===- SimdDepthwiseTest.cpp ----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Depthwise convolutions in vectors against the portable ones: int8 bit for
// bit. Compiled for AVX2, AVX-512 and, by run-arm.sh, NEON.
#include "depthwise_conv2d.h"
#include "depthwise_conv2d_simd.h"
#include "depthwise_direct_parts.h"
#include "depthwise_direct_simd.h"
#include "depthwise_rows_simd.h"
#include "fenced.h"
#include "reference.h"
#include "simd_types.h"
#include "tiles.h"
#include "vector_data.h"

using namespace edgecc::kernels;

namespace {

template <class C, int Band> void testDepthF32() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = DepthPlan<F32, In, Out, Win, Band>;
  Random random;
  const auto image = random.reals(In::size),
             filter = random.reals(Out::dim(3) * C::kKernel),
             bias = random.reals(Out::dim(3));
  auto want = buffer<float>(Out::size);
  depthwise_conv2d_f32<In, Out, Win>(image.data(), filter.data(), bias.data(),
                                     want.data(), -3.0f, 4.0f);
  const Fenced<float> in(image), weights = packDepth<Plan>(filter),
                                 out(Out::size);
  const auto start = fillUnit<Plan>(bias);
  const Fenced<std::int8_t> scratch(Plan::kScratch);
  depthwise_conv2d_f32_simd<F32, In, Out, Win, Band>(
      in.data(), weights.data(), start.data(), out.data(), scratch.data(),
      -3.0f, 4.0f);
  for (int i = 0; i < Out::size; ++i) // Products are below 4.
    expectClose(at(out.copy(), i), static_cast<double>(at(want, i)),
                2.0 + 4.0 * C::kKernel, i);
}

/// `Count` values per channel, tap by tap, as depthwise_direct_simd.h describes
/// them.
template <int Channels, int Count>
Fenced<float> packDirect(const std::vector<float> &values) {
  constexpr int kLanes = F32::kLanes;
  std::vector<float> packed;
  for (int vector = 0; vector < (Channels + kLanes - 1) / kLanes; ++vector)
    for (int tap = 0; tap < Count; ++tap)
      for (int lane = 0; lane < kLanes; ++lane)
        packed.push_back(
            at(values, tap * Channels +
                           (lane + std::max(0, std::min(vector * kLanes,
                                                        Channels - kLanes))) %
                               Channels));
  return Fenced<float>(packed);
}

/// The direct kernel, whole and in parts: the sums of the other one, bit for
/// bit.
template <class C, int Rows, int Columns> void testDirect() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  constexpr int kChannels = Out::dim(3);
  if constexpr (kChannels >= F32::kLanes || kLoadsSome) {
    using Plan = DepthPlan<F32, In, Out, Win, 1>;
    Random random;
    const auto image = random.reals(In::size),
               filter = random.reals(kChannels * C::kKernel),
               bias = random.reals(kChannels);
    const Fenced<float> in(image), want(Out::size), out(Out::size),
        parts(Out::size);
    const Fenced<std::int8_t> scratch(Plan::kScratch);
    depthwise_conv2d_f32_simd<F32, In, Out, Win, 1>(
        in.data(), packDepth<Plan>(filter).data(), fillUnit<Plan>(bias).data(),
        want.data(), scratch.data(), -3.0f, 4.0f);
    const auto weights = packDirect<kChannels, C::kKernel>(filter);
    const auto start = packDirect<kChannels, 1>(bias);
    depthwise_direct_f32_simd<F32, In, Out, Win, Rows, Columns>(
        in.data(), weights.data(), start.data(), out.data(), -3.0f, 4.0f);
    EXPECT_EQ(out.copy(), want.copy());
    for (int part = 0; part < 3; ++part)
      depthwise_direct_f32_part<3, F32, In, Out, Win, Rows, Columns>(
          part, in.data(), weights.data(), start.data(), parts.data(), -3.0f,
          4.0f);
    EXPECT_EQ(parts.copy(), want.copy());
  }
}

#if defined(__ARM_NEON)
/// Filters [KH, KW, C] as depthwise_rows_simd.h describes them.
template <class Plan>
Fenced<float> packDepthRows(const std::vector<float> &filter) {
  using Win = typename Plan::Win;
  std::vector<float> packed;
  for (int first = 0; first < Plan::kVectors; first += Plan::kBlocks) {
    const int count =
        std::min(Plan::kBlocks, Plan::kVectors - first) * Plan::kLanes;
    const int begin = std::min(first * Plan::kLanes, Plan::kDepth - count);
    for (int tap = 0; tap < Win::kernelH * Win::kernelW; ++tap)
      for (int channel = begin; channel < begin + count; ++channel)
        packed.push_back(at(filter, tap * Plan::kDepth + channel));
  }
  return Fenced<float>(packed);
}

/// The kernel that reads images where they are.
template <class C, int Pixels, int Blocks, int Band, bool Limits>
void testDepthRows() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = DepthRowsPlan<F32NeonGroups, In, Out, Win, Pixels, Blocks, Band>;
  constexpr float kLo = Limits ? -3.0f : -HUGE_VALF;
  constexpr float kHi = Limits ? 4.0f : HUGE_VALF;
  Random random;
  const auto image = random.reals(In::size),
             filter = random.reals(Out::dim(3) * C::kKernel),
             bias = random.reals(Out::dim(3));
  auto want = buffer<float>(Out::size);
  depthwise_conv2d_f32<In, Out, Win>(image.data(), filter.data(), bias.data(),
                                     want.data(), kLo, kHi);
  const Fenced<float> in(image), weights = packDepthRows<Plan>(filter),
                                 start(bias), out(Out::size);
  depthwise_rows_f32_simd<F32NeonGroups, In, Out, Win, Pixels, Blocks, Band,
                          Limits, Limits>(in.data(), weights.data(),
                                          start.data(), out.data(), kLo, kHi);
  for (int i = 0; i < Out::size; ++i) // Products are below 4.
    expectClose(at(out.copy(), i), static_cast<double>(at(want, i)),
                2.0 + 4.0 * C::kKernel, i);
}

/// With one vector of channels to four of them, as many as there are.
template <class C, int Blocks> void testDepthRowsFrom() {
  constexpr int kDepth = C::In::dim(3), kWidth = C::Out::dim(2);
  if constexpr (C::Win::dilationW == 1 && kDepth >= Blocks * 4) {
    testDepthRows<C, kWidth, Blocks, C::Out::dim(1), true>();
    using Halves = DepthRowsPlan<F32NeonGroups, typename C::In, typename C::Out,
                                 typename C::Win, (kWidth + 1) / 2, Blocks, 2>;
    if constexpr (Halves::kFits)
      testDepthRows<C, Halves::kPixels, Blocks, 2, false>();
    if constexpr (Blocks < 4)
      testDepthRowsFrom<C, Blocks + 1>();
  }
}
#endif

template <class C> void testDepthwise() {
  if constexpr (C::In::dim(3) == C::Out::dim(3)) {
    testDepthS8<S8Depth, C, 1>();
    testDepthS8<S8Depth, C, C::Out::dim(1)>();
    if constexpr (kTestsFloats) {
      testDepthF32<C, (C::Out::dim(1) + 1) / 2>();
      testDirect<C, 2, 3>();
      testDirect<C, 1, 1>();
      testDirect<C, C::Out::dim(1), 4>();
#if defined(__ARM_NEON)
      testDepthRowsFrom<C, 1>();
#endif
    }
  }
}

#define EDGECC_DEPTHWISE(Name, In, Multiplier, Win)                            \
  using Depthwise##Name =                                                      \
      DepthwiseCase<EDGECC_SHAPE_OF In, Multiplier, EDGECC_WINDOW_OF Win>;     \
  TEST(SimdDepthwise, Name) { testDepthwise<Depthwise##Name>(); }
EDGECC_DEPTHWISE(Pairs, (1, 5, 10, 8), 1, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_DEPTHWISE(Fours, (2, 6, 8, 4), 1, (3, 3, 2, 1, 1, 1, 1, 1, 1, 1))
EDGECC_DEPTHWISE(Wide, (1, 4, 5, 144), 1, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_DEPTHWISE(WideOdd, (1, 4, 5, 107), 1, (3, 3, 2, 2, 1, 1, 0, 0, 1, 1))
EDGECC_DEPTHWISE(Five, (1, 9, 12, 33), 1, (5, 5, 1, 1, 1, 1, 2, 2, 2, 2))
EDGECC_DEPTHWISE(Few5, (1, 6, 17, 5), 1, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
EDGECC_DEPTHWISE(Few8, (2, 5, 20, 8), 1, (3, 3, 1, 1, 1, 1, 0, 2, 2, 1))
EDGECC_DEPTHWISE(Few15, (1, 9, 14, 15), 1, (3, 3, 2, 2, 1, 1, 0, 0, 1, 1))
EDGECC_DEPTHWISE(Few3, (1, 7, 19, 3), 1, (3, 5, 1, 1, 1, 2, 1, 4, 1, 4))
EDGECC_DEPTHWISE(Sixteen, (1, 5, 9, 16), 1, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
#include "shapes.inc"

} // namespace
