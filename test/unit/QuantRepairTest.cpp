//===- QuantRepairTest.cpp - Repairs lower what quantization costs --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Repair.h"
#include "edgecc/Quant/Sensitivity.h"

#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace edgecc;
using namespace edgecc::quantization;
using namespace edgecc::testing;
using reference::Tensor;

/// A pointwise, a depthwise and a usual convolution, then a fully connected
/// layer. Constants are placeholders.
static constexpr const char *kConvolutions = R"(
func.func @main(%x: tensor<1x8x8x6xf32>) -> tensor<1x10xf32> {
  %w0 = edge.constant dense<0.0> : tensor<16x1x1x6xf32> -> tensor<16x1x1x6xf32>
  %b0 = edge.constant dense<0.0> : tensor<16xf32> -> tensor<16xf32>
  %0 = edge.conv %x, %w0, %b0 {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      clamp_min = 0.0 : f32}
    : (tensor<1x8x8x6xf32>, tensor<16x1x1x6xf32>, tensor<16xf32>)
    -> tensor<1x8x8x16xf32>
  %w1 = edge.constant dense<0.0> : tensor<16x3x3x1xf32> -> tensor<16x3x3x1xf32>
  %b1 = edge.constant dense<0.0> : tensor<16xf32> -> tensor<16xf32>
  %1 = edge.conv %0, %w1, %b1 {strides = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
      groups = 16 : i64, clamp_min = 0.0 : f32}
    : (tensor<1x8x8x16xf32>, tensor<16x3x3x1xf32>, tensor<16xf32>)
    -> tensor<1x8x8x16xf32>
  %w2 = edge.constant dense<0.0> : tensor<8x3x3x16xf32> -> tensor<8x3x3x16xf32>
  %b2 = edge.constant dense<0.0> : tensor<8xf32> -> tensor<8xf32>
  %2 = edge.conv %1, %w2, %b2 {strides = array<i64: 2, 2>,
      pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>}
    : (tensor<1x8x8x16xf32>, tensor<8x3x3x16xf32>, tensor<8xf32>)
    -> tensor<1x4x4x8xf32>
  %3 = edge.reshape %2 : (tensor<1x4x4x8xf32>) -> tensor<1x128xf32>
  %w4 = edge.constant dense<0.0> : tensor<10x128xf32> -> tensor<10x128xf32>
  %b4 = edge.constant dense<0.0> : tensor<10xf32> -> tensor<10xf32>
  %4 = edge.fully_connected %3, %w4, %b4
    : (tensor<1x128xf32>, tensor<10x128xf32>, tensor<10xf32>)
    -> tensor<1x10xf32>
  return %4 : tensor<1x10xf32>
})";

/// What ends a normalisation, in front of a fully connected layer.
static constexpr const char *kNormalized = R"(
func.func @main(%x: tensor<4x32xf32>) -> tensor<4x16xf32> {
  %g = edge.constant dense<0.0> : tensor<32xf32> -> tensor<32xf32>
  %b = edge.constant dense<0.0> : tensor<32xf32> -> tensor<32xf32>
  %0 = edge.map %x, %g, %b : (tensor<4x32xf32>, tensor<32xf32>, tensor<32xf32>)
      -> tensor<4x32xf32> {
  ^bb0(%e: f32, %s: f32, %o: f32):
    %m = arith.mulf %e, %s : f32
    %a = arith.addf %m, %o : f32
    edge.yield %a : f32
  }
  %w = edge.constant dense<0.0> : tensor<16x32xf32> -> tensor<16x32xf32>
  %c = edge.constant dense<0.0> : tensor<16xf32> -> tensor<16xf32>
  %1 = edge.fully_connected %0, %w, %c
    : (tensor<4x32xf32>, tensor<16x32xf32>, tensor<16xf32>) -> tensor<4x16xf32>
  return %1 : tensor<4x16xf32>
})";

