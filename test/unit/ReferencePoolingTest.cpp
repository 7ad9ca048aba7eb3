//===- ReferencePoolingTest.cpp - Pooling against plain loops -------------===//
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
struct PoolCase {
  Sizes input; // [N, spatial..., C]
  Sizes kernel, strides, pads, dilations;
  bool ceilMode = false;
  Sizes outputSpatial;

  Sizes outputShape() const {
    Sizes shape{input.front()};
    llvm::append_range(shape, outputSpatial);
    shape.push_back(input.back());
    return shape;
  }
  std::string operation(llvm::StringRef name, llvm::StringRef more) const {
    return llvm::formatv("{0} %arg0 {{kernel = array<i64: {1}>, strides = "
                         "array<i64: {2}>, pads = array<i64: {3}>, dilations = "
                         "array<i64: {4}>, ceil_mode = {5}{6}}",
                         name, toText(kernel, ", "), toText(strides, ", "),
                         toText(pads, ", "), toText(dilations, ", "),
                         ceilMode ? "true" : "false", more);
  }

  /// Calls `visit(element)` for the taps of an output inside the image; returns
  /// how many taps lie inside the padded image.
  template <typename Visit>
  int64_t forEachTap(int64_t output, Visit visit) const {
    Sizes at = unravel(output, outputShape());
    int64_t padded = 0;
    for (int64_t tap = 0; tap != product(kernel); ++tap) {
      Sizes offset = unravel(tap, kernel);
      int64_t pixel = at.front();
      bool inside = true, insidePadded = true;
      for (size_t i = 0; i != kernel.size(); ++i) {
        int64_t x = at[i + 1] * strides[i] - pads[i] + offset[i] * dilations[i];
        inside &= x >= 0 && x < input[i + 1];
        insidePadded &= x < input[i + 1] + pads[kernel.size() + i];
        pixel = pixel * input[i + 1] + x;
      }
      padded += insidePadded;
      if (inside)
        visit(pixel * input.back() + at.back());
    }
    return padded;
  }
};

const PoolCase kCases[] = {
    {{1, 6, 4, 3}, {2, 2}, {2, 2}, {0, 0, 0, 0}, {1, 1}, false, {3, 2}},
    {{2, 5, 5, 2}, {3, 3}, {2, 2}, {1, 1, 1, 1}, {1, 1}, false, {3, 3}},
    {{1, 6, 7, 2}, {3, 2}, {2, 3}, {0, 1, 1, 0}, {1, 1}, true, {3, 3}},
    {{1, 9, 9, 1}, {2, 3}, {1, 2}, {0, 0, 0, 0}, {3, 2}, false, {6, 3}},
    {{2, 8, 3}, {3}, {2}, {0, 1}, {1}, true, {4}},
    {{1, 7, 7, 5}, {7, 7}, {1, 1}, {0, 0, 0, 0}, {1, 1}, false, {1, 1}},
    {{1, 4, 4, 4, 2},
     {2, 2, 2},
     {2, 2, 2},
     {0, 0, 0, 0, 0, 0},
     {1, 1, 1},
     false,
     {2, 2, 2}},
};

class ReferencePooling : public ReferenceTest,
                         public ::testing::WithParamInterface<PoolCase> {
protected:
  void checkFloatAverage(bool countPad) {
    const PoolCase &c = GetParam();
    Tensor in = random<float>(toText(c.input, "x") + "xf32", -1, 1);
    Tensor out =
        evaluate(c.operation("edge.avg_pool",
                             countPad ? ", count_include_pad = true" : ""),
                 in, toText(c.outputShape(), "x") + "xf32");
    for (int64_t i = 0; i != out.getNumElements(); ++i) {
      double sum = 0;
      int64_t inside = 0;
      int64_t padded = c.forEachTap(i, [&](int64_t element) {
        sum += std::as_const(in).getData<float>()[element];
        ++inside;
      });
      ASSERT_NEAR(out.getData<float>()[i],
                  sum / double(countPad ? padded : inside), 1e-5)
          << "at " << i;
    }
  }
};
} // namespace

TEST_P(ReferencePooling, MaximumAgreesWithLoops) {
  const PoolCase &c = GetParam();
  Tensor in = random<float>(toText(c.input, "x") + "xf32", -1, 1);
  Tensor out = evaluate(c.operation("edge.max_pool", ""), in,
                        toText(c.outputShape(), "x") + "xf32");
  for (int64_t i = 0; i != out.getNumElements(); ++i) {
    float best = -HUGE_VALF;
    c.forEachTap(i, [&](int64_t element) {
      best = std::max(best, std::as_const(in).getData<float>()[element]);
    });
    ASSERT_EQ(out.getData<float>()[i], best) << "at " << i;
  }
}

TEST_P(ReferencePooling, AverageAgreesWithLoops) {
  checkFloatAverage(/*countPad=*/false);
}

TEST_P(ReferencePooling, AverageCountsPadding) {
  checkFloatAverage(/*countPad=*/true);
}

TEST_P(ReferencePooling, IntegerMaximumIsOfStoredValues) {
  const PoolCase &c = GetParam();
  std::string element = "x!quant.uniform<i8:f32, 0.5:9>";
  Tensor in = random<int8_t>(toText(c.input, "x") + element, -128, 127);
  Tensor out = evaluate(c.operation("edge.max_pool", ""), in,
                        toText(c.outputShape(), "x") + element);
  for (int64_t i = 0; i != out.getNumElements(); ++i) {
    int8_t best = -128;
    c.forEachTap(i, [&](int64_t at) {
      best = std::max(best, std::as_const(in).getData<int8_t>()[at]);
    });
    ASSERT_EQ(out.getData<int8_t>()[i], best) << "at " << i;
  }
}

TEST_P(ReferencePooling, IntegerAverageIsExact) {
  const PoolCase &c = GetParam();
  Tensor in = random<int8_t>(
      toText(c.input, "x") + "x!quant.uniform<i8:f32, 0.5:9>", -128, 127);
  Tensor out = evaluate(
      c.operation("edge.avg_pool", ", clamp_min = -20.0 : f32"), in,
      toText(c.outputShape(), "x") + "x!quant.uniform<i8:f32, 0.4:-3>");
  // The factor for one tap is 1.25, thus all are shifted by one.
  const int shift = 1;
  for (int64_t i = 0; i != out.getNumElements(); ++i) {
    int64_t sum = 0, count = 0;
    c.forEachTap(i, [&](int64_t at) {
      sum += std::as_const(in).getData<int8_t>()[at] - 9;
      ++count;
    });
    int64_t m = std::llround(std::ldexp(0.5 / 0.4 / double(count), 31 - shift));
    int64_t q = (((sum * (1 << shift)) * m + (int64_t(1) << 30)) >> 31) - 3;
    // -20.0 is 50 steps below the zero point.
    ASSERT_EQ(out.getData<int8_t>()[i],
              std::min<int64_t>(std::max<int64_t>(q, -53), 127))
        << "at " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ReferencePooling, ::testing::ValuesIn(kCases));
