//===- SimdWinogradTest.cpp -----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Winograd's convolutions in vectors against the portable ones: int8 bit for
// bit. Compiled for AVX2, AVX-512 and, by run-arm.sh, NEON.
#include "add_operands.h"
#include "avx_s16_vectors.h"
#include "conv2d.h"
#include "conv2d_winograd_simd.h"
#include "elementwise.h"
#include "fenced.h"
#include "neon_s16_vectors.h"
#include "reference.h"
#include "simd_types.h"
#include "vector_data.h"

#include <array>

using namespace edgecc::kernels;

namespace {

#if defined(__ARM_NEON)
using S16 = S16Neon;
#elif defined(__AVX2__)
using S16 = S16Avx2;
#endif

using Row = std::array<double, 3>;

/// The rows of G of a transform of floats, from its points.
template <int Size> std::vector<Row> floatRows() {
  std::vector<double> points = {0, 1, -1};
  if constexpr (Size == 4)
    points = {0, 0.625, -0.625, 1.5, -1.5};
  std::vector<Row> rows;
  for (double p : points) {
    double factor = 1;
    for (double q : points)
      factor *= p == q ? 1 : p - q;
    rows.push_back({1 / factor, p / factor, p * p / factor});
  }
  rows.push_back({0, 0, 1});
  if constexpr (Size == 2) // What is added up there has the other sign.
    rows[0] = {1, 0, 0};
  return rows;
}

/// Those of integers.
template <int Size> std::vector<Row> integerRows() {
  if constexpr (Size == 2)
    return {{2, 0, 0}, {1, 1, 1}, {1, -1, 1}, {0, 0, 2}};
  return {{6, 0, 0}, {1, 1, 1}, {1, -1, 1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 6}};
}

/// Weights [O, 3, 3, C] as simd_winograd.h describes them.
template <class Plan, class T>
auto pack(const std::vector<T> &filter, const std::vector<Row> &rows) {
  using Products = typename Plan::Products;
  using Weight = typename Products::Isa::Weight;
  constexpr int kLanes = Plan::Isa::kLanes, kStep = Products::Isa::kStep;
  constexpr int kDepth = Plan::kDepth, kTaps = Plan::kTaps;
  constexpr int kVectors = (Plan::kOut + kLanes - 1) / kLanes;
  std::vector<Weight> packed(static_cast<std::size_t>(kVectors * Plan::kPlaces *
                                                      Products::kBlockWeights));
  for (int o = 0; o < Plan::kOut; ++o)
    for (int c = 0; c < kDepth; ++c)
      for (int place = 0; place < Plan::kPlaces; ++place) {
        const Row &down = rows[static_cast<std::size_t>(place / kTaps)],
                  &across = rows[static_cast<std::size_t>(place % kTaps)];
        double sum = 0;
        for (int i = 0; i < 9; ++i)
          sum += down[static_cast<std::size_t>(i / 3)] *
                 across[static_cast<std::size_t>(i % 3)] *
                 static_cast<double>(at(filter, (o * 9 + i) * kDepth + c));
        const int vector = o / kLanes, first = vector / Products::kBlocks;
        const int blocks =
            std::min(Products::kBlocks, kVectors - first * Products::kBlocks);
        const int group =
            first * Products::kBlocks * Plan::kPlaces * Products::kBlockWeights;
        const int matrix = group + place * blocks * Products::kBlockWeights;
        const int step = c / kStep * blocks + vector % Products::kBlocks;
        packed.at(static_cast<std::size_t>(
            matrix + (step * kLanes + o % kLanes) * kStep + c % kStep)) =
            static_cast<Weight>(sum);
      }
  return Fenced<Weight>(packed);
}

template <class C, int Size, int Pixels, int Blocks, int Band, int Chunk>
void testF32() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = WinogradPlan<WinogradF32<F32, Size>, In, Out, Win, Pixels,
                            Blocks, Band, Chunk>;
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
  // Errors are as large as those of the largest sum in a tile.
  const float scale = *std::max_element(magnitude.begin(), magnitude.end());
  const Fenced<float> in(image),
      weights = pack<Plan>(filter, floatRows<Size>());
  const auto start = fillUp<F32>(bias);
  const Fenced<std::int8_t> scratch(Plan::kScratch);
  Fenced<float> out(Out::size);
  conv2d_winograd_f32_simd<F32, In, Out, Win, Size, Pixels, Blocks, Band,
                           Chunk>(in.data(), weights.data(), start.data(),
                                  out.data(), scratch.data(), -3.0f, 4.0f);
  for (int i = 0; i < Out::size; ++i)
    expectClose(at(out.copy(), i), static_cast<double>(at(want, i)),
                static_cast<double>(scale), i);
}

template <class C, int Size, int Pixels, int Blocks, int Band, int Chunk,
          bool Small, bool WithSum>
