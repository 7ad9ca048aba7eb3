//===- LayerNormTest.cpp --------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// layer_norm.h against double, over axes of all places.
#include "layer_norm.h"
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

template <class S, class Mask> void test() {
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

} // namespace
