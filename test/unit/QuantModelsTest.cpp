//===- QuantModelsTest.cpp - Whole models in int8 -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/Sensitivity.h"

#include "gtest/gtest.h"

using namespace edgecc;
using namespace edgecc::quantization;
using namespace edgecc::testing;
using reference::Tensor;

/// The models under test/models that need nothing but their file.
static std::vector<std::string> listModels() {
  std::vector<std::string> names;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator it(EDGECC_TEST_DIR "/models", error),
       end;
       it != end && !error; it.increment(error))
    if (llvm::sys::path::extension(it->path()) == ".onnxtxt" &&
        !llvm::sys::path::stem(it->path()).starts_with("dynamic_"))
      names.push_back(llvm::sys::path::stem(it->path()).str());
  llvm::sort(names);
  return names;
}

namespace {
class QuantModels : public ::testing::TestWithParam<std::string> {};
} // namespace

/// Quantizes a model and fails if an output's noise is not below the signal by
/// `decibels`.
static void expectClose(const std::string &name, Precision precision,
                        double decibels) {
  std::string binary =
      convertModel(EDGECC_TEST_DIR "/models/" + name + ".onnxtxt");
  mlir::MLIRContext context;
  auto model = loadSimplified(binary, context);
  llvm::sys::fs::remove(binary);
  ASSERT_TRUE(model);
  Samples samples = makeSamples(getMain(*model), 32);
  auto quantized = quantizeCopy(*model, samples, {}, precision);
  ASSERT_TRUE(quantized);
  unsigned numOutputs = getMain(*model).getNumResults();
  for (unsigned index = 0; index != numOutputs; ++index) {
    std::vector<Tensor> expected = computeOutputs(*model, samples, index);
    std::vector<Tensor> found = computeOutputs(*quantized, samples, index);
    ASSERT_EQ(expected.size(), samples.size());
    ASSERT_EQ(found.size(), samples.size());
    SignalAndNoise ratio;
    for (auto [real, rounded] : llvm::zip(expected, found))
      ratio.add(real, rounded);
    EXPECT_GT(ratio.getDecibels(), decibels) << "output " << index;
  }
}

TEST_P(QuantModels, OutputsStayClose) {
  expectClose(GetParam(), Precision::S8, 20.0);
}

/// What int8 weights alone cost.
TEST_P(QuantModels, WideOutputsStayCloser) {
  expectClose(GetParam(), Precision::S16x8, 35.0);
}

INSTANTIATE_TEST_SUITE_P(All, QuantModels, ::testing::ValuesIn(listModels()),
                         [](const auto &info) {
                           std::string name = info.param;
                           for (char &c : name)
                             if (!std::isalnum(static_cast<unsigned char>(c)))
                               c = '_';
                           return name;
                         });

/// The layer that is damaged is the one that is named worst.
TEST(QuantSensitivity, NamesADamagedLayer) {
  std::string binary =
      convertModel(EDGECC_TEST_DIR "/models/pytorch_cnn_opset11.onnxtxt");
  mlir::MLIRContext context;
  auto model = loadSimplified(binary, context);
  llvm::sys::fs::remove(binary);
  ASSERT_TRUE(model);
  Samples samples = makeSamples(getMain(*model), 8);
  mlir::OwningOpRef<mlir::ModuleOp> damaged((*model).clone());
  ASSERT_TRUE(succeeded(calibrate(getMain(*damaged), samples)));
  // Nothing after the last layer shares its type and widens the range again.
  edge::FullyConnectedOp last;
  getMain(*damaged).walk([&](edge::FullyConnectedOp op) { last = op; });
  ASSERT_TRUE(last);
  std::string name = edge::getLayerName(last);
  Range narrow = *getRange(last.getResult());
  setRange(last.getResult(), {narrow.min * 0.1, narrow.max * 0.1});
  ASSERT_TRUE(succeeded(runPasses(*damaged, "func.func(edge-quantize)")));
  auto ratios = measureSqnr(getMain(*model), getMain(*damaged), samples);
  ASSERT_TRUE(succeeded(ratios));
  ASSERT_TRUE(ratios->count(name));
  EXPECT_LT((*ratios)[name], 10.0);
}
