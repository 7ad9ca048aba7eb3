//===- SimdConv2dTest.cpp
//---------------------------------------------------===//
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
#include "depthwise_conv2d.h"
#include "depthwise_conv2d_simd.h"
#include "depthwise_direct_parts.h"
#include "depthwise_direct_simd.h"
#include "depthwise_rows_simd.h"
#include "elementwise.h"
#include "fenced.h"
#include "reference.h"
#include "simd_types.h"

using namespace edgecc::kernels;

namespace {

/// Weights [O, KH, KW, C] as simd_tiles.h describes them.
template <class Plan, class T> Fenced<T> pack(const std::vector<T> &filter) {
  constexpr int kLanes = Plan::Isa::kLanes, kStep = Plan::Isa::kStep;
  constexpr int kVectors = (Plan::kOut + kLanes - 1) / kLanes;
  constexpr int kRuns = Plan::kWindowRows * Plan::kRuns;
  std::vector<T> packed(
      static_cast<std::size_t>(kVectors * Plan::kBlockWeights));
  for (int o = 0; o < Plan::kOut; ++o)
    for (int run = 0; run < kRuns; ++run)
      for (int i = 0; i < Plan::kRun; ++i) {
        const int vector = o / kLanes, first = vector / Plan::kBlocks;
        const int blocks =
            std::min(Plan::kBlocks, kVectors - first * Plan::kBlocks);
        const int step = run * Plan::kSteps + i / kStep;
        const int place =
            first * Plan::kBlocks * Plan::kBlockWeights +
            ((step * blocks + vector % Plan::kBlocks) * kLanes + o % kLanes) *
                kStep +
            i % kStep;
        packed.at(static_cast<std::size_t>(place)) =
            at(filter, (o * kRuns + run) * Plan::kRun + i);
      }
  return Fenced<T>(packed);
}

/// One value per channel, in whole vectors.
template <class Isa, class T> Fenced<T> fillUp(std::vector<T> values) {
  constexpr std::size_t kLanes = Isa::kLanes;
  values.resize((values.size() + kLanes - 1) / kLanes * kLanes);
  return Fenced<T>(values);
}

template <class Plan> int scratchBytes() {
  using Cell = typename Plan::Cell;
  const int cells =
      Plan::kFlat ? std::min(Plan::kBand, Plan::kAllPixels) * Plan::kPixelStep
                  : Plan::rowsFor(Plan::kBand) * Plan::kRow;
  // A word, or a load of several steps.
  constexpr int kBehind = Plan::Isa::kHoldsInputs ? 16 : Plan::Isa::kStep;
  return Plan::kCopies ? (cells + kBehind) * static_cast<int>(sizeof(Cell)) : 0;
}

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

template <class C, int Pixels, int Blocks, int Band> void testF32() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = TilePlan<F32, In, Out, Win, Pixels, Blocks, Band>;
  Random random;
  const auto image = random.reals(In::size),
             filter = random.reals(Out::dim(3) * C::kProducts),
             bias = random.reals(Out::dim(3));
  auto want = buffer<float>(Out::size), magnitude = want;
  conv2d_f32<In, Out, Win, 1>(image.data(), filter.data(), bias.data(),
                              want.data(), -3.0f, 4.0f);
  const auto absolute = [](std::vector<float> values) {
    for (float &x : values)
      x = std::fabs(x);
    return values;
  };
  conv2d_f32<In, Out, Win, 1>(absolute(image).data(), absolute(filter).data(),
                              absolute(bias).data(), magnitude.data(), 0.0f,
                              1e9f);
  const Fenced<float> in(image), weights = pack<Plan>(filter);
  const auto start = fillUp<F32>(bias);
  const Fenced<std::int8_t> scratch(scratchBytes<Plan>());
  Fenced<float> out(Out::size);
  if constexpr (Plan::kWhole)
    pointwise_f32_simd<F32, In, Out, Win, Pixels, Blocks, Band>(
        in.data(), weights.data(), start.data(), out.data(), -3.0f, 4.0f);
  else
    conv2d_f32_simd<F32, In, Out, Win, Pixels, Blocks, Band>(
        in.data(), weights.data(), start.data(), out.data(), scratch.data(),
        -3.0f, 4.0f);
  for (int i = 0; i < Out::size; ++i)
    expectClose(at(out.copy(), i), static_cast<double>(at(want, i)),
                static_cast<double>(at(magnitude, i)), i);
}

/// The same sums of an image [N, C, H, W].
template <class C, int Pixels, int Blocks, int Band> void testPlanar() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = TilePlan<F32, In, Out, Win, Pixels, Blocks, Band>;
  if constexpr (!Plan::kFlat && In::dim(3) <= 4) {
    Random random;
    const auto image = random.reals(In::size), bias = random.reals(Out::dim(3));
    std::vector<float> planes(image.size());
    transpose<In, Shape<0, 3, 1, 2>>(image.data(), planes.data());
    const auto weights = pack<Plan>(random.reals(Out::dim(3) * C::kProducts));
    const auto start = fillUp<F32>(bias);
    const Fenced<float> in(image), planar(planes), want(Out::size),
        out(Out::size);
    const Fenced<std::int8_t> scratch(scratchBytes<Plan>());
    conv2d_f32_simd<F32, In, Out, Win, Pixels, Blocks, Band>(
        in.data(), weights.data(), start.data(), want.data(), scratch.data(),
        -3.0f, 4.0f);
    conv2d_planar_f32_simd<F32, In, Out, Win, Pixels, Blocks, Band>(
        planar.data(), weights.data(), start.data(), out.data(), scratch.data(),
        -3.0f, 4.0f);
    EXPECT_EQ(out.copy(), want.copy());
  }
}

