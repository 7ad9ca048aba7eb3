//===- ReduceTest.cpp -----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// reduce.h against double, over every set of axes.
#include "reduce.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

double naiveReduce(ReduceKind kind, const std::vector<double> &x) {
  double sum = 0.0, product = 1.0, absolute = 0.0, squares = 0.0;
  double exponentials = 0.0;
  for (double value : x) {
    sum += value;
    product *= value;
    absolute += std::fabs(value);
    squares += value * value;
    exponentials += std::exp(value);
  }
  switch (kind) {
  case ReduceKind::Sum:
    return sum;
  case ReduceKind::Mean:
    return sum / static_cast<double>(x.size());
  case ReduceKind::Max:
    return *std::max_element(x.begin(), x.end());
  case ReduceKind::Min:
    return *std::min_element(x.begin(), x.end());
  case ReduceKind::Prod:
    return product;
  case ReduceKind::SumSquare:
    return squares;
  case ReduceKind::L1:
    return absolute;
  case ReduceKind::L2:
    return std::sqrt(squares);
  case ReduceKind::LogSum:
    return std::log(sum);
  case ReduceKind::LogSumExp:
    return std::log(exponentials);
  }
  return 0.0;
}

/// The inputs of each result, in the order of the results.
template <class In, class Mask, class T>
std::vector<std::vector<double>> groupMembers(const std::vector<T> &in) {
  std::vector<std::vector<double>> members;
  std::vector<int> numberOfKept(static_cast<std::size_t>(In::size), -1);
  for (int i = 0; i < In::size; ++i) {
    std::vector<int> index = unravel<In>(i);
    for (int d = 0; d < In::rank; ++d)
      if (Mask::dim(d) != 0)
        index[static_cast<std::size_t>(d)] = 0;
    int &number = numberOfKept.at(static_cast<std::size_t>(ravel<In>(index)));
    if (number < 0) {
      number = static_cast<int>(members.size());
      members.emplace_back();
    }
    members[static_cast<std::size_t>(number)].push_back(
        static_cast<double>(at(in, i)));
  }
  return members;
}

template <class In, class Mask, ReduceKind Kind> void testKind() {
  Random random;
  auto in = random.reals(In::size);
  if (Kind == ReduceKind::LogSum)
    for (float &x : in)
      x = std::fabs(x) + 0.1f;
  const auto members = groupMembers<In, Mask>(in);
  auto out = buffer<float>(static_cast<int>(members.size()));
  reduce_f32<In, Mask, Kind>(in.data(), out.data());
  for (int i = 0; i < static_cast<int>(members.size()); ++i)
    expectClose(at(out, i),
                naiveReduce(Kind, members[static_cast<std::size_t>(i)]),
                Kind == ReduceKind::Prod ? 1e4 : 50.0, i);
}

template <class In, class Mask> void testSumInt8() {
  Random random;
  const auto in = random.bytes(In::size);
  const auto members = groupMembers<In, Mask>(in);
  const auto count = static_cast<int>(members.size());
  auto out = buffer<std::int8_t>(count);
  reduce_sum_s8<In, Mask>(in.data(), out.data(), -90, 300000000, 1, -70);
  for (int i = 0; i < count; ++i) {
    std::int64_t sum = 0;
    for (double q : members[static_cast<std::size_t>(i)])
      sum += static_cast<int>(q) + 90;
    EXPECT_EQ(at(out, i), naiveRequantize(sum, 300000000, 1, -70, -128, 127))
        << "element " << i;
  }
}

template <class In, class Mask> void testSumInt16() {
  Random random;
  const auto in = random.words(In::size);
  const auto members = groupMembers<In, Mask>(in);
  const auto count = static_cast<int>(members.size());
  auto out = buffer<std::int16_t>(count);
  reduce_sum_s16<In, Mask>(in.data(), out.data(), 1 << 30, 31);
  for (int i = 0; i < count; ++i) {
    std::int64_t sum = 0;
    for (double q : members[static_cast<std::size_t>(i)])
      sum += static_cast<int>(q);
    EXPECT_EQ(at(out, i),
              naiveRequantizeWide(sum, 1 << 30, 31, 0, -32768, 32767))
        << "element " << i;
  }
}

template <class In, class Mask> void testAllKinds() {
  testSumInt8<In, Mask>();
  testSumInt16<In, Mask>();
  testKind<In, Mask, ReduceKind::Sum>();
  testKind<In, Mask, ReduceKind::Mean>();
  testKind<In, Mask, ReduceKind::Max>();
  testKind<In, Mask, ReduceKind::Min>();
  testKind<In, Mask, ReduceKind::Prod>();
  testKind<In, Mask, ReduceKind::SumSquare>();
  testKind<In, Mask, ReduceKind::L1>();
  testKind<In, Mask, ReduceKind::L2>();
  testKind<In, Mask, ReduceKind::LogSum>();
  testKind<In, Mask, ReduceKind::LogSumExp>();
}

TEST(ReduceF32, LastAxis) { testAllKinds<Shape<3, 5>, Shape<0, 1>>(); }
TEST(ReduceF32, FirstAxis) { testAllKinds<Shape<3, 5>, Shape<1, 0>>(); }
TEST(ReduceF32, Spatial) {
  testAllKinds<Shape<2, 3, 4, 5>, Shape<0, 1, 1, 0>>();
}
TEST(ReduceF32, Outer) { testAllKinds<Shape<2, 3, 4>, Shape<1, 0, 1>>(); }
TEST(ReduceF32, Everything) { testAllKinds<Shape<2, 7>, Shape<1, 1>>(); }
TEST(ReduceF32, Nothing) { testAllKinds<Shape<2, 3>, Shape<0, 0>>(); }
TEST(ReduceF32, Scalar) { testAllKinds<Shape<>, Shape<>>(); }

// More than 32 bits hold.
TEST(ReduceSumS16, Long) {
  const std::vector<std::int16_t> in(70000, -32768);
  std::int16_t out[1];
  reduce_sum_s16<Shape<70000>, Shape<1>>(in.data(), out, 1 << 30, 47);
  EXPECT_EQ(out[0], -17500);
}

TEST(ReduceF32, LogSumExpOfLargeValues) {
  const float in[] = {500.0f, 500.0f, -HUGE_VALF, -HUGE_VALF};
  float out[2];
  reduce_f32<Shape<2, 2>, Shape<0, 1>, ReduceKind::LogSumExp>(in, out);
  EXPECT_NEAR(out[0], 500.6931f, 1e-3f);
  EXPECT_EQ(out[1], -HUGE_VALF);
}

} // namespace
