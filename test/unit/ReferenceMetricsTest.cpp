//===- ReferenceMetricsTest.cpp - Metrics of outputs ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

#include "edgecc/Reference/Metrics.h"

#include <cmath>

using namespace edgecc;
using namespace edgecc::reference;
using namespace edgecc::testing;

namespace {
class ReferenceMetrics : public ReferenceTest {
protected:
  std::vector<Tensor> outputs(ArrayRef<std::vector<float>> samples) {
    std::vector<Tensor> result;
    for (const std::vector<float> &sample : samples)
      result.push_back(
          tensor<float>("1x" + std::to_string(sample.size()) + "xf32", sample));
    return result;
  }
  std::vector<Tensor> integers(ArrayRef<std::vector<int64_t>> samples) {
    std::vector<Tensor> result;
    for (const std::vector<int64_t> &sample : samples)
      result.push_back(tensor<int64_t>(
          "1x" + std::to_string(sample.size()) + "xi64", sample));
    return result;
  }
  double compute(Metric metric, const MetricInputs &inputs) {
    auto value = computeMetric(metric, inputs);
    if (value)
      return *value;
    error = llvm::toString(value.takeError());
    return -1.0;
  }
  std::string error;
};
} // namespace

TEST_F(ReferenceMetrics, NamesAreThoseOfTheCommandLine) {
  for (StringRef name : {"top1", "auc", "mse", "psnr", "cosine", "snr"}) {
    auto metric = parseMetric(name);
    ASSERT_TRUE(metric.has_value());
    EXPECT_EQ(getName(*metric), name);
  }
  EXPECT_FALSE(parseMetric("f1").has_value());
  EXPECT_FALSE(isHigherBetter(Metric::MSE));
  EXPECT_TRUE(isHigherBetter(Metric::Top1));
}

TEST_F(ReferenceMetrics, Top1) {
  auto three = outputs({{0, 2, 1}, {3, 2, 1}, {0, 0, 1}, {1, 1, 0}});
  EXPECT_EQ(compute(Metric::Top1, {three, {}, {1, 1, 2, 0}, {}}), 75.0);
  auto one = outputs({{0.9f}, {0.4f}, {0.5f}, {0.1f}});
  EXPECT_EQ(compute(Metric::Top1, {one, {}, {1, 1, 1, 0}, {}}), 75.0);
}

