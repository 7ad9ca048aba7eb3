//===- tiles.h --------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What tests of convolutions in tiles of vectors share: packed weights, and
// layers against the portable kernels.
#ifndef EDGECC_TEST_KERNELS_TILES_H
#define EDGECC_TEST_KERNELS_TILES_H

#include "add_operands.h"
#include "conv2d.h"
#include "conv2d_simd.h"
#include "data_movement.h"
#include "depthwise_conv2d.h"
#include "depthwise_conv2d_simd.h"
#include "elementwise.h"
#include "fenced.h"
#include "reference.h"
#include "simd_types.h"
#include "vector_data.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace edgecc {
namespace kernels {
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

/// What a kernel finds behind its inputs, and multiplies by zeros, may be no
/// number.
inline void fillWithNan(const Fenced<std::int8_t> &scratch) {
  for (std::int8_t *to = scratch.data(); to != scratch.end(); ++to)
    *to = -1;
}

template <class Isa, class C, int Pixels, int Blocks, int Band> void testF32() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
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
  const auto start = fillUp<Isa>(bias);
  const Fenced<std::int8_t> scratch(scratchBytes<Plan>());
  if (Plan::kTail > 0)
    fillWithNan(scratch);
  Fenced<float> out(Out::size);
  if constexpr (Plan::kWhole)
    pointwise_f32_simd<Isa, In, Out, Win, Pixels, Blocks, Band>(
        in.data(), weights.data(), start.data(), out.data(), -3.0f, 4.0f);
  else
    conv2d_f32_simd<Isa, In, Out, Win, Pixels, Blocks, Band>(
        in.data(), weights.data(), start.data(), out.data(), scratch.data(),
        -3.0f, 4.0f);
  for (int i = 0; i < Out::size; ++i)
    expectClose(at(out.copy(), i), static_cast<double>(at(want, i)),
                static_cast<double>(at(magnitude, i)), i);
}