/// Bands of whole tiles, in rows or, where windows lie side by side, in pixels:
/// as few as can be, and all.
template <class Isa, class C, int Pixels> struct Bands {
  using Out = typename C::Out;
  static constexpr bool kFlat =
      TilePlan<Isa, typename C::In, Out, typename C::Win, 1, 1, 1>::kFlat;
  static constexpr int kAll = kFlat ? Out::product(0, 3) : Out::dim(1);
  static constexpr int kRows = Pixels / Out::dim(2);
  static constexpr int kFew = kFlat ? Pixels : kRows > 1 ? kRows : 1;
  static constexpr int kMany = (kAll + kFew - 1) / kFew * kFew;
};

template <class C, int Pixels, int Blocks, bool Small> void testTiles() {
  using S8Bands = Bands<S8, C, Pixels>;
  testS8<C, Pixels, Blocks, S8Bands::kFew, Small, false>();
  testS8<C, Pixels, Blocks, S8Bands::kMany, !Small, true>();
  testF32<C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
  testPlanar<C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
}

template <class C> void testConv() {
  if constexpr (C::kGroups == 1) {
    constexpr int kWidth = C::Out::dim(2);
    testTiles<C, 4, 2, true>();
    // Two rows, if the image is narrow.
    testTiles<C, kWidth <= 4 ? 2 * kWidth : 5, 3, false>();
  }
}

/// Filters [KH, KW, C] as depthwise_conv2d_simd.h describes them.
template <class Plan, class T>
Fenced<typename Plan::Isa::Weight> packDepth(const std::vector<T> &filter) {
  using Win = typename Plan::Win;
  using Weight = typename Plan::Isa::Weight;
  constexpr int kLanes = Plan::kLanes, kStep = Plan::kStep;
  std::vector<Weight> packed(
      static_cast<std::size_t>(Plan::kVectors * Plan::kBlockWeights));
  for (int i = 0; i < Plan::kOut; ++i)
    for (int ky = 0; ky < Win::kernelH; ++ky)
      for (int kx = 0; kx < Win::kernelW; ++kx) {
        const int group = i / kLanes * Plan::kGroups + ky / kStep;
        const int place = (group * Win::kernelW + kx) * kLanes + i % kLanes;
        packed.at(static_cast<std::size_t>(place * kStep + ky % kStep)) = at(
            filter, (ky * Win::kernelW + kx) * Plan::kDepth + i % Plan::kDepth);
      }
  return Fenced<Weight>(packed);
}

/// Values per channel, for all pixels of a unit.
template <class Plan, class T>
Fenced<T> fillUnit(const std::vector<T> &values) {
  std::vector<T> repeated;
  for (int i = 0; i < Plan::kOut; ++i)
    repeated.push_back(at(values, i % Plan::kDepth));
  return fillUp<typename Plan::Isa>(repeated);
}

template <class C, int Band> void testDepthS8() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = DepthPlan<S8Depth, In, Out, Win, Band>;
  constexpr int kOut = Out::dim(3), kInZero = 11;
  Random random;
  const auto image = random.bytes(In::size),
             filter = random.bytes(kOut * C::kKernel);
  const auto bias = random.integers(kOut, -9000, 9000);
  auto multiplier = random.integers(kOut, 1, 1 << 25);
  auto folded = bias, factors = multiplier;
  for (int i = 0; i < kOut * C::kKernel; ++i)
    folded[static_cast<std::size_t>(i % kOut)] -= kOffset * at(filter, i);
  for (int &m : factors)
    m *= kScalesSmall ? 4 : 1;
  auto want = buffer<std::int8_t>(Out::size);
  depthwise_conv2d_s8<In, Out, Win>(image.data(), filter.data(), bias.data(),
                                    multiplier.data(), want.data(), kInZero, 0,
                                    -13, -128, 100);
  const Fenced<std::int8_t> in(image), scratch(Plan::kScratch), out(Out::size);
  const auto weights = packDepth<Plan>(filter);
  const auto start = fillUnit<Plan>(folded), scale = fillUnit<Plan>(factors);
  depthwise_conv2d_s8_simd<S8Depth, In, Out, Win, Band, true, kInZero, 0, -13,
                           -128, 100>(in.data(), weights.data(), start.data(),
                                      scale.data(), out.data(), scratch.data());
  EXPECT_EQ(out.copy(), want);
}

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
            at(values, tap * Channels + lane +
                           std::min(vector * kLanes, Channels - kLanes)));
  return Fenced<float>(packed);
}

/// The direct kernel, whole and in parts: the sums of the other one, bit for
/// bit.
template <class C, int Rows, int Columns> void testDirect() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  constexpr int kChannels = Out::dim(3);
  if constexpr (kChannels >= F32::kLanes) {
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
    testDirect<C, 2, 3>();
    testDirect<C, 1, 1>();
    testDirect<C, C::Out::dim(1), 4>();
    testDepthS8<C, 1>();
    testDepthS8<C, C::Out::dim(1)>();
    testDepthF32<C, (C::Out::dim(1) + 1) / 2>();
#if defined(__ARM_NEON)
    testDepthRowsFrom<C, 1>();
#endif
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
EDGECC_DEPTHWISE(Sixteen, (1, 5, 9, 16), 1, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1))
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