TEST_F(ReferenceMetrics, AreaUnderCurve) {
  // Pairs of (1, 0): 0.8 beats both, 0.3 ties with one and loses to the other.
  auto scores = outputs({{0.8f}, {0.3f}, {0.3f}, {0.5f}});
  EXPECT_EQ(compute(Metric::AUC, {scores, {}, {1, 1, 0, 0}, {}}), 62.5);
  EXPECT_EQ(compute(Metric::AUC, {scores, {}, {1, 1, 1, 1}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("label 0 and of label 1"));
}

TEST_F(ReferenceMetrics, AutoencodersAreScoredByTheirError) {
  auto rebuilt = outputs({{1, 2}, {3, 4}}), inputs = outputs({{1, 2}, {0, 0}});
  EXPECT_EQ(compute(Metric::AUC, {rebuilt, inputs, {0, 1}, {}}), 100.0);
  auto three = outputs({{1, 2, 3}, {3, 4, 5}});
  EXPECT_EQ(compute(Metric::AUC, {three, inputs, {0, 1}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("output of the input's size"));
}

TEST_F(ReferenceMetrics, TwoScoresRankByTheirDifference) {
  auto scores = outputs({{5, 6}, {1, 0}, {0, 3}, {9, 8.5f}});
  EXPECT_EQ(compute(Metric::AUC, {scores, {}, {0, 0, 1, 1}, {}}), 75.0);
}

TEST_F(ReferenceMetrics, LabelsAreClassesOfTheOutput) {
  auto scores = outputs({{0, 2, 1}, {3, 2, 1}});
  EXPECT_EQ(compute(Metric::Top1, {scores, {}, {1, 3}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains(
      "needs labels from 0 to 2, the classes of the output; sample 1 has 3"))
      << error;
  EXPECT_EQ(compute(Metric::Top1, {scores, {}, {-1, 0}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("sample 0 has -1")) << error;
  auto one = outputs({{0.9f}, {0.4f}});
  EXPECT_EQ(compute(Metric::Top1, {one, {}, {1, 2}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("labels from 0 to 1")) << error;
  EXPECT_EQ(compute(Metric::AUC, {one, {}, {1, -1}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("sample 1 has -1")) << error;
}

TEST_F(ReferenceMetrics, LabelsOfPlaces) {
  using Numbers = std::vector<int64_t>;
  auto top1 = [&](const std::vector<Tensor> &outputs, const Numbers &labels,
                  const Numbers &shape) {
    return compute(Metric::Top1, {outputs, {}, labels, {}, shape});
  };
  // Two classes for each of 2x2 pixels, in front; three for each of two tokens,
  // at the end; a score, or a class, for each pixel.
  std::vector<Tensor> image = {
      tensor<float>("1x2x2x2xf32", {1, 0, 0, 1, 0, 1, 1, 0})};
  EXPECT_EQ(top1(image, {0, 1, 1, 1}, {2, 2}), 75.0);
  std::vector<Tensor> tokens = {tensor<float>("1x2x3xf32", {0, 1, 0, 5, 4, 3}),
                                tensor<float>("1x2x3xf32", {0, 0, 1, 5, 6, 3})};
  EXPECT_EQ(top1(tokens, {1, 0, 2, 0}, {2}), 75.0);
  std::vector<Tensor> mask = {tensor<float>("1x1x2x2xf32", {0.9f, 0, 0, 1})};
  EXPECT_EQ(top1(mask, {1, 0, 1, 0}, {2, 2}), 50.0);
  EXPECT_EQ(top1(integers({{3, 1, 1, 0}}), {3, 1, 0, 0}, {4}), 75.0);
  EXPECT_EQ(top1(tokens, {1, 0, 2, 0, 1, 1}, {3, 1}), -1.0);
  EXPECT_TRUE(StringRef(error).contains(
      "a sample has labels of shape 3x1, the output has 1x2x3"))
      << error;
}

TEST(ReferenceLabels, OneHotVectorsAreClasses) {
  using Numbers = std::vector<int64_t>;
  auto check = [](const Numbers &labels, ArrayRef<int64_t> shape,
                  ArrayRef<int64_t> output, const Numbers &classes,
                  ArrayRef<int64_t> places) {
    Labels taken = takeClasses({labels, llvm::to_vector(shape)}, output);
    EXPECT_EQ(taken.values, classes);
    EXPECT_EQ(ArrayRef<int64_t>(taken.shape), places);
  };
  // Two samples of three classes.
  check({0, 1, 0, 0, 0, 1}, {3}, {1, 3}, {1, 2}, {});
  // Two pixels of three classes, in front and at the end.
  check({0, 1, 0, 0, 1, 0}, {3, 2}, {1, 3, 1, 2}, {2, 0}, {2});
  check({0, 1, 0, 1, 0, 0}, {2, 3}, {1, 1, 2, 3}, {1, 0}, {2});
  // More than one class, none, and numbers stay, as do labels of other shapes.
  check({0, 1, 1, 0, 0, 1}, {3}, {1, 3}, {0, 1, 1, 0, 0, 1}, {3});
  check({0, 0, 0, 0, 0, 1}, {3}, {1, 3}, {0, 0, 0, 0, 0, 1}, {3});
  check({0, 1, 0, 0, 0, 2}, {3}, {1, 3}, {0, 1, 0, 0, 0, 2}, {3});
  check({0, 1}, {}, {1, 2}, {0, 1}, {});
  check({0, 1, 0}, {3}, {1, 3, 2}, {0, 1, 0}, {3});
}

TEST_F(ReferenceMetrics, AgainstReferences) {
  auto got = outputs({{1, 0}, {0, 3}}), expected = outputs({{1, 0}, {0, 1}});
  EXPECT_EQ(compute(Metric::MSE, {got, {}, {}, expected}), 1.0);
  EXPECT_EQ(compute(Metric::PSNR, {got, {}, {}, got}), 200.0);
  EXPECT_NEAR(compute(Metric::Cosine, {got, {}, {}, expected}), 100.0, 1e-9);
  EXPECT_NEAR(compute(Metric::SNR, {got, {}, {}, expected}), -3.0103, 1e-4);
  EXPECT_EQ(compute(Metric::SNR, {got, {}, {}, got}), 200.0);
  auto turned = outputs({{0, 1}, {0, 1}});
  EXPECT_NEAR(compute(Metric::Cosine, {turned, {}, {}, expected}), 50.0, 1e-9);
}

TEST_F(ReferenceMetrics, ClassesMayBeIntegers) {
  auto got = integers({{3}, {1}}), expected = integers({{3}, {2}});
  EXPECT_EQ(compute(Metric::Top1, {got, {}, {0, 1}, {}}), 50.0);
  EXPECT_EQ(compute(Metric::Top1, {got, {}, {}, expected}), 50.0);
  auto map = integers({{3, 1, 1, 0}}), other = integers({{3, 1, 1, -1}});
  EXPECT_EQ(compute(Metric::Top1, {map, {}, {}, other}), 75.0);
  EXPECT_EQ(compute(Metric::Top1, {map, {}, {1}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("the output has 4 integers"));
  EXPECT_EQ(compute(Metric::Cosine, {got, {}, {}, expected}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("is computed on f32"));
}

TEST_F(ReferenceMetrics, PeakSignalToNoiseIsAMeanOverSamples) {
  // Of errors 1/2 and 1/200 below a peak of 1, not of their mean.
  auto expected = outputs({{1, 0}, {0, 1}});
  auto got = outputs({{0, 0}, {0.1f, 1}});
  double first = 10 * std::log10(2), second = 10 * std::log10(200);
  EXPECT_NEAR(compute(Metric::PSNR, {got, {}, {}, expected}),
              (first + second) / 2, 1e-5);
}

TEST_F(ReferenceMetrics, ExplainsWhatIsMissing) {
  auto got = outputs({{1, 0}, {0, 3}});
  EXPECT_EQ(compute(Metric::Top1, {got, {}, {1}, {}}), -1.0);
  EXPECT_TRUE(
      StringRef(error).contains("a label for each of 2 samples, found 1"));
  EXPECT_EQ(compute(Metric::MSE, {got, {}, {}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("a reference output for each of 2"));
  EXPECT_EQ(compute(Metric::MSE, {{}, {}, {}, {}}), -1.0);
  EXPECT_TRUE(StringRef(error).contains("at least one sample"));
}
