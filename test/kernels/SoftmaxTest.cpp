//===- SoftmaxTest.cpp ----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// softmax.h, float in double and int8 by the contract's formula.
#include "softmax.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

/// The flat indices of the elements on the same line along the axis.
template <class S, int Axis> std::vector<int> line(int element) {
  std::vector<int> index = unravel<S>(element), members;
  for (int i = 0; i < S::dim(Axis); ++i) {
    index[Axis] = i;
    members.push_back(ravel<S>(index));
  }
  return members;
}

template <class S, int Axis> void testFloat() {
  Random random;
  auto in = random.reals(S::size);
  for (float &x : in)
    x *= 60.0f; // exp of the largest overflows unless the maximum is taken off
  auto out = buffer<float>(S::size), logarithm = in;
  softmax_f32<S, Axis>(in.data(), out.data());
  log_softmax_f32<S, Axis>(logarithm.data(), logarithm.data());
  for (int i = 0; i < S::size; ++i) {
    double sum = 0.0;
    for (int j : line<S, Axis>(i))
      sum += std::exp(static_cast<double>(at(in, j)) -
                      static_cast<double>(at(in, i)));
    expectClose(at(out, i), 1.0 / sum, 1.0, i);
    expectClose(at(logarithm, i), -std::log(sum), 100.0, i);
  }
}

template <class S, int Axis> void testInt8(double scale, int lo, int hi) {
  Random random;
  const auto in = random.bytes(S::size, lo, hi);
  std::vector<std::int32_t> table;
  for (int d = 0; d < 256; ++d)
    table.push_back(static_cast<std::int32_t>(
        std::nearbyint(std::exp(-scale * d) * 8388608.0)));
  auto out = buffer<std::int8_t>(S::size);
  softmax_s8<S, Axis>(in.data(), table.data(), out.data());
  for (int i = 0; i < S::size; ++i) {
    int max = -128;
    for (int j : line<S, Axis>(i))
      max = std::max<int>(max, at(in, j));
    std::uint64_t sum = 0;
    for (int j : line<S, Axis>(i))
      sum += static_cast<std::uint64_t>(at(table, max - at(in, j)));
    const auto e = static_cast<std::uint64_t>(at(table, max - at(in, i)));
    const auto share = static_cast<int>((e * 256 + sum / 2) / sum);
    EXPECT_EQ(at(out, i), std::min(share - 128, 127)) << "element " << i;
  }
}

/// By the contract's formula, and close to what it stands for.
template <class S, int Axis> void testInt16(double scale, int lo, int hi) {
  Random random;
  const auto in = random.words(S::size, lo, hi);
  std::vector<std::int32_t> table;
  for (int step : {256, 1})
    for (int i = 0; i < 256; ++i)
      table.push_back(static_cast<std::int32_t>(
          std::nearbyint(std::exp(-scale * step * i) * 8388608.0)));
  const auto exponential = [&](int d) {
    const std::int64_t product =
        std::int64_t{at(table, d / 256)} * at(table, 256 + d % 256);
    return floorDivide(product + (1 << 29), 1 << 30);
  };
  auto out = buffer<std::int16_t>(S::size);
  softmax_s16<S, Axis>(in.data(), table.data(), out.data());
  for (int i = 0; i < S::size; ++i) {
    int max = -32768;
    for (int j : line<S, Axis>(i))
      max = std::max<int>(max, at(in, j));
    std::int64_t sum = 0;
    double exact = 0.0;
    for (int j : line<S, Axis>(i)) {
      sum += exponential(max - at(in, j));
      exact += std::exp(scale * (at(in, j) - at(in, i)));
    }
    const std::int64_t share =
        (exponential(max - at(in, i)) * 32768 + sum / 2) / sum;
    EXPECT_EQ(at(out, i), std::min<std::int64_t>(share, 32767))
        << "element " << i;
    EXPECT_NEAR(at(out, i), std::min(32768.0 / exact, 32767.0), 2.0);
  }
}

#define EDGECC_SOFTMAX(Name, In, Axis)                                         \
  TEST(SoftmaxF32, Name) { testFloat<EDGECC_SHAPE_OF In, Axis>(); }            \
  TEST(SoftmaxS8, Name) {                                                      \
    testInt8<EDGECC_SHAPE_OF In, Axis>(0.05, -128, 127);                       \
    testInt8<EDGECC_SHAPE_OF In, Axis>(3.0, -128, 127);                        \
    testInt8<EDGECC_SHAPE_OF In, Axis>(1e-6, 5, 5);                            \
  }                                                                            \
  TEST(SoftmaxS16, Name) {                                                     \
    testInt16<EDGECC_SHAPE_OF In, Axis>(0.0002, -32768, 32767);                \
    testInt16<EDGECC_SHAPE_OF In, Axis>(3.0, -32768, 32767);                   \
    testInt16<EDGECC_SHAPE_OF In, Axis>(1e-6, 5, 5);                           \
  }
#include "shapes.inc"

} // namespace
