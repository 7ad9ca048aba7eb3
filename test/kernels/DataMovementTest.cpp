//===- DataMovementTest.cpp -----------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// data_movement.h against index arithmetic at run time.
#include "data_movement.h"
#include "reference.h"

#include <numeric>

using namespace edgecc::kernels;

namespace {

/// 0, 1, 2, ...: an element's value tells where it came from.
template <class T> std::vector<T> numbered(int count) {
  auto values = buffer<T>(count);
  std::iota(values.begin(), values.end(), T(0));
  return values;
}

template <class In, class Perm, class Out, class T> void testTranspose() {
  const auto in = numbered<T>(In::size);
  auto out = buffer<T>(In::size);
  transpose<In, Perm>(in.data(), out.data());
  for (int i = 0; i < Out::size; ++i) {
    const std::vector<int> index = unravel<Out>(i);
    std::vector<int> source(index.size());
    for (std::size_t d = 0; d < index.size(); ++d)
      source[static_cast<std::size_t>(Perm::dim(static_cast<int>(d)))] =
          index[d];
    EXPECT_EQ(at(out, i), at(in, ravel<In>(source))) << "element " << i;
  }
}

TEST(Transpose, AllKinds) {
  testTranspose<Shape<2, 3>, Shape<1, 0>, Shape<3, 2>, float>();
  testTranspose<Shape<2, 3, 4, 5>, Shape<0, 2, 3, 1>, Shape<2, 4, 5, 3>,
                std::int8_t>();
  testTranspose<Shape<2, 3, 4>, Shape<2, 0, 1>, Shape<4, 2, 3>, std::int64_t>();
  testTranspose<Shape<2, 3, 4>, Shape<0, 1, 2>, Shape<2, 3, 4>, float>();
  testTranspose<Shape<>, Shape<>, Shape<>, float>();
}

template <class In, class Out, class Before> void testPad() {
  const auto in = numbered<float>(In::size);
  auto out = buffer<float>(Out::size);
  pad<In, Out, Before>(in.data(), out.data(), -1.0f);
  for (int i = 0; i < Out::size; ++i) {
    std::vector<int> index = unravel<Out>(i);
    bool inside = true;
    for (int d = 0; d < Out::rank; ++d) {
      int &position = index[static_cast<std::size_t>(d)];
      position -= Before::dim(d);
      inside = inside && position >= 0 && position < In::dim(d);
    }
    EXPECT_EQ(at(out, i), inside ? at(in, ravel<In>(index)) : -1.0f)
        << "element " << i;
  }
}

TEST(Pad, AllKinds) {
  testPad<Shape<3>, Shape<6>, Shape<1>>();
  testPad<Shape<2, 3, 4, 2>, Shape<2, 5, 7, 2>, Shape<0, 1, 2, 0>>();
  testPad<Shape<4, 5>, Shape<3, 2>, Shape<-1, -2>>();
  testPad<Shape<4, 3>, Shape<4, 5>, Shape<-2, 3>>();
  testPad<Shape<2>, Shape<3>, Shape<5>>();
}

template <class In, class Out, class Starts, class Steps> void testSlice() {
  const auto in = numbered<std::int16_t>(In::size);
  auto out = buffer<std::int16_t>(Out::size);
  slice<In, Out, Starts, Steps>(in.data(), out.data());
  for (int i = 0; i < Out::size; ++i) {
    std::vector<int> index = unravel<Out>(i);
    for (int d = 0; d < Out::rank; ++d) {
      int &position = index[static_cast<std::size_t>(d)];
      position = Starts::dim(d) + position * Steps::dim(d);
    }
    EXPECT_EQ(at(out, i), at(in, ravel<In>(index))) << "element " << i;
  }
}

TEST(Slice, AllKinds) {
  testSlice<Shape<9>, Shape<3>, Shape<2>, Shape<3>>();
  testSlice<Shape<4, 5>, Shape<4, 5>, Shape<3, 4>, Shape<-1, -1>>();
  testSlice<Shape<2, 6, 3>, Shape<1, 3, 2>, Shape<1, 5, 0>, Shape<1, -2, 2>>();
}

TEST(CopySlab, Concatenation) {
  // [2, 1, 3] and [2, 2, 3] along axis 1.
  const auto a = numbered<float>(6), b = numbered<float>(12);
  auto out = buffer<float>(18);
  copy_slab<float, 2, 3, 9, 0>(a.data(), out.data());
  copy_slab<float, 2, 6, 9, 3>(b.data(), out.data());
  const std::vector<float> want = {0, 1, 2, 0, 1, 2, 3, 4,  5,
                                   3, 4, 5, 6, 7, 8, 9, 10, 11};
  EXPECT_EQ(out, want);
}

template <class Data, class Indices, int Axis, class TIndex>
void testGather(const std::vector<TIndex> &indices,
                const std::vector<int> &meant) {
  constexpr int kInner = Data::product(Axis + 1, Data::rank);
  constexpr int kOuter = Data::product(0, Axis);
  const auto data = numbered<float>(Data::size);
  auto out = buffer<float>(kOuter * Indices::size * kInner);
  gather<Data, Indices, Axis>(data.data(), indices.data(), out.data());
  for (int i = 0; i < static_cast<int>(out.size()); ++i) {
    const int outer = i / kInner / Indices::size;
    const int row = at(meant, i / kInner % Indices::size);
    EXPECT_EQ(at(out, i),
              at(data, (outer * Data::dim(Axis) + row) * kInner + i % kInner))
        << "element " << i;
  }
}

TEST(Gather, NegativeAndOutOfRange) {
  testGather<Shape<4, 3>, Shape<2, 2>, 0, std::int64_t>({0, 3, -1, -4},
                                                        {0, 3, 3, 0});
  testGather<Shape<2, 5, 3>, Shape<3>, 1, std::int32_t>({4, -5, 2}, {4, 0, 2});
  testGather<Shape<2, 5>, Shape<>, 1, std::int64_t>({-2}, {3});
  testGather<Shape<3>, Shape<6>, 0, std::int64_t>(
      {3, -4, INT64_MAX, INT64_MIN, (std::int64_t{1} << 32) + 1, 1},
      {2, 0, 2, 0, 2, 1});
  testGather<Shape<3, 2>, Shape<2>, 0, std::int32_t>({INT32_MAX, INT32_MIN},
                                                     {2, 0});
}

TEST(Copy, AlsoOntoItself) {
  const auto in = numbered<std::int32_t>(6);
  auto out = buffer<std::int32_t>(6);
  copy<Shape<2, 3>>(in.data(), out.data());
  EXPECT_EQ(out, in);
  copy<Shape<6>>(out.data(), out.data());
  EXPECT_EQ(out, in);
}

/// Rows of an odd length; indices from the end, and beyond both ends.
TEST(GatherPalette, IsGatherOfWhatTheNumbersMean) {
  using Data = Shape<6, 7>;
  using Indices = Shape<9>;
  const std::int8_t palette[16] = {-128, -90, -60, -33, -20, -11, -5, 0,
                                   4,    9,   15,  22,  31,  45,  70, 127};
  std::vector<std::uint8_t> numbers(6 * 4);
  std::vector<std::int8_t> table(Data::size);
  for (int row = 0; row < 6; ++row)
    for (int c = 0; c < 7; ++c) {
      const int number = (row * 5 + c * 3 + row * c) % 16;
      numbers[static_cast<std::size_t>(row * 4 + c / 2)] |=
          static_cast<std::uint8_t>(number << (c % 2 * 4));
      table[static_cast<std::size_t>(row * 7 + c)] = palette[number];
    }
  const std::int64_t indices[9] = {0, 5, 3, -1, -6, 6, -7, 1ll << 40, 2};
  std::vector<std::int8_t> expected(9 * 7), out(9 * 7);
  gather<Data, Indices, 0>(table.data(), indices, expected.data());
  gather_palette_s8<Data, Indices>(numbers.data(), palette, indices,
                                   out.data());
  EXPECT_EQ(out, expected);
}

} // namespace
