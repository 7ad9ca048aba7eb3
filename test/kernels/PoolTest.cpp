//===- PoolTest.cpp -------------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// pool2d.h against loops over every tap.
#include "pool2d.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

/// One window: the inputs inside the image, and how many taps lie inside the
/// padded image.
template <class C, class T> struct NaiveWindow {
  std::vector<T> inside;
  int inPadded = 0;

  NaiveWindow(const std::vector<T> &in, int element) {
    using In = typename C::In;
    using Win = typename C::Win;
    const std::vector<int> index = unravel<typename C::Out>(element);
    const int image = index[0] * In::product(1, 4);
    forEachTap<C>(index[1], index[2], [&](int ky, int kx, int offset) {
      const int y = index[1] * Win::strideH + ky * Win::dilationH;
      const int x = index[2] * Win::strideW + kx * Win::dilationW;
      if (y < Win::padTop + In::dim(1) + Win::padBottom &&
          x < Win::padLeft + In::dim(2) + Win::padRight)
        ++inPadded;
      if (offset >= 0)
        inside.push_back(at(in, image + offset + index[3]));
    });
  }

  int divisor(bool countPad) const {
    return countPad ? inPadded : static_cast<int>(inside.size());
  }
};

template <class C> void testMax() {
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const auto in = random.reals(In::size);
  const auto bytes = random.bytes(In::size, -128, -100);
  auto out = buffer<float>(Out::size);
  auto outBytes = buffer<std::int8_t>(Out::size);
  max_pool2d_f32<In, Out, typename C::Win>(in.data(), out.data());
  max_pool2d_s8<In, Out, typename C::Win>(bytes.data(), outBytes.data());
  for (int i = 0; i < Out::size; ++i) {
    float most = -HUGE_VALF;
    for (float x : NaiveWindow<C, float>(in, i).inside)
      most = std::max(most, x);
    EXPECT_EQ(at(out, i), most) << "element " << i;
    std::int8_t mostBytes = -128;
    for (std::int8_t x : NaiveWindow<C, std::int8_t>(bytes, i).inside)
      mostBytes = std::max(mostBytes, x);
    EXPECT_EQ(at(outBytes, i), mostBytes) << "element " << i;
  }
}

template <class C, bool CountPad> void testAverageFloat() {
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const auto in = random.reals(In::size);
  auto out = buffer<float>(Out::size);
  avg_pool2d_f32<In, Out, typename C::Win, CountPad>(in.data(), out.data(),
                                                     -1.0f, 0.75f);
  for (int i = 0; i < Out::size; ++i) {
    const NaiveWindow<C, float> window(in, i);
    double sum = 0.0;
    for (float x : window.inside)
      sum += static_cast<double>(x);
    const int divisor = window.divisor(CountPad);
    const double mean = divisor > 0 ? sum / divisor : 0.0;
    expectClose(at(out, i), std::clamp(mean, -1.0, 0.75), 2.0, i);
  }
}

template <class C, bool CountPad> void testAverageInt8() {
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const auto in = random.bytes(In::size);
  std::vector<std::int32_t> multiplier;
  for (int count = 1; count <= C::kKernel; ++count)
    multiplier.push_back(1900000000 / count);
  auto out = buffer<std::int8_t>(Out::size);
  const int inZero = 17, shift = 1, zero = -9, lo = -100, hi = 120;
  avg_pool2d_s8<In, Out, typename C::Win, CountPad>(
      in.data(), multiplier.data(), out.data(), inZero, shift, zero, lo, hi);
  for (int i = 0; i < Out::size; ++i) {
    const NaiveWindow<C, std::int8_t> window(in, i);
    int sum = 0;
    for (std::int8_t q : window.inside)
      sum += q - inZero;
    const int divisor = window.divisor(CountPad);
    const int want = divisor == 0
                         ? zero
                         : naiveRequantize(sum, at(multiplier, divisor - 1),
                                           shift, zero, lo, hi);
    EXPECT_EQ(at(out, i), want) << "element " << i;
  }
}

template <class C> void testMaxInt16() {
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const auto in = random.words(In::size, -32768, -32000);
  auto out = buffer<std::int16_t>(Out::size);
  max_pool2d_s16<In, Out, typename C::Win>(in.data(), out.data());
  for (int i = 0; i < Out::size; ++i) {
    std::int16_t most = -32768;
    for (std::int16_t x : NaiveWindow<C, std::int16_t>(in, i).inside)
      most = std::max(most, x);
    EXPECT_EQ(at(out, i), most) << "element " << i;
  }
}

template <class C, bool CountPad> void testAverageInt16() {
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const auto in = random.words(In::size);
  std::vector<std::int32_t> multiplier;
  for (int count = 1; count <= C::kKernel; ++count)
    multiplier.push_back(1900000000 / count);
  auto out = buffer<std::int16_t>(Out::size);
  const int shift = 30, lo = -30000, hi = 20000;
  avg_pool2d_s16<In, Out, typename C::Win, CountPad>(
      in.data(), multiplier.data(), out.data(), shift, lo, hi);
  for (int i = 0; i < Out::size; ++i) {
    const NaiveWindow<C, std::int16_t> window(in, i);
    int sum = 0;
    for (std::int16_t q : window.inside)
      sum += q;
    const int divisor = window.divisor(CountPad);
    const int want = divisor == 0
                         ? 0
                         : naiveRequantizeWide(sum, at(multiplier, divisor - 1),
                                               shift, 0, lo, hi);
    EXPECT_EQ(at(out, i), want) << "element " << i;
  }
}

#define EDGECC_POOL(Name, In, Win, Ceil)                                       \
  using Pool##Name = PoolCase<EDGECC_SHAPE_OF In, EDGECC_WINDOW_OF Win, Ceil>; \
  TEST(MaxPool2d, Name) { testMax<Pool##Name>(); }                             \
  TEST(AvgPool2dF32, Name) { testAverageFloat<Pool##Name, false>(); }          \
  TEST(AvgPool2dF32CountPad, Name) { testAverageFloat<Pool##Name, true>(); }   \
  TEST(AvgPool2dS8, Name) { testAverageInt8<Pool##Name, false>(); }            \
  TEST(AvgPool2dS8CountPad, Name) { testAverageInt8<Pool##Name, true>(); }     \
  TEST(MaxPool2dS16, Name) { testMaxInt16<Pool##Name>(); }                     \
  TEST(AvgPool2dS16, Name) { testAverageInt16<Pool##Name, false>(); }          \
  TEST(AvgPool2dS16CountPad, Name) { testAverageInt16<Pool##Name, true>(); }
#include "shapes.inc"

} // namespace
