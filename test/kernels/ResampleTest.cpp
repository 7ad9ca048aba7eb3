//===- ResampleTest.cpp ---------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// resample.h along every axis.
#include "resample.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

/// In[..., N, ...] with N -> P along `Axis`.
template <class In, class Out, int Axis, int Taps> void testResample() {
  constexpr int kPositions = Out::dim(Axis);
  using Weights = Shape<Taps, kPositions>;
  Random random;
  const auto indices = random.integers(Weights::size, 0, In::dim(Axis) - 1);
  const auto reals = random.reals(Weights::size), in = random.reals(In::size);
  std::vector<std::int16_t> weights;
  for (int i = 0; i < Weights::size; ++i)
    weights.push_back(static_cast<std::int16_t>(random.integer(-9000, 20000)));
  const auto bytes = random.bytes(In::size);
  const auto words = random.words(In::size);
  auto out = buffer<float>(Out::size);
  auto outBytes = buffer<std::int8_t>(Out::size);
  auto outWords = buffer<std::int16_t>(Out::size);
  resample_f32<In, Axis, Weights>(in.data(), indices.data(), reals.data(),
                                  out.data());
  resample_s8<In, Axis, Weights>(bytes.data(), indices.data(), weights.data(),
                                 outBytes.data(), 7, 100000, 0, -4);
  resample_s16<In, Axis, Weights>(words.data(), indices.data(), weights.data(),
                                  outWords.data(), 1900000000, 45);
  for (int i = 0; i < Out::size; ++i) {
    std::vector<int> index = unravel<Out>(i);
    const int position = index.at(Axis);
    double real = 0.0, scale = 0.0;
    std::int64_t integer = 0, wide = 0;
    for (int t = 0; t < Taps; ++t) {
      const int tap = t * kPositions + position;
      index.at(Axis) = at(indices, tap);
      const int from = ravel<In>(index);
      const double product = static_cast<double>(at(reals, tap)) *
                             static_cast<double>(at(in, from));
      real += product;
      scale += std::fabs(product);
      integer += std::int64_t{at(weights, tap)} * (at(bytes, from) - 7);
      wide += std::int64_t{at(weights, tap)} * at(words, from);
    }
    expectClose(at(out, i), real, scale, i);
    EXPECT_EQ(at(outBytes, i),
              naiveRequantize(integer, 100000, 0, -4, -128, 127))
        << "element " << i;
    EXPECT_EQ(at(outWords, i),
              naiveRequantizeWide(wide, 1900000000, 45, 0, -32768, 32767))
        << "element " << i;
  }
}

TEST(Resample, Rows) {
  testResample<Shape<2, 4, 3, 5>, Shape<2, 8, 3, 5>, 1, 2>();
}
TEST(Resample, Columns) {
  testResample<Shape<2, 4, 3, 5>, Shape<2, 4, 2, 5>, 2, 4>();
}
TEST(Resample, Channels) { testResample<Shape<2, 7>, Shape<2, 3>, 1, 2>(); }
TEST(Resample, OneTap) { testResample<Shape<5>, Shape<9>, 0, 1>(); }

TEST(Resample, ConstantsStayExact) {
  // Weights that sum to 2^14 in steps of 2^-14: factor 1.
  const std::int8_t in[] = {-77, -77};
  const std::int32_t indices[] = {0, 1};
  const std::int16_t weights[] = {5461, 10923};
  std::int8_t out[1];
  resample_s8<Shape<2>, 0, Shape<2, 1>>(in, indices, weights, out, 30, 131072,
                                        0, 30);
  EXPECT_EQ(out[0], -77);
}

} // namespace
