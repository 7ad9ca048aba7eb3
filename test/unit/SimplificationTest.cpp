//===- SimplificationTest.cpp - edge-simplify keeps what models compute ---===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Import/Import.h"
#include "edgecc/Passes/Pipelines.h"
#include "edgecc/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace edgecc;
using reference::Tensor;

namespace {

/// Numbers of both signs, the same in every run.
Tensor makeInput(RankedTensorType type) {
  Tensor tensor(type);
  std::mt19937 generator(7);
  if (type.getElementType().isF32()) {
    for (float &value : tensor.getData<float>())
      value = float(int(generator() % 2001) - 1000) / 500.0f;
  } else {
    // Indices and flags: small, and valid as either.
    for (char &byte : tensor.getRawData())
      byte = 0;
  }
  return tensor;
}

SmallVector<Tensor> interpret(func::FuncOp function, ArrayRef<Tensor> inputs) {
  FailureOr<reference::Interpreter> interpreter =
      reference::Interpreter::create(function);
  if (failed(interpreter))
    return {};
  FailureOr<SmallVector<Tensor>> results = interpreter->run(inputs);
  return succeeded(results) ? std::move(*results) : SmallVector<Tensor>();
}

/// Equal to 1e-4 of the largest value.
void expectClose(const Tensor &expected, const Tensor &actual) {
  ASSERT_EQ(expected.getType(), actual.getType());
  if (!expected.getElementType().isF32()) {
    EXPECT_EQ(expected.getRawData(), actual.getRawData());
    return;
  }
  float largest = 0.0f, difference = 0.0f;
  for (auto [e, a] :
       llvm::zip_equal(expected.getData<float>(), actual.getData<float>())) {
    largest = std::max(largest, std::abs(e));
    EXPECT_EQ(std::isfinite(e), std::isfinite(a));
    difference = std::max(difference, std::abs(e - a));
  }
  EXPECT_LE(difference, 1e-4f * std::max(largest, 1e-3f));
}

/// What remains after edge-simplify.
struct Remains {
  unsigned transposes = 0, operations = 0;
};

Remains simplifyAndCompare(StringRef path) {
  MLIRContext context;
  OwningOpRef<ModuleOp> module = importOnnx(path, context, {});
  if (!module) {
    ADD_FAILURE() << "cannot import " << path.str();
    return {};
  }
  auto function = *module->getOps<func::FuncOp>().begin();
  SmallVector<Tensor> inputs;
  for (Type type : function.getArgumentTypes())
    inputs.push_back(makeInput(cast<RankedTensorType>(type)));
  SmallVector<Tensor> expected = interpret(function, inputs);

  PassManager manager(&context);
  buildSimplificationPipeline(manager);
  EXPECT_TRUE(succeeded(manager.run(*module)));
  SmallVector<Tensor> actual = interpret(function, inputs);

  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(expected.size(), actual.size());
  for (auto [e, a] : llvm::zip(expected, actual))
    expectClose(e, a);
  Remains remains;
  function.walk([&](Operation *op) {
    remains.transposes += isa<edge::TransposeOp>(op);
    remains.operations +=
        op->getParentOp() == function && !isa<edge::ConstantOp>(op);
  });
  return remains;
}

std::string getTextModel(StringRef name) {
  return (Twine(EDGECC_TEST_DIR "/models/") + name + ".onnxtxt").str();
}

/// Makes the binary model of a text one; empty on failure.
std::string assemble(StringRef textModel) {
  SmallString<128> model;
  if (llvm::sys::fs::createTemporaryFile("simplification", "onnx", model))
    return {};
  std::string program = EDGECC_BIN_DIR "/onnx-as";
  if (llvm::sys::ExecuteAndWait(program, {program, textModel, "-o", model}))
    return {};
  return std::string(model);
}

Remains simplifyTextModel(StringRef name) {
  std::string model = assemble(getTextModel(name));
  EXPECT_FALSE(model.empty());
  Remains remains = simplifyAndCompare(model);
  llvm::sys::fs::remove(model);
  return remains;
}

std::string getSharedModel(StringRef name) {
  return (Twine(EDGECC_SHARED_DIR "/models/") + name + "/" + name + ".onnx")
      .str();
}

class SmallModel : public testing::TestWithParam<const char *> {};
TEST_P(SmallModel, ComputesTheSame) { simplifyTextModel(GetParam()); }
INSTANTIATE_TEST_SUITE_P(
    Simplification, SmallModel,
    testing::Values("activations_opset17", "asymmetric_pads_opset7",
                    "auto_pad_same_opset11", "average_pool_opset11",
                    "cntk_style_opset7", "concat_branches_opset13",
                    "conv1d_opset13", "depthwise_separable_opset17",
                    "dilated_conv_opset11", "grouped_conv_opset9",
                    "keras_dense_opset9", "keras_nhwc_cnn_opset13",
                    "max_pool_ceil_opset12", "pytorch_cnn_opset11",
                    "residual_add_opset13", "swish_as_exported_opset13",
                    "transformer_block_opset13", "two_inputs_opset13",
                    "two_outputs_opset13"),
    [](const auto &info) -> std::string { return info.param; });

/// A real model, and the transposes that its interface needs.
struct RealModel {
  const char *name;
  unsigned transposes;
};
class SharedModel : public testing::TestWithParam<RealModel> {};
TEST_P(SharedModel, ComputesTheSame) {
  std::string path = getSharedModel(GetParam().name);
  if (!llvm::sys::fs::exists(path))
    GTEST_SKIP() << path << " is not there";
  Remains remains = simplifyAndCompare(path);
  EXPECT_LE(remains.transposes, GetParam().transposes);
}
INSTANTIATE_TEST_SUITE_P(
    Simplification, SharedModel,
    testing::Values(RealModel{"resnet8_cifar10", 0},
                    RealModel{"vww_mobilenetv1", 0}, RealModel{"kws_dscnn", 0},
                    RealModel{"ad_autoencoder", 0}, RealModel{"mnist_cntk", 0}),
    [](const auto &info) -> std::string { return info.param.name; });

} // namespace
