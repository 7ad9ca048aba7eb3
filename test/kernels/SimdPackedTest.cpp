//===- SimdPackedTest.cpp -------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Kernels of vectors for weights of four bits against the portable kernels for
// whole bytes: bit for bit.
#include "conv2d.h"
#include "conv2d_w4_simd.h"
#include "fenced.h"
#include "fully_connected.h"
#include "fully_connected_w4_simd.h"
#include "packed.h"
#include "reference.h"
#include "simd_types.h"

using namespace edgecc::kernels;

namespace {

constexpr int kInZero = -7, kOutZero = 13, kLo = -100, kHi = 127;

/// Weights [rows, row] on a grid of four bits, and how their sums finish.
template <bool Small> struct PackedLayer {
  static constexpr int kShift = Small ? 0 : 2;
  static constexpr bool kScaled = Small && kScalesSmall;

  int rows, row, group;
  Random random;
  std::vector<std::int8_t> digits, steps, weights;
  std::vector<std::int32_t> bias, multiplier;

  PackedLayer(int theRows, int theRow, int theGroup)
      : rows(theRows), row(theRow), group(theGroup),
        digits(random.bytes(rows * row, -8, 7)),
        steps(random.bytes(rows * groupsInRow(row, group), -15, 15)),
        weights(buffer<std::int8_t>(rows * row)),
        bias(random.integers(rows, -9000, 9000)),
        multiplier(random.integers(rows, 1, (1 << 29) / row + 1)) {
    // Sums of a group that are as large as can be.
    for (int i = 0; i < row; ++i)
      digits[static_cast<std::size_t>(i)] = -8;
    multiplySteps(digits.data(), steps.data(), rows, row, group,
                  weights.data());
    multiplier[0] = (1 << 29) - 1;
  }

  std::vector<std::int8_t> makeImage(int count) {
    auto image = random.bytes(count);
    for (int i = 0; i < std::min(count, row); ++i)
      image[static_cast<std::size_t>(i)] = i % 64 < 32 ? -128 : 127;
    return image;
  }

  /// In whole times `lanes`.
  static Fenced<std::int32_t> fillUp(std::vector<std::int32_t> values,
                                     int lanes) {
    const auto unit = static_cast<std::size_t>(lanes);
    values.resize((values.size() + unit - 1) / unit * unit);
    return Fenced<std::int32_t>(values);
  }
  Fenced<std::int32_t> packBias(int offset, int lanes) const {
    auto folded = bias;
    for (int o = 0; o < rows; ++o)
      for (int i = 0; i < row; ++i)
        folded[static_cast<std::size_t>(o)] -=
            offset * at(weights, o * row + i);
    return fillUp(folded, lanes);
  }
  Fenced<std::int32_t> packMultiplier(int lanes) const {
    auto factors = multiplier;
    for (std::int32_t &m : factors)
      m *= kScaled ? 4 : 1;
    return fillUp(factors, lanes);
  }

  /// As packed_weights.h has them, steps behind digits.
  Fenced<std::int8_t> packRows() const {
    auto packed = buffer<std::int8_t>(rows * packedRowBytes(row, group));
    packDigits(digits.data(), rows, row, group, packed.data());
    packed.insert(packed.end(), steps.begin(), steps.end());
    return Fenced<std::int8_t>(packed);
  }

  int getDigit(int o, int i, int end, int offset) const {
    return (o < rows && i < end ? at(digits, o * row + i) : 0) + offset;
  }
  /// As fully_connected_w4_simd.h describes them.
  template <class Plan> Fenced<std::int8_t> packVectors() const {
    constexpr int kRows = Digits::kRows, kStep = Digits::kDigitStep;
    std::vector<std::int8_t> packed, behind;
    for (int first = 0; first < Plan::kAllVectors; first += Plan::kBlocks) {
      const int last = std::min(first + Plan::kBlocks, Plan::kAllVectors);
      for (int g = 0; g < Plan::kGroups; ++g) {
        const int end = std::min(row, (g + 1) * group);
        for (int k = g * group; k < end; k += 2 * kStep)
          for (int i = first * kRows * kStep; i < last * kRows * kStep; ++i) {
            const int o = i / kStep, at = k + i % kStep;
            packed.push_back(static_cast<std::int8_t>(
                (getDigit(o, at, end, Digits::kDigitOffset) & 15) |
                (getDigit(o, at + kStep, end, Digits::kDigitOffset) & 15)
                    << 4));
          }
        for (int o = first * kRows; o < last * kRows; ++o)
          behind.push_back(o < rows ? at(steps, o * Plan::kGroups + g)
                                    : std::int8_t{1});
      }
    }
    packed.insert(packed.end(), behind.begin(), behind.end());
    return Fenced<std::int8_t>(packed);
  }

  /// As conv2d_w4_simd.h describes them.
  template <class Sweep, class Plan> Fenced<std::int8_t> packTiles() const {
    constexpr int kLanes = S8::kLanes, kStep = S8::kStep;
    constexpr int kOffset = Unpack::kDigitOffset;
    std::vector<std::int8_t> packed, behind;
    for (int first = 0; first < Sweep::kVectors; first += Plan::kBlocks)
      for (int g = 0; g < Sweep::kGroups; ++g)
        for (int v = first;
             v < std::min(first + Plan::kBlocks, Sweep::kVectors); ++v) {
          const int end = std::min(row, (g + 1) * group);
          for (int k = g * group; k < end; k += 2 * kStep)
            for (int i = 0; i < kLanes * kStep; ++i) {
              const int o = v * kLanes + i / kStep, at = k + i % kStep;
              packed.push_back(static_cast<std::int8_t>(
                  (getDigit(o, at, end, kOffset) & 15) |
                  (getDigit(o, at + kStep, end, kOffset) & 15) << 4));
            }
          for (int o = v * kLanes; o < (v + 1) * kLanes; ++o)
            behind.push_back(o < rows ? at(steps, o * Sweep::kGroups + g)
                                      : std::int8_t{1});
        }
    packed.insert(packed.end(), behind.begin(), behind.end());
    return Fenced<std::int8_t>(packed);
  }
};

template <class In, class Out, int Wanted, bool Small>
void testFullyConnected() {
  constexpr int kDepth = In::dim(In::rank - 1), kOut = Out::dim(Out::rank - 1);
  constexpr int kGroup = groupOf(kDepth, Wanted);
  using Layer = PackedLayer<Small>;
  using Plan = DigitPlan<Digits, In, Out, kGroup>;
  Layer layer(kOut, kDepth, kGroup);
  const Fenced<std::int8_t> in(layer.makeImage(In::size)), out(Out::size),
      weights = layer.template packVectors<Plan>(), scratch(kDepth + 8);
  auto want = buffer<std::int8_t>(Out::size);
  fully_connected_s8<In, Out>(in.data(), layer.weights.data(),
                              layer.bias.data(), layer.multiplier.data(),
                              want.data(), Layer::kShift, kOutZero, kLo, kHi);
  fully_connected_s8w4_simd<Digits, In, Out, kGroup, Layer::kScaled, kInZero,
                            Layer::kShift, kOutZero, kLo, kHi>(
      in.data(), weights.data(),
      layer.packBias(Digits::kOffset, Digits::kRows).data(),
      layer.packMultiplier(Digits::kRows).data(), out.data(), scratch.data());
  EXPECT_EQ(out.copy(), want);
}

/// Cells of a band, and what loads touch behind them.
template <class Plan> constexpr int tileBytes() {
  using Cell = typename Plan::Cell;
  const int cells =
      Plan::kFlat
          ? (Plan::kBand < Plan::kAllPixels ? Plan::kBand : Plan::kAllPixels) *
                Plan::kPixelStep
          : Plan::rowsFor(Plan::kBand) * Plan::kRow;
  return ((cells + 16) * static_cast<int>(sizeof(Cell)) + 63) / 64 * 64;
}

template <class C, int Pixels, int Blocks, int Rows, int Wanted, bool Small>
void testConv() {
  using In = typename C::In;
  using Out = typename C::Out;
  using Win = typename C::Win;
  using AnyBand = TilePlan<S8, In, Out, Win, Pixels, Blocks, 1>;
  constexpr int kBand = AnyBand::kFlat ? Rows * Pixels : Rows;
  using Plan = TilePlan<S8, In, Out, Win, Pixels, Blocks, kBand>;
  constexpr int kOut = Out::dim(3), kGroup = groupOf(C::kProducts, Wanted);
  constexpr int kTileBytes = tileBytes<Plan>();
  using Layer = PackedLayer<Small>;
  using Sweep = UnpackSweep<Plan, Unpack, int, kGroup>;
  Layer layer(kOut, C::kProducts, kGroup);
  const Fenced<std::int8_t> in(layer.makeImage(In::size)), out(Out::size),
      weights = Sweep::kAligned ? layer.template packTiles<Sweep, Plan>()
                                : layer.packRows(),
      scratch(kTileBytes +
              Blocks * Plan::kBlockWeights *
                  static_cast<int>(sizeof(typename S8::Weight)) +
              C::kProducts);
  auto want = buffer<std::int8_t>(Out::size);
  conv2d_s8<In, Out, Win, 1>(in.data(), layer.weights.data(), layer.bias.data(),
                             layer.multiplier.data(), want.data(), kInZero,
                             Layer::kShift, kOutZero, kLo, kHi);
  conv2d_s8w4_simd<S8, Unpack, In, Out, Win, Pixels, Blocks, kBand, kGroup,
                   kTileBytes, Layer::kScaled, kInZero, Layer::kShift, kOutZero,
                   kLo, kHi>(
      in.data(), weights.data(), layer.packBias(kOffset, S8::kLanes).data(),
      layer.packMultiplier(S8::kLanes).data(), out.data(), scratch.data());
  EXPECT_EQ(out.copy(), want);
}

// Groups that rows end in the middle of, of any parity, and whole rows.
template <class C> void testConv() {
  if constexpr (C::kGroups == 1) {
    testConv<C, 4, 1, 1, 6, true>();
    testConv<C, 2, 2, 3, 32, false>();
    testConv<C, 3, 2, 2, 1 << 20, true>();
    // Groups of whole steps, an odd number of these.
    testConv<C, 4, 2, 2, 12, false>();
  }
}

#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  TEST(SimdConv2dS8W4, Name) {                                                 \
    testConv<                                                                  \
        WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>>();    \
  }
