//===- ReferenceConvolutionTest.cpp - Convolution against plain loops -----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::testing;

namespace {
struct ConvCase {
  Sizes input; // [N, spatial..., C]
  int64_t outputs;
  Sizes kernel, strides, pads, dilations;
  int64_t groups = 1;

  Sizes filterShape() const {
    Sizes shape{outputs};
    llvm::append_range(shape, kernel);
    shape.push_back(input.back() / groups);
    return shape;
  }
  Sizes outputShape() const {
    Sizes shape{input.front()};
    for (size_t i = 0; i != kernel.size(); ++i)
      shape.push_back((input[i + 1] + pads[i] + pads[kernel.size() + i] -
                       (kernel[i] - 1) * dilations[i] - 1) /
                          strides[i] +
                      1);
    shape.push_back(outputs);
    return shape;
  }
  std::string operation(llvm::StringRef clamp = "") const {
    return llvm::formatv("edge.conv %arg0, %arg1, %arg2 {{strides = "
                         "array<i64: {0}>, pads = array<i64: {1}>, dilations = "
                         "array<i64: {2}>, groups = {3}{4}}",
                         toText(strides, ", "), toText(pads, ", "),
                         toText(dilations, ", "), groups, clamp);
  }

  /// The definition: one loop per output, one per tap. `in` and `filter` give
  /// the value of an element.
  template <typename Acc, typename In, typename Filter>
  std::vector<Acc> accumulate(In in, Filter filter) const {
    Sizes out = outputShape();
    int64_t depth = input.back() / groups, taps = product(kernel);
    std::vector<Acc> sums;
    for (int64_t index = 0; index != product(out); ++index) {
      Sizes at = unravel(index, out);
      int64_t first = at.back() / (outputs / groups) * depth;
      Acc sum = 0;
      for (int64_t tap = 0; tap != taps; ++tap) {
        Sizes offset = unravel(tap, kernel);
        int64_t pixel = at.front();
        bool inside = true;
        for (size_t i = 0; i != kernel.size(); ++i) {
          int64_t x =
              at[i + 1] * strides[i] - pads[i] + offset[i] * dilations[i];
          inside &= x >= 0 && x < input[i + 1];
          pixel = pixel * input[i + 1] + x;
        }
        for (int64_t c = 0; inside && c != depth; ++c)
          sum += Acc(in(pixel * input.back() + first + c)) *
                 Acc(filter((at.back() * taps + tap) * depth + c));
      }
      sums.push_back(sum);
    }
    return sums;
  }
};

const ConvCase kCases[] = {
    {{1, 5, 6, 3}, 4, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}},
    {{2, 7, 5, 2}, 3, {3, 2}, {2, 1}, {0, 1, 2, 0}, {1, 1}},
    {{1, 9, 8, 4}, 6, {3, 3}, {1, 2}, {2, 0, 2, 3}, {2, 3}, 2},
    {{1, 6, 6, 8}, 8, {3, 3}, {2, 2}, {0, 0, 1, 1}, {1, 1}, 8},
    {{2, 5, 5, 3}, 6, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 3},
    {{2, 4, 4, 16}, 8, {1, 1}, {1, 1}, {0, 0, 0, 0}, {1, 1}},
    {{1, 4, 4, 5}, 2, {1, 1}, {2, 2}, {0, 0, 0, 0}, {1, 1}},
    {{1, 3, 3, 4}, 4, {1, 1}, {1, 1}, {1, 1, 1, 1}, {1, 1}, 4},
    {{2, 11, 3}, 4, {5}, {2}, {3, 1}, {1}},
    {{1, 4, 5, 6, 2}, 3, {2, 3, 2}, {1, 2, 1}, {1, 0, 1, 0, 1, 1}, {1, 1, 2}},
    {{1, 60, 60, 8}, 4, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}},
};

class ReferenceConvolution : public ReferenceTest,
                             public ::testing::WithParamInterface<ConvCase> {};
} // namespace

TEST_P(ReferenceConvolution, FloatAgreesWithLoops) {
  const ConvCase &c = GetParam();
  Tensor in = random<float>(toText(c.input, "x") + "xf32", -1, 1);
  Tensor filter = random<float>(toText(c.filterShape(), "x") + "xf32", -1, 1);
  Tensor bias = random<float>(std::to_string(c.outputs) + "xf32", -1, 1);
  Tensor out =
      evaluate(c.operation(", clamp_min = -0.5 : f32"), {in, filter, bias},
               toText(c.outputShape(), "x") + "xf32");
  auto x = in.getData<float>(), w = filter.getData<float>();
  std::vector<double> sums = c.accumulate<double>(
      [&](int64_t i) { return x[i]; }, [&](int64_t i) { return w[i]; });
  ASSERT_EQ(size_t(out.getNumElements()), sums.size());
  for (size_t i = 0; i != sums.size(); ++i)
    ASSERT_NEAR(out.getData<float>()[i],
                std::max(-0.5, sums[i] + bias.getData<float>()[i % c.outputs]),
                1e-5)
        << "at " << i;
}

