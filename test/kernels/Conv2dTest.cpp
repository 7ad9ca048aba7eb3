//===- Conv2dTest.cpp -----------------------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// conv2d.h and depthwise_conv2d.h against loops over every tap.
#include "conv2d.h"
#include "depthwise_conv2d.h"
#include "reference.h"

using namespace edgecc::kernels;

namespace {

/// The naive convolution: which weight belongs to a tap, and the sums.
template <class C, bool Depthwise> struct Naive {
  using In = typename C::In;
  using Out = typename C::Out;

  static constexpr int kOutPerGroup = Out::dim(3) / C::kGroups;
  static constexpr int kWeights = C::kProducts * Out::dim(3);

  static int weightIndex(int o, int ky, int kx, int c) {
    const int tap = ky * C::Win::kernelW + kx;
    return Depthwise ? tap * Out::dim(3) + o
                     : (o * C::kKernel + tap) * C::kDepth + c;
  }

  /// Calls body(weight, input) for each product of an output element; input -1
  /// is outside the image.
  template <class Body>
  static void forEachProduct(int element, const Body &body) {
    const std::vector<int> index = unravel<Out>(element);
    const int o = index[3];
    forEachTap<C>(index[1], index[2], [&](int ky, int kx, int offset) {
      for (int c = 0; c < C::kDepth; ++c) {
        const int channel = o / kOutPerGroup * C::kDepth + c;
        const int image = index[0] * In::product(1, 4);
        body(weightIndex(o, ky, kx, c),
             offset < 0 ? -1 : image + offset + channel);
      }
    });
  }
};

template <class C, bool Depthwise> void testFloat() {
  using N = Naive<C, Depthwise>;
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const auto in = random.reals(In::size), filter = random.reals(N::kWeights),
             bias = random.reals(Out::dim(3));
  auto out = buffer<float>(Out::size);
  const float lo = -3.0f, hi = 4.0f;
  if constexpr (Depthwise)
    depthwise_conv2d_f32<In, Out, typename C::Win>(
        in.data(), filter.data(), bias.data(), out.data(), lo, hi);
  else
    conv2d_f32<In, Out, typename C::Win, C::kGroups>(
        in.data(), filter.data(), bias.data(), out.data(), lo, hi);
  for (int i = 0; i < Out::size; ++i) {
    double sum = static_cast<double>(at(bias, i % Out::dim(3)));
    double scale = std::fabs(sum);
    N::forEachProduct(i, [&](int weight, int input) {
      if (input < 0)
        return;
      const double product = static_cast<double>(at(in, input)) *
                             static_cast<double>(at(filter, weight));
      sum += product;
      scale += std::fabs(product);
    });
    expectClose(at(out, i), std::clamp(sum, -3.0, 4.0), scale, i);
  }
}

template <class C, bool Depthwise> void testInt8() {
  using N = Naive<C, Depthwise>;
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const Finish finish(random, Out::dim(3), C::kProducts);
  const auto in = random.bytes(In::size),
             filter = random.bytes(N::kWeights, -127, 127);
  const auto bias = random.integers(Out::dim(3), -9000, 9000);
  // The compiler folds the input's zero point into the bias.
  auto folded = bias;
  for (int o = 0; o < Out::dim(3); ++o)
    for (int ky = 0; ky < C::Win::kernelH; ++ky)
      for (int kx = 0; kx < C::Win::kernelW; ++kx)
        for (int c = 0; c < C::kDepth; ++c)
          folded[static_cast<std::size_t>(o)] -=
              finish.inZero * at(filter, N::weightIndex(o, ky, kx, c));
  auto out = buffer<std::int8_t>(Out::size);
  if constexpr (Depthwise)
    depthwise_conv2d_s8<In, Out, typename C::Win>(
        in.data(), filter.data(), folded.data(), finish.multiplier.data(),
        out.data(), finish.inZero, finish.shift, finish.outZero, finish.lo,
        finish.hi);
  else
    conv2d_s8<In, Out, typename C::Win, C::kGroups>(
        in.data(), filter.data(), folded.data(), finish.multiplier.data(),
        out.data(), finish.inZero, finish.shift, finish.outZero, finish.lo,
        finish.hi);
  for (int i = 0; i < Out::size; ++i) {
    const int o = i % Out::dim(3);
    std::int64_t sum = at(bias, o);
    N::forEachProduct(i, [&](int weight, int input) {
      if (input >= 0)
        sum += (at(in, input) - finish.inZero) * at(filter, weight);
    });
    EXPECT_EQ(at(out, i),
              naiveRequantize(sum, at(finish.multiplier, o), finish.shift,
                              finish.outZero, finish.lo, finish.hi))
        << "element " << i;
  }
}

/// With both types of sums: these shapes are small enough for 32 bits.
template <class C, bool Depthwise> void testInt16() {
  using N = Naive<C, Depthwise>;
  using In = typename C::In;
  using Out = typename C::Out;
  Random random;
  const FinishWide finish(random, Out::dim(3), C::kProducts);
  const auto in = random.words(In::size);
  const auto filter = random.bytes(N::kWeights, -127, 127);
  auto out = buffer<std::int16_t>(Out::size), other = out;
  const auto run = [&](auto sum, std::int16_t *to) {
    if constexpr (Depthwise)
      depthwise_conv2d_s16x8<In, Out, typename C::Win, decltype(sum)>(
          in.data(), filter.data(), finish.bias.data(),
          finish.multiplier.data(), to, finish.shift, finish.lo, finish.hi);
    else
      conv2d_s16x8<In, Out, typename C::Win, C::kGroups, decltype(sum)>(
          in.data(), filter.data(), finish.bias.data(),
          finish.multiplier.data(), to, finish.shift, finish.lo, finish.hi);
  };
  run(std::int64_t{}, out.data());
  for (int i = 0; i < Out::size; ++i) {
    std::int64_t sum = 0;
    N::forEachProduct(i, [&](int weight, int input) {
      if (input >= 0)
        sum += at(in, input) * at(filter, weight);
    });
    EXPECT_EQ(at(out, i), finish(sum, i % Out::dim(3))) << "element " << i;
  }
  if constexpr (C::kProducts <= kSafeProducts) {
    run(std::int32_t{}, other.data());
    EXPECT_EQ(other, out);
  }
}

#define EDGECC_CONV(Name, In, O, Win, Groups)                                  \
  using Conv##Name =                                                           \
      WindowCase<EDGECC_SHAPE_OF In, O, EDGECC_WINDOW_OF Win, Groups>;         \
  TEST(Conv2dF32, Name) { testFloat<Conv##Name, false>(); }                    \
  TEST(Conv2dS8, Name) { testInt8<Conv##Name, false>(); }                      \
  TEST(Conv2dS16x8, Name) { testInt16<Conv##Name, false>(); }
#define EDGECC_DEPTHWISE(Name, In, Multiplier, Win)                            \
  using Depthwise##Name =                                                      \
      DepthwiseCase<EDGECC_SHAPE_OF In, Multiplier, EDGECC_WINDOW_OF Win>;     \
  TEST(DepthwiseConv2dF32, Name) { testFloat<Depthwise##Name, true>(); }       \
  TEST(DepthwiseConv2dS8, Name) { testInt8<Depthwise##Name, true>(); }         \
  TEST(DepthwiseConv2dS16x8, Name) { testInt16<Depthwise##Name, true>(); }
#include "shapes.inc"

// Sums beyond 32 bits: every product is the largest that there is.
TEST(Conv2dS16x8, LargestSums) {
  using In = Shape<1, 3, 3, 200>;
  using Out = Shape<1, 1, 1, 5>;
  using Win = Window<3, 3, 1, 1, 1, 1, 0, 0, 0, 0>;
  const std::vector<std::int16_t> in(In::size, -32768);
  const std::vector<std::int8_t> filter(5 * In::size, -127);
  const std::vector<std::int32_t> bias(5, INT32_MAX), multiplier(5, 1000000);
  auto out = buffer<std::int16_t>(5);
  conv2d_s16x8<In, Out, Win, 1, std::int64_t>(in.data(), filter.data(),
                                              bias.data(), multiplier.data(),
                                              out.data(), 40, -32768, 32767);
  const std::int64_t sum = std::int64_t{1800} * 32768 * 127 + INT32_MAX;
  for (std::int16_t value : out)
    EXPECT_EQ(value, naiveRequantizeWide(sum, 1000000, 40, 0, -32768, 32767));
}

} // namespace
