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
#include "vector_data.h"

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
  if constexpr (kTestsFloats) {
    testF32<C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
    testPlanar<C, Pixels, Blocks, Bands<F32, C, Pixels>::kFew>();
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
