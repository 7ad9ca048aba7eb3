//===- tiles.h --------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// What tests of convolutions in tiles of vectors share: packed weights, and
// layers of floats against the portable kernels.
#ifndef EDGECC_TEST_KERNELS_TILES_H
#define EDGECC_TEST_KERNELS_TILES_H

#include "conv2d.h"
#include "conv2d_simd.h"
#include "data_movement.h"
#include "fenced.h"
#include "reference.h"
#include "vector_data.h"

#include <algorithm>
#include <cmath>

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

/// What a kernel finds behind its inputs may be no number.
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

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_TILES_H