namespace {
using Fill = llvm::function_ref<float(unsigned constant, size_t index)>;

class QuantRepair : public ::testing::Test {
protected:
  /// The model with constants filled in, and samples whose channels have a
  /// common part, as those of real images do.
  void load(const char *text, Fill fill = nullptr, size_t numSamples = 32) {
    initialize(context);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    unsigned number = 0;
    getMain(*module).walk([&](edge::ConstantOp constant) {
      Tensor tensor(llvm::cast<mlir::RankedTensorType>(constant.getType()));
      size_t outputs = size_t(tensor.getDim(0));
      double depth = double(tensor.getNumElements()) / double(outputs);
      for (auto [i, value] : llvm::enumerate(tensor.getData<float>()))
        value = float(normal() / std::sqrt(depth)) *
                (fill ? fill(number, i) : 1.0f);
      constant.setValueAttr(tensor.toAttr());
      ++number;
    });
    samples.resize(numSamples);
    for (auto &sample : samples)
      sample = {makeSample(getMain(*module).getArgumentTypes()[0])};
  }

  Tensor makeSample(mlir::Type type) {
    Tensor tensor(llvm::cast<mlir::RankedTensorType>(type));
    size_t channels = size_t(tensor.getShape().back());
    double common = 0.0;
    for (auto [i, value] : llvm::enumerate(tensor.getData<float>())) {
      if (i % channels == 0)
        common = normal();
      value = float(common + 0.3 * normal());
    }
    return tensor;
  }

  double normal() {
    // std::normal_distribution differs between libraries.
    double sum = -6.0;
    for (int i = 0; i != 12; ++i)
      sum += double(generator()) / 4294967296.0;
    return sum;
  }

  /// The model calibrated on the first half of the samples.
  mlir::OwningOpRef<mlir::ModuleOp>
  calibrateCopy(llvm::ArrayRef<RepairMethod> methods = {},
                CalibrationOptions options = {}) {
    mlir::OwningOpRef<mlir::ModuleOp> copy((*module).clone());
    EXPECT_TRUE(succeeded(prepareChannels(getMain(*copy), known(), methods)));
    EXPECT_TRUE(succeeded(calibrate(getMain(*copy), known(), options)));
    return copy;
  }

  /// Signal to noise at the output of the model with repairs, on the other
  /// half of the samples, in dB.
  double measure(llvm::ArrayRef<RepairMethod> methods,
                 Precision precision = Precision::S8) {
    auto copy = calibrateCopy(methods);
    repair(*copy, methods, precision);
    return compare(*copy);
  }

  /// Unless a method rounds, weights are rounded to the nearest.
  void repair(mlir::ModuleOp calibrated, llvm::ArrayRef<RepairMethod> methods,
              Precision precision) {
    ReconstructOptions nearest;
    nearest.precision = precision;
    nearest.rounding = Rounding::Nearest;
    nearest.fitInputs = false;
    bool rounds = llvm::is_contained(methods, RepairMethod::Gptq) ||
                  llvm::is_contained(methods, RepairMethod::Reconstruct);
    if (!rounds)
      EXPECT_TRUE(
          succeeded(reconstructWeights(getMain(calibrated), known(), nearest)));
    EXPECT_TRUE(succeeded(
        repairWeights(getMain(calibrated), known(), methods, {precision})));
  }

  /// Weights of four bits are on their grid already.
  double compare(mlir::ModuleOp calibrated) {
    EXPECT_TRUE(succeeded(runPasses(calibrated, "func.func(edge-quantize)")));
    SignalAndNoise ratio;
    for (auto [real, found] :
         llvm::zip_equal(computeOutputs(*module, unseen()),
                         computeOutputs(calibrated, unseen())))
      ratio.add(real, found);
    return ratio.getDecibels();
  }

  Samples known() const {
    return {samples.begin(), samples.begin() + long(samples.size() + 1) / 2};
  }
  Samples unseen() const {
    return {samples.begin() + long(samples.size()) / 2, samples.end()};
  }

  std::mt19937 generator{1};
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Samples samples;
};
} // namespace

/// Channels from 1 to 2^-7.5 that the weights behind make up for.
static float makeUneven(unsigned constant, size_t index) {
  auto channel = [](size_t c) { return std::exp2(-0.5f * float(c)); };
  if (constant == 0)
    return channel(index / 6);
  if (constant == 1)
    return channel(index);
  if (constant == 2)
    return 1.0f / channel(index / 9);
  return 1.0f;
}