/// The same sums of an image [N, C, H, W].
template <class Isa, class C, int Pixels, int Blocks, int Band>
void testPlanar() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  if constexpr (!Plan::kFlat && In::dim(3) <= 4) {
    Random random;
    const auto image = random.reals(In::size), bias = random.reals(Out::dim(3));
    std::vector<float> planes(image.size());
    transpose<In, Shape<0, 3, 1, 2>>(image.data(), planes.data());
    const auto weights = pack<Plan>(random.reals(Out::dim(3) * C::kProducts));
    const auto start = fillUp<Isa>(bias);
    const Fenced<float> in(image), planar(planes), want(Out::size),
        out(Out::size);
    const Fenced<std::int8_t> scratch(scratchBytes<Plan>());
    if (Plan::kTail > 0)
      fillWithNan(scratch);
    conv2d_f32_simd<Isa, In, Out, Win, Pixels, Blocks, Band>(
        in.data(), weights.data(), start.data(), want.data(), scratch.data(),
        -3.0f, 4.0f);
    conv2d_planar_f32_simd<Isa, In, Out, Win, Pixels, Blocks, Band>(
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

/// Random weights that the arithmetic multiplies right.
inline std::vector<std::int8_t> makeWeights(Random &random, int count) {
  std::vector<std::int8_t> weights = random.bytes(count);
  for (std::int8_t &weight : weights)
    weight = std::max<std::int8_t>(weight, kLeastWeight);
  // Pairs of these are what may overflow.
  for (int i = 0; i < std::min(count, 40); ++i)
    weights[static_cast<std::size_t>(i)] = kLeastWeight;
  return weights;
}

/// Makes multipliers odd times 32, which floats can be that never lead to a
/// result in the middle of two integers.
inline void makeFloats(std::vector<std::int32_t> &multipliers) {
  for (std::int32_t &m : multipliers)
    m = (m & ~63) + 32;
}

/// A sum whose factors are floats with few digits. A quarter of the last of
/// these on top leaves no result in the middle of two integers.
struct FloatSumOperands : AddOperands {
  static constexpr int kLo = -100, kHi = 120, kShift = 10;
  float factor, otherFactor, start;

  explicit FloatSumOperands(Random &random) : AddOperands(random) {
    mul = random.integer(1, 2000);
    otherMul = random.integer(1, 2000);
    shift = kShift;
    lo = kLo;
    hi = kHi;
    factor = std::ldexp(static_cast<float>(mul), -shift);
    otherFactor = std::ldexp(static_cast<float>(otherMul), -shift);
    start = static_cast<float>(zero) -
            static_cast<float>(otherZero) * otherFactor +
            std::ldexp(0.25f, -shift);
  }
};

/// The bits of multiplier * 2^-31.
inline std::vector<std::int32_t>
toFloats(const std::vector<std::int32_t> &multipliers) {
  std::vector<std::int32_t> bits(multipliers.size());
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const float factor = std::ldexp(static_cast<float>(multipliers[i]), -31);
    std::memcpy(&bits[i], &factor, sizeof factor);
  }
  return bits;
}

template <class Isa, class C, int Pixels, int Blocks, int Band, bool Small,
          bool WithSum>
void testS8() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = TilePlan<Isa, In, Out, Win, Pixels, Blocks, Band>;
  constexpr int kOut = Out::dim(3), kTaps = C::kProducts;
  constexpr int kInZero = -7, kShift = Small ? 0 : 2;
  constexpr int kOutZero = Small ? -128 : 13;
  constexpr int kLo = -100, kHi = 127;
  constexpr bool kScaled = Small && kScalesSmall && !Isa::kScalesFloats;
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
  static_assert(!Isa::kScalesFloats || kShift == 0, "as they are stored");
  if (Isa::kScalesFloats)
    makeFloats(multiplier);
  auto folded = bias, factors = multiplier;
  for (int o = 0; o < kOut; ++o) {
    int sum = 0;
    for (int i = 0; i < kTaps; ++i)
      sum += at(filter, o * kTaps + i);
    folded[static_cast<std::size_t>(o)] -= kOffset * sum;
    factors[static_cast<std::size_t>(o)] *= kScaled ? 4 : 1;
  }
  if (Isa::kScalesFloats)
    factors = toFloats(multiplier);
  auto want = buffer<std::int8_t>(Out::size), sum = want;
  conv2d_s8<In, Out, Win, 1>(image.data(), filter.data(), bias.data(),
                             multiplier.data(), want.data(), kInZero, kShift,
                             kOutZero, kLo, kHi);
  const Fenced<std::int8_t> in(image), weights = pack<Plan>(filter),
                                       scratch(scratchBytes<Plan>());
  const auto start = fillUp<Isa>(folded), scale = fillUp<Isa>(factors);
  if constexpr (!WithSum) {
    const Fenced<std::int8_t> out(Out::size);
    conv2d_s8_simd<Isa, In, Out, Win, Pixels, Blocks, Band, Small, kInZero,
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
    conv2d_s8_add_simd<Isa, In, Out, Win, Pixels, Blocks, Band, Small, kInZero,
                       kShift, kOutZero, kLo, kHi>(
        in.data(), weights.data(), start.data(), scale.data(), both.data(),
        both.data(), scratch.data(), add.mul, add.otherZero, add.otherMul,
        add.shift, add.zero, add.lo, add.hi);
    EXPECT_EQ(both.copy(), sum);
    if constexpr (Isa::kScalesFloats) {
      using Floats = FloatSumOperands;
      const Floats floats(random);
      add_s8<Out, Out, Out>(want.data(), other.data(), sum.data(), kOutZero,
                            floats.mul, floats.otherZero, floats.otherMul,
                            floats.shift, floats.zero, floats.lo, floats.hi);
      const Fenced<std::int8_t> again(other);
      conv2d_s8_add_floats_simd<Isa, In, Out, Win, Pixels, Blocks, Band, Small,
                                kInZero, kShift, kOutZero, kLo, kHi,
                                Floats::kLo, Floats::kHi>(
          in.data(), weights.data(), start.data(), scale.data(), again.data(),
          again.data(), scratch.data(), floats.factor, floats.otherFactor,
          floats.start);
      EXPECT_EQ(again.copy(), sum);
    }
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

template <class Isa, class C, int Band> void testDepthS8() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = DepthPlan<Isa, In, Out, Win, Band>;
  constexpr int kOut = Out::dim(3), kInZero = 11;
  Random random;
  const auto image = random.bytes(In::size),
             filter = random.bytes(kOut * C::kKernel);
  const auto bias = random.integers(kOut, -9000, 9000);
  auto multiplier = random.integers(kOut, 1, 1 << 25);
  if (Isa::kScalesFloats)
    makeFloats(multiplier);
  auto folded = bias, factors = multiplier;
  for (int i = 0; i < kOut * C::kKernel; ++i)
    folded[static_cast<std::size_t>(i % kOut)] -= kOffset * at(filter, i);
  for (int &m : factors)
    m *= kScalesSmall ? 4 : 1;
  if (Isa::kScalesFloats)
    factors = toFloats(multiplier);
  auto want = buffer<std::int8_t>(Out::size);
  depthwise_conv2d_s8<In, Out, Win>(image.data(), filter.data(), bias.data(),
                                    multiplier.data(), want.data(), kInZero, 0,
                                    -13, -128, 100);
  const Fenced<std::int8_t> in(image), scratch(Plan::kScratch), out(Out::size);
  const auto weights = packDepth<Plan>(filter);
  const auto start = fillUnit<Plan>(folded), scale = fillUnit<Plan>(factors);
  depthwise_conv2d_s8_simd<Isa, In, Out, Win, Band, true, kInZero, 0, -13, -128,
                           100>(in.data(), weights.data(), start.data(),
                                scale.data(), out.data(), scratch.data());
  EXPECT_EQ(out.copy(), want);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_TILES_H