void testS8() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using Plan = WinogradPlan<WinogradS8<S16, Size>, In, Out, Win, Pixels, Blocks,
                            Band, Chunk>;
  constexpr int kOut = Out::dim(3), kTaps = C::kProducts;
  constexpr int kInZero = -7, kShift = Small ? 0 : 2, kOutZero = 13;
  constexpr int kLo = -100, kHi = 127;
  constexpr bool kScaled = Small && kScalesSmall;
  Random random;
  auto image = random.bytes(In::size), filter = random.bytes(kOut * kTaps);
  // The largest sums of a tile that there are.
  for (int i = 0; i < In::size / 2; ++i)
    image[static_cast<std::size_t>(i)] = -128;
  for (int i = 0; i < kTaps; ++i)
    filter[static_cast<std::size_t>(i)] = -128;
  const auto bias = random.integers(kOut, -9000, 9000);
  auto multiplier = random.integers(kOut, 1, (1 << 29) / kTaps + 1);
  multiplier[0] = (1 << 29) - 1;
  auto factors = multiplier;
  for (int &m : factors)
    m *= kScaled ? 4 : 1;
  auto want = buffer<std::int8_t>(Out::size), sum = want;
  conv2d_s8<In, Out, Win, 1>(image.data(), filter.data(), bias.data(),
                             multiplier.data(), want.data(), kInZero, kShift,
                             kOutZero, kLo, kHi);
  const Fenced<std::int8_t> in(image), scratch(Plan::kScratch);
  const auto weights = pack<Plan>(filter, integerRows<Size>());
  const auto start = fillUp<S16>(bias), scale = fillUp<S16>(factors);
  if constexpr (!WithSum) {
    const Fenced<std::int8_t> out(Out::size);
    conv2d_winograd_s8_simd<S16, In, Out, Win, Size, Pixels, Blocks, Band,
                            Chunk, kScaled, kInZero, kShift, kOutZero, kLo,
                            kHi>(in.data(), weights.data(), start.data(),
                                 scale.data(), out.data(), scratch.data());
    EXPECT_EQ(out.copy(), want);
  } else { // The result overwrites the other operand.
    const AddOperands add(random);
    const auto other = random.bytes(Out::size);
    add_s8<Out, Out, Out>(want.data(), other.data(), sum.data(), kOutZero,
                          add.mul, add.otherZero, add.otherMul, add.shift,
                          add.zero, add.lo, add.hi);
    const Fenced<std::int8_t> both(other);
    conv2d_winograd_s8_add_simd<S16, In, Out, Win, Size, Pixels, Blocks, Band,
                                Chunk, kScaled, kInZero, kShift, kOutZero, kLo,
                                kHi>(
        in.data(), weights.data(), start.data(), scale.data(), both.data(),
        both.data(), scratch.data(), add.mul, add.otherZero, add.otherMul,
        add.shift, add.zero, add.lo, add.hi);
    EXPECT_EQ(both.copy(), sum);
  }
}

/// Bands of several rows of tiles, and parts of one row.
template <class C, int Size, bool Small> void testSize() {
  using Out = typename C::Out;
  constexpr int kAcross = (Out::dim(2) + Size - 1) / Size;
  constexpr int kWhole = (2 * kAcross + 2) / 3 * 3;
  if constexpr (C::In::dim(3) >= F32::kLanes) {
    testF32<C, Size, 2, 2, 1, 2>();
    testF32<C, Size, 3, 1, 2, kWhole>();
  }
  if constexpr (C::In::dim(3) >= S16::kInLanes) {
    testS8<C, Size, 2, 2, 1, 2, Small, false>();
    testS8<C, Size, 3, 1, 2, kWhole, !Small, true>();
  }
}

template <class C> void testConv() {
  using Win = typename C::Win;
  if constexpr (C::kGroups == 1 && Win::kernelH == 3 && Win::kernelW == 3 &&
                Win::strideH == 1 && Win::strideW == 1 && Win::dilationH == 1 &&
                Win::dilationW == 1) {
    testSize<C, 2, true>();
    testSize<C, 4, false>();
  }
}

#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  using Conv##Name =                                                           \
      WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>;         \
  TEST(SimdWinograd, Name) { testConv<Conv##Name>(); }
// Channels around those of vectors, tiles that are not whole, and paddings that
// are larger than windows.
EDGECC_CONV(Blocks, (1, 9, 17, 32), 64, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1)
EDGECC_CONV(OddBlocks, (2, 6, 11, 19), 49, (3, 3, 1, 1, 1, 1, 0, 0, 0, 0), 1)
EDGECC_CONV(Shifted, (1, 5, 10, 33), 9, (3, 3, 1, 1, 1, 1, 0, 2, 2, 1), 1)
EDGECC_CONV(AllPadding, (1, 2, 3, 16), 5, (3, 3, 1, 1, 1, 1, 7, 8, 5, 6), 1)
EDGECC_CONV(Narrow, (1, 9, 2, 17), 16, (3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1)
#include "shapes.inc"

} // namespace