TEST_F(QuantRepair, EqualizedLayersComputeTheSameWithLessNoise) {
  load(kConvolutions, makeUneven);
  auto equalized = calibrateCopy(RepairMethod::Equalize);
  SignalAndNoise change;
  for (auto [real, found] :
       llvm::zip_equal(computeOutputs(*module, samples),
                       computeOutputs(*equalized, samples)))
    change.add(real, found);
  EXPECT_GT(change.getDecibels(), 100.0);
  EXPECT_GT(measure(RepairMethod::Equalize), measure({}) + 6.0);
}

TEST_F(QuantRepair, MigratedScalesComputeTheSameWithLessNoise) {
  load(kNormalized, [](unsigned constant, size_t index) {
    float range = index % 8 == 0 ? 16.0f : 1.0f;
    return constant == 0 ? range : constant == 2 ? 1.0f / range : 1.0f;
  });
  auto migrated = calibrateCopy(RepairMethod::Migrate);
  SignalAndNoise change;
  for (auto [real, found] : llvm::zip_equal(computeOutputs(*module, samples),
                                            computeOutputs(*migrated, samples)))
    change.add(real, found);
  EXPECT_GT(change.getDecibels(), 100.0);
  EXPECT_GT(measure(RepairMethod::Migrate), measure({}) + 1.0);
}

TEST_F(QuantRepair, RoundingTogetherBeatsRoundingToNearest) {
  load(kConvolutions, nullptr, 256);
  double nearest = measure({}, Precision::S8W4);
  EXPECT_GT(measure(RepairMethod::Reconstruct, Precision::S8W4), nearest + 1.0);
  EXPECT_GT(measure(RepairMethod::Gptq, Precision::S8W4), nearest + 1.0);
}

/// With fewer samples than weights there is little to win, but also to lose.
TEST_F(QuantRepair, FewSamplesDoLittleHarm) {
  load(kConvolutions, nullptr, 16);
  double nearest = measure({}, Precision::S8W4);
  EXPECT_GT(measure(RepairMethod::Reconstruct, Precision::S8W4), nearest - 2.0);
  EXPECT_GT(measure(RepairMethod::Gptq, Precision::S8W4), nearest - 2.0);
  EXPECT_GT(measure({RepairMethod::Refit, RepairMethod::Bias}, Precision::S8W4),
            nearest - 1.0);
}

TEST_F(QuantRepair, RefittedScalesHaveLessNoise) {
  load(kConvolutions, nullptr, 256);
  EXPECT_GT(measure(RepairMethod::Refit, Precision::S8W4),
            measure({}, Precision::S8W4));
}

/// The squared difference of the summed outputs.
static double getBiasError(llvm::ArrayRef<Tensor> real,
                           llvm::ArrayRef<Tensor> found) {
  double error = 0.0;
  size_t size = size_t(real.front().getNumElements());
  for (size_t i = 0; i != size; ++i) {
    double difference = 0.0;
    for (auto [a, b] : llvm::zip_equal(real, found))
      difference += a.getData<float>()[i] - toFloat(b).getData<float>()[i];
    error += difference * difference;
  }
  return error;
}

TEST_F(QuantRepair, CorrectedBiasKeepsMeans) {
  load(kConvolutions, nullptr, 128);
  auto getError = [&](llvm::ArrayRef<RepairMethod> methods) {
    auto copy = calibrateCopy();
    EXPECT_TRUE(succeeded(repairWeights(getMain(*copy), known(), methods)));
    compare(*copy);
    return getBiasError(computeOutputs(*module, unseen()),
                        computeOutputs(*copy, unseen()));
  };
  EXPECT_LT(getError(RepairMethod::Bias), 0.5 * getError({}));
}

