//===- LayerNormTest.cpp --------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// layer_norm.h against double, over axes of all places.
#include "layer_norm.h"
#include "layer_norm_integer.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

constexpr double kEpsilon = 0.01;

/// The elements that are normalized together with one.
template <class S, class Mask> std::vector<int> groupOf(int element) {
  const std::vector<int> index = unravel<S>(element);
  std::vector<int> members;
  for (int other = 0; other < S::size; ++other) {
    const std::vector<int> candidate = unravel<S>(other);
    bool same = true;
    for (int d = 0; d < S::rank; ++d)
      same &= Mask::dim(d) != 0 || at(candidate, d) == at(index, d);
    if (same)
      members.push_back(other);
  }
  return members;
}

template <class S, class Mask>
double naive(const std::vector<float> &in, int element, bool rms) {
  const std::vector<int> members = groupOf<S, Mask>(element);
  const auto count = static_cast<double>(members.size());
  double mean = 0.0, variance = 0.0;
  for (int i : members)
    mean += rms ? 0.0 : static_cast<double>(at(in, i)) / count;
  for (int i : members)
    variance += std::pow(static_cast<double>(at(in, i)) - mean, 2.0) / count;
  return (static_cast<double>(at(in, element)) - mean) /
         std::sqrt(variance + kEpsilon);
}

template <class S, class Mask, bool Rms> void testKind() {
  constexpr int kLast = S::dim(S::rank - 1);
  constexpr auto kFloatEpsilon = static_cast<float>(kEpsilon);
  Random random;
  auto in = random.reals(S::size);
  for (float &x : in)
    x += 3.0f; // a mean that the variance has to be free of
  const auto scale = random.reals(kLast), bias = random.reals(kLast);
  auto plain = buffer<float>(S::size), scaled = plain, biased = in;
  layer_norm_f32<S, Mask, Rms>(in.data(), plain.data(), kFloatEpsilon);
  layer_norm_f32<S, Mask, Rms>(in.data(), scale.data(), scaled.data(),
                               kFloatEpsilon);
  layer_norm_f32<S, Mask, Rms>(biased.data(), scale.data(), bias.data(),
                               biased.data(), kFloatEpsilon);
  for (int i = 0; i < S::size; ++i) {
    const double want = naive<S, Mask>(in, i, Rms);
    const auto factor = static_cast<double>(at(scale, i % kLast));
    const auto offset = static_cast<double>(at(bias, i % kLast));
    expectClose(at(plain, i), want, 3.0, i);
    expectClose(at(scaled, i), want * factor, 3.0, i);
    expectClose(at(biased, i), want * factor + offset, 3.0, i);
  }
}

/// Against real numbers: the result is the nearest step, or one beside it where
/// the exact value lies within a hundredth of the middle.
template <class S, class Mask, bool Rms> void testInt8() {
  constexpr int kLast = S::dim(S::rank - 1), kZero = 7, kOutZero = -11;
  Random random;
  const auto in = random.bytes(S::size);
  const auto multiplier = random.integers(kLast, -2000000, 2000000);
  const auto bias = random.integers(kLast, -2000000, 2000000);
  auto out = in;
  layer_norm_s8<S, Mask, Rms>(out.data(), multiplier.data(), bias.data(),
                              out.data(), kZero, 123456, 16, kOutZero);
  for (int i = 0; i < S::size; ++i) {
    const std::vector<int> members = groupOf<S, Mask>(i);
    const auto count = static_cast<double>(members.size());
    double sum = 0.0, squares = 0.0;
    for (int member : members) {
      const double d = at(in, member) - kZero;
      sum += Rms ? 0.0 : d;
      squares += d * d;
    }
    const double y = (count * (at(in, i) - kZero) - sum) /
                     std::sqrt(count * squares - sum * sum + 123456.0);
    const double steps = y * at(multiplier, i % kLast) / 65536.0 +
                         at(bias, i % kLast) / 65536.0 + kOutZero;
    EXPECT_NEAR(at(out, i), std::clamp(steps, -128.0, 127.0), 0.51)
        << "element " << i;
  }
}