#define EDGECC_FULLY_CONNECTED(Name, In, Out)                                  \
  TEST(SimdFullyConnectedS8W4, Name) {                                         \
    testFullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out, 6, true>();    \
    testFullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out, 32, false>();  \
    testFullyConnected<EDGECC_SHAPE_OF In, EDGECC_SHAPE_OF Out, 1 << 20,       \
                       true>();                                                \
  }
#include "shapes.inc"

// Whole steps of all arithmetics; several blocks; a last group that is smaller.
TEST(SimdConv2dS8W4, Aligned) {
  using Same = Window<3, 3, 1, 1, 1, 1, 1, 1, 1, 1>;
  using Whole = Window<1, 1, 1, 1, 1, 1, 0, 0, 0, 0>;
  testConv<WindowCase<Shape<1, 5, 6, 16>, 33, Same>>();
  testConv<WindowCase<Shape<1, 3, 3, 48>, 70, Whole>>();
  testConv<WindowCase<Shape<1, 4, 4, 80>, 12, Whole>>();
}

// Several blocks of vectors, and pieces of groups.
TEST(SimdFullyConnectedS8W4, Large) {
  testFullyConnected<Shape<1, 200>, Shape<1, 300>, 32, true>();
  testFullyConnected<Shape<1, 200>, Shape<1, 131>, 64, false>();
  testFullyConnected<Shape<2, 333>, Shape<2, 257>, 1 << 20, true>();
}

} // namespace