/// What comes out of quantization are the integers that repairs have chosen.
TEST_F(QuantRepair, WeightsStandOnTheirGrid) {
  load(kConvolutions);
  auto copy = calibrateCopy();
  ASSERT_TRUE(succeeded(repairWeights(
      getMain(*copy), known(),
      {RepairMethod::Gptq, RepairMethod::Refit, RepairMethod::Bias},
      {Precision::S8W4})));
  std::vector<Tensor> chosen;
  auto collect = [](mlir::ModuleOp from) {
    std::vector<Tensor> weights;
    getMain(from).walk([&](edge::WeightedOpInterface layer) {
      weights.push_back(
          *edge::getConstantTensor(layer.getWeightsOperand().get()));
    });
    return weights;
  };
  std::vector<Tensor> real = collect(*copy);
  ASSERT_TRUE(succeeded(runPasses(*copy, "func.func(edge-quantize)")));
  std::vector<Tensor> stored = collect(*copy);
  ASSERT_EQ(real.size(), 4u);
  ASSERT_EQ(stored.size(), 4u);
  for (auto [weights, integers] : llvm::zip_equal(real, stored)) {
    auto type = llvm::cast<mlir::quant::UniformQuantizedPerAxisType>(
        integers.getElementType());
    size_t depth = size_t(weights.getNumElements() / weights.getDim(0));
    for (auto [i, weight] :
         llvm::enumerate(std::as_const(weights).getData<float>()))
      ASSERT_NEAR(weight,
                  std::as_const(integers).getData<int8_t>()[i] *
                      type.getScales()[i / depth],
                  1e-5 * std::abs(weight) + 1e-9);
  }
}

/// Dead channels, inputs that never vary, few samples: nothing may come out
/// that is not finite, or worse by much.
TEST_F(QuantRepair, DegenerateModelsStayFinite) {
  auto fill = [](unsigned constant, size_t index) {
    bool dead = (constant == 0 && index / 6 % 4 == 0) ||
                (constant == 1 && index % 4 == 0) ||
                (constant == 4 && index / 144 == 3);
    return dead ? 0.0f : 1.0f;
  };
  load(kConvolutions, fill, 1);
  RepairMethod all[] = {RepairMethod::Equalize, RepairMethod::Migrate,
                        RepairMethod::Gptq, RepairMethod::Refit,
                        RepairMethod::Bias};
  EXPECT_GT(measure(all), 20.0);
  for (float &value : samples[0][0].getData<float>())
    value = 0.0f;
  EXPECT_GT(measure(all), 20.0);
}

/// A choice between methods is not worse than the best of them by much.
TEST_F(QuantRepair, RangesByOutputKeepUpWithEachMethod) {
  load(kConvolutions);
  // A few outliers, for which some methods widen their ranges.
  for (size_t i = 0; i < samples.size(); i += 4)
    samples[i][0].getData<float>()[7] = 30.0f;
  auto getRatio = [&](RangeMethod method) {
    CalibrationOptions options;
    options.method = method;
    auto copy = calibrateCopy({}, options);
    return compare(*copy);
  };
  double worst = std::min(
      {getRatio(RangeMethod::MinMax), getRatio(RangeMethod::Mse),
       getRatio(RangeMethod::Percentile), getRatio(RangeMethod::Entropy)});
  double best = std::max(
      {getRatio(RangeMethod::MinMax), getRatio(RangeMethod::Mse),
       getRatio(RangeMethod::Percentile), getRatio(RangeMethod::Entropy)});
  double chosen = getRatio(RangeMethod::Output);
  EXPECT_GT(chosen, worst);
  EXPECT_GT(chosen, best - 1.0);
}

TEST_F(QuantRepair, SymmetricRangesHaveZeroPointZero) {
  load(kConvolutions);
  CalibrationOptions options;
  options.symmetric = true;
  auto copy = calibrateCopy({}, options);
  EXPECT_GT(compare(*copy), 20.0);
  unsigned count = 0;
  getMain(*copy).walk([&](edge::WeightedOpInterface layer) {
    auto type = edge::getUniformType(layer->getResult(0).getType());
    ASSERT_TRUE(type);
    EXPECT_EQ(type.getZeroPoint(), 0);
    ++count;
  });
  EXPECT_EQ(count, 4u);
}
