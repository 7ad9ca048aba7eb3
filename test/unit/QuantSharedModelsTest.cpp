//===- QuantSharedModelsTest.cpp - Accuracy of real models in int8 --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Quant/Sensitivity.h"
#include "edgecc/Reference/Metrics.h"
#include "edgecc/Reference/Samples.h"

#include "llvm/Support/FileSystem.h"

#include "gtest/gtest.h"

#include <cstdio>

using namespace edgecc;
using namespace edgecc::quantization;
using namespace edgecc::testing;
using reference::Metric;
using reference::Tensor;

namespace {
struct Model {
  const char *name;
  Metric metric;
  /// Points of the metric that int8 may lose.
  double maxDrop;
};

void PrintTo(const Model &model, std::ostream *os) { *os << model.name; }

class QuantThorough : public ::testing::TestWithParam<Model> {};
} // namespace

static std::string getSharedDir() {
  const char *variable = std::getenv("EDGECC_SHARED");
  return variable ? variable : EDGECC_SHARED_DIR;
}

static Samples loadColumn(const std::string &path, mlir::func::FuncOp func) {
  auto type = llvm::cast<mlir::RankedTensorType>(func.getArgumentTypes()[0]);
  auto tensors = reference::loadSamples(path, type, "the input");
  if (!tensors) {
    ADD_FAILURE() << llvm::toString(tensors.takeError());
    return {};
  }
  Samples samples;
  for (Tensor &tensor : *tensors)
    samples.push_back({std::move(tensor)});
  return samples;
}

/// How far the int8 outputs are from the float ones, in dB.
static double compare(mlir::ModuleOp exact, mlir::ModuleOp quantized,
                      const Samples &samples) {
  SignalAndNoise ratio;
  for (auto [real, rounded] : llvm::zip(computeOutputs(exact, samples),
                                        computeOutputs(quantized, samples)))
    ratio.add(real, rounded);
  return ratio.getDecibels();
}

static double measure(mlir::ModuleOp module, const Model &model,
                      const Samples &samples, llvm::ArrayRef<int64_t> labels) {
  std::vector<Tensor> outputs = computeOutputs(module, samples), inputs;
  for (const auto &sample : samples)
    inputs.push_back(sample.front());
  reference::MetricInputs data;
  data.outputs = outputs;
  data.inputs = inputs;
  data.labels = labels;
  auto value = reference::computeMetric(model.metric, data);
  if (value)
    return *value;
  ADD_FAILURE() << llvm::toString(value.takeError());
  return 0.0;
}

/// Accuracy with each way of choosing ranges; the default has to hold the goal.
TEST_P(QuantThorough, KeepsAccuracy) {
  const Model &model = GetParam();
  std::string dir = getSharedDir() + "/models/" + model.name + "/";
  if (!llvm::sys::fs::exists(dir))
    GTEST_SKIP() << dir << " is not there; set EDGECC_SHARED";
  mlir::MLIRContext context;
  auto exact = loadSimplified(dir + model.name + ".onnx", context);
  ASSERT_TRUE(exact);
  Samples calibration = loadColumn(dir + "calib.npy", getMain(*exact));
  Samples evaluation = loadColumn(dir + "eval.npy", getMain(*exact));
  auto labels = reference::loadLabels(dir + "eval_labels.npy");
  ASSERT_TRUE(bool(labels)) << llvm::toString(labels.takeError());
  double before = measure(*exact, model, evaluation, labels->values);
  std::printf("%-20s float %.2f", model.name, before);

  for (auto [name, method] : {std::pair("minmax", RangeMethod::MinMax),
                              std::pair("percentile", RangeMethod::Percentile),
                              std::pair("mse", RangeMethod::Mse)}) {
    CalibrationOptions options;
    bool isDefault = options.method == method;
    options.method = method;
    auto quantized = quantizeCopy(*exact, calibration, options);
    ASSERT_TRUE(quantized);
    double after = measure(*quantized, model, evaluation, labels->values);
    std::printf("  %s %.2f (%.1f dB)", name, after,
                compare(*exact, *quantized, evaluation));
    if (isDefault)
      EXPECT_LE(before - after, model.maxDrop);
  }
  std::printf("\n");
}

INSTANTIATE_TEST_SUITE_P(
    Shared, QuantThorough,
    ::testing::Values(Model{"resnet8_cifar10", Metric::Top1, 1.0},
                      // One of its 75 samples.
                      Model{"vww_mobilenetv1", Metric::Top1, 1.34},
                      Model{"kws_dscnn", Metric::Top1, 1.0},
                      Model{"ad_autoencoder", Metric::AUC, 2.0},
                      Model{"mnist_cntk", Metric::Top1, 1.0},
                      Model{"mobilenet_v1_025_128", Metric::Top1, 1.0}),
    [](const auto &info) { return std::string(info.param.name); });