/// Against real numbers, which differ from the middle between two steps. Values
/// of a few hundred steps as well as those of all.
template <class S, class Mask, bool Rms> void testInt16(int reach) {
  constexpr int kLast = S::dim(S::rank - 1), kShift = 18;
  constexpr double kEps = 1e7;
  Random random;
  auto in = random.words(S::size, -reach, reach - 1);
  const auto multiplier = random.integers(kLast, -2000000000, 2000000000);
  const auto bias = random.integers(kLast, -20000000, 20000000);
  auto out = in;
  layer_norm_s16<S, Mask, Rms>(out.data(), multiplier.data(), bias.data(),
                               out.data(), static_cast<std::int64_t>(kEps),
                               kShift);
  for (int i = 0; i < S::size; ++i) {
    const std::vector<int> members = groupOf<S, Mask>(i);
    const auto count = static_cast<double>(members.size());
    double sum = 0.0, squares = 0.0;
    for (int member : members) {
      const double d = at(in, member);
      sum += Rms ? 0.0 : d;
      squares += d * d;
    }
    const double y = (count * at(in, i) - sum) /
                     std::sqrt(count * squares - sum * sum + kEps);
    const double steps = y * std::ldexp(at(multiplier, i % kLast), -kShift) +
                         std::ldexp(at(bias, i % kLast), -12);
    EXPECT_NEAR(at(out, i), std::clamp(steps, -32768.0, 32767.0), 0.51)
        << "element " << i;
  }
}

template <class S, class Mask> void test() {
  testInt16<S, Mask, false>(32768);
  testInt16<S, Mask, true>(32768);
  testInt16<S, Mask, false>(300);
  testInt8<S, Mask, false>();
  testInt8<S, Mask, true>();
  testKind<S, Mask, false>();
  testKind<S, Mask, true>();
}

TEST(LayerNormF32, LastAxis) { test<Shape<2, 3, 16>, Shape<0, 0, 1>>(); }
TEST(LayerNormF32, LastAxes) { test<Shape<2, 3, 5>, Shape<0, 1, 1>>(); }
TEST(LayerNormF32, Spatial) { test<Shape<2, 3, 4, 5>, Shape<0, 1, 1, 0>>(); }
TEST(LayerNormF32, Channels) { test<Shape<2, 3, 4>, Shape<0, 1, 0>>(); }
TEST(LayerNormF32, BatchAndSpatial) { test<Shape<2, 3, 4>, Shape<1, 1, 0>>(); }
TEST(LayerNormF32, Vector) { test<Shape<7>, Shape<1>>(); }
TEST(LayerNormF32, OneElement) { test<Shape<3, 1>, Shape<0, 1>>(); }

/// One element of the largest group is far from all others: sums and what is
/// standardized come close to their bounds.
TEST(LayerNormS16, LargestGroup) {
  using S = Shape<1, 1 << 14>;
  auto in = buffer<std::int16_t>(S::size), out = in;
  for (std::int16_t &x : in)
    x = -32768;
  in[5] = 32767;
  const std::vector<std::int32_t> multiplier(S::size, 250 << 20),
      bias(S::size, 0);
  layer_norm_s16<S, Shape<0, 1>, false>(in.data(), multiplier.data(),
                                        bias.data(), out.data(), 0, 20);
  // sqrt(2^14 - 1) and -1 / sqrt(2^14 - 1), times 250.
  EXPECT_EQ(out[5], 31999);
  EXPECT_EQ(out[6], -2);
  layer_norm_s16<S, Shape<0, 1>, true>(in.data(), multiplier.data(),
                                       bias.data(), out.data(), 0, 20);
  EXPECT_EQ(out[5], 250);
  EXPECT_EQ(out[6], -250);
}

TEST(ReciprocalRoot, IsClose) {
  EXPECT_EQ(integerRoot(0), 0u);
  EXPECT_EQ(integerRoot(24), 4u);
  EXPECT_EQ(integerRoot(25), 5u);
  EXPECT_EQ(integerRoot(UINT64_MAX), UINT32_MAX);
  for (std::uint64_t x :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3},
        std::uint64_t{1000000007}, UINT64_MAX / 3, UINT64_MAX}) {
    const ReciprocalRoot root = reciprocalRoot(x);
    EXPECT_GE(root.mantissa, 1u << 30);
    EXPECT_LE(root.mantissa, 1u << 31);
    EXPECT_NEAR(std::ldexp(root.mantissa, -root.shift) *
                    std::sqrt(static_cast<double>(x)),
                1.0, 2e-9);
  }
  EXPECT_EQ(reciprocalRoot(0).mantissa, reciprocalRoot(1).mantissa);
}

} // namespace