TEST_P(ReferenceConvolution, IntegersAreExact) {
  const ConvCase &c = GetParam();
  const double inScale = 0.02, outScale = 0.25;
  const int64_t inZero = -7, outZero = 11;
  std::vector<double> scales;
  std::string scaleText, biasText;
  for (int64_t o = 0; o != c.outputs; ++o) {
    scales.push_back(0.01 * double(o + 1));
    scaleText += (o ? ", " : "") + std::to_string(scales.back());
    biasText += (o ? ", " : "") + std::to_string(scales.back() * inScale);
  }
  Tensor in = random<int8_t>(
      toText(c.input, "x") + "x!quant.uniform<i8:f32, 0.02:-7>", -128, 127);
  Tensor filter = random<int8_t>(toText(c.filterShape(), "x") +
                                     "x!quant.uniform<i8<-127:127>:f32:0, {" +
                                     scaleText + "}>",
                                 -127, 127);
  Tensor bias =
      random<int32_t>(std::to_string(c.outputs) +
                          "x!quant.uniform<i32:f32:0, {" + biasText + "}>",
                      -5000, 5000);
  Tensor out = evaluate(
      c.operation(", clamp_max = 20.0 : f32"), {in, filter, bias},
      toText(c.outputShape(), "x") + "x!quant.uniform<i8:f32, 0.25:11>");
  auto x = in.getData<int8_t>(), w = filter.getData<int8_t>();
  std::vector<int64_t> sums =
      c.accumulate<int64_t>([&](int64_t i) { return x[i] - inZero; },
                            [&](int64_t i) { return w[i]; });
  ASSERT_EQ(size_t(out.getNumElements()), sums.size());
  for (size_t i = 0; i != sums.size(); ++i) {
    int64_t o = int64_t(i) % c.outputs;
    int64_t sum = sums[i] + bias.getData<int32_t>()[o];
    auto m =
        int64_t(std::llround(std::ldexp(inScale / outScale * scales[o], 31)));
    int64_t q = ((sum * m + (int64_t(1) << 30)) >> 31) + outZero;
    // 20.0 is 80 steps above the zero point.
    ASSERT_EQ(out.getData<int8_t>()[i],
              std::min<int64_t>(std::max<int64_t>(q, -128), outZero + 80))
        << "at " << i;
  }
}

TEST_P(ReferenceConvolution, WideIntegersAreExact) {
  const ConvCase &c = GetParam();
  std::string scaleText, biasText;
  for (int64_t o = 0; o != c.outputs; ++o) {
    scaleText += (o ? ", " : "") + std::to_string(0.01 * double(o + 1));
    biasText += (o ? ", " : "") + std::to_string(0.00002 * double(o + 1));
  }
  Tensor in = random<int16_t>(
      toText(c.input, "x") + "x!quant.uniform<i16:f32, 0.002>", -32768, 32767);
  Tensor filter = random<int8_t>(toText(c.filterShape(), "x") +
                                     "x!quant.uniform<i8<-127:127>:f32:0, {" +
                                     scaleText + "}>",
                                 -127, 127);
  Tensor bias =
      random<int32_t>(std::to_string(c.outputs) +
                          "x!quant.uniform<i32:f32:0, {" + biasText + "}>",
                      -5000000, 5000000);
  Tensor out = evaluate(
      c.operation(", clamp_max = 20.0 : f32"), {in, filter, bias},
      toText(c.outputShape(), "x") + "x!quant.uniform<i16:f32, 0.025>");
  auto x = in.getData<int16_t>();
  auto w = filter.getData<int8_t>();
  std::vector<int64_t> sums = c.accumulate<int64_t>(
      [&](int64_t i) { return x[i]; }, [&](int64_t i) { return w[i]; });
  ASSERT_EQ(size_t(out.getNumElements()), sums.size());
  // The rule as the specification has it: a shift that fits all channels.
  size_t row = w.size() / size_t(c.outputs);
  std::vector<__int128> bounds;
  std::vector<double> factors;
  for (int64_t o = 0; o != c.outputs; ++o) {
    int64_t bound = std::abs(int64_t(bias.getData<int32_t>()[o]));
    for (size_t i = 0; i != row; ++i)
      bound += 32768 * std::abs(int(w[o * row + i]));
    bounds.push_back(bound);
    factors.push_back(std::stod(std::to_string(0.01 * double(o + 1))) *
                      (0.002 / 0.025));
  }
  int shift = 62;
  auto fits = [&] {
    for (size_t o = 0; o != bounds.size(); ++o) {
      double m = std::round(std::ldexp(factors[o], shift));
      if (m > 2147483647.0 ||
          bounds[o] * int64_t(m) + (__int128(1) << (shift - 1)) > INT64_MAX)
        return false;
    }
    return true;
  };
  while (!fits())
    --shift;
  for (size_t i = 0; i != sums.size(); ++i) {
    int64_t o = int64_t(i) % c.outputs;
    __int128 sum = sums[i] + bias.getData<int32_t>()[o];
    auto m = std::llround(std::ldexp(factors[o], shift));
    auto q = int64_t((sum * m + (__int128(1) << (shift - 1))) >> shift);
    // 20.0 is 800 steps.
    ASSERT_EQ(out.getData<int16_t>()[i],
              std::min<int64_t>(std::max<int64_t>(q, -32768), 800))
        << "at " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ReferenceConvolution,
                         ::testing::ValuesIn(kCases));
