//===- ImportTest.cpp - Imported models compute what ONNX Runtime does ----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Import/Import.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Reference/Interpreter.h"
#include "edgecc/Reference/Npy.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace edgecc;
using reference::Tensor;

namespace {
struct ImportTest : testing::Test {
  ImportTest() : context(MLIRContext::Threading::DISABLED) {}
  ~ImportTest() override { llvm::sys::fs::remove(path); }

  /// Assembles a model of test/models and imports it.
  OwningOpRef<ModuleOp> import(StringRef name, const ImportOptions &options) {
    llvm::sys::fs::createTemporaryFile("edgecc-import", "onnx", path);
    StringRef program = EDGECC_BIN_DIR "/onnx-as";
    std::string text = (EDGECC_TEST_DIR "/models/" + name + ".onnxtxt").str();
    EXPECT_EQ(llvm::sys::ExecuteAndWait(program, {program, text, "-o", path}),
              0);
    return importOnnx(path, context, options);
  }

  /// A file with a true scalar.
  std::string writeTrue() {
    llvm::sys::fs::createTemporaryFile("edgecc-import", "npy", path);
    auto type = RankedTensorType::get({}, IntegerType::get(&context, 1));
    Tensor tensor(type);
    tensor.getData<int8_t>()[0] = 1;
    EXPECT_FALSE(errorToBool(reference::writeNpy(path, tensor)));
    return path.str().str();
  }

  MLIRContext context;
  llvm::SmallString<128> path;
};

/// A model of test/models with what ONNX Runtime recorded for it.
struct RecordedImportTest : ImportTest,
                            testing::WithParamInterface<std::string> {
  std::optional<Tensor> readExpected(StringRef suffix) {
    std::string file = std::string(EDGECC_TEST_DIR "/models/expected/") +
                       GetParam() + "." + suffix.str() + ".npy";
    llvm::Expected<Tensor> tensor = reference::readNpy(file, &context);
    if (!tensor) {
      ADD_FAILURE() << llvm::toString(tensor.takeError());
      return std::nullopt;
    }
    return std::move(*tensor);
  }
};
} // namespace

/// One sample of a recorded array, in the shape that the model has for it.
static Tensor getSample(const Tensor &all, int64_t sample,
                        RankedTensorType type) {
  Tensor result(type);
  size_t bytes = result.getRawData().size();
  ArrayRef<char> source = all.getRawData();
  EXPECT_EQ(source.size() % bytes, 0u);
  llvm::copy(source.slice(sample * bytes, bytes), result.getRawData().begin());
  return result;
}

static void expectClose(const Tensor &found, const Tensor &expected) {
  ArrayRef<float> a = found.getData<float>(), b = expected.getData<float>();
  ASSERT_EQ(a.size(), b.size());
  float largest = 1e-3f;
  for (float value : b)
    largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i != a.size(); ++i)
    ASSERT_NEAR(a[i], b[i], 1e-5f * largest) << "element " << i;
}

TEST_P(RecordedImportTest, ComputesWhatOnnxRuntimeDoes) {
  OwningOpRef<ModuleOp> module = import(GetParam(), {});
  ASSERT_TRUE(module);
  auto function = module->lookupSymbol<func::FuncOp>("main");
  auto interpreter = reference::Interpreter::create(function);
  ASSERT_TRUE(succeeded(interpreter));
  for (int64_t sample = 0; sample != 2; ++sample) {
    SmallVector<Tensor> inputs;
    for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
      auto recorded = readExpected("in" + std::to_string(index));
      ASSERT_TRUE(recorded);
      inputs.push_back(
          getSample(*recorded, sample, cast<RankedTensorType>(type)));
    }
    auto results = interpreter->run(inputs);
    ASSERT_TRUE(succeeded(results));
    for (auto [index, result] : llvm::enumerate(*results)) {
      auto recorded = readExpected("out" + std::to_string(index));
      ASSERT_TRUE(recorded);
      expectClose(result, getSample(*recorded, sample, result.getType()));
    }
  }
}

/// Every operation is located by its node, which reports and messages name.
TEST_F(ImportTest, LocatesOperationsByTheirNodes) {
  OwningOpRef<ModuleOp> module = import("keras_nhwc_cnn_opset13", {});
  ASSERT_TRUE(module);
  std::vector<std::string> names;
  module->walk([&](Operation *op) {
    if (isa<edge::ConvOp, edge::SoftmaxOp, edge::PadOp>(op))
      names.push_back(edge::getLayerName(op));
  });
  std::vector<std::string> expected = {
      "Pad_1", "StatefulPartitionedCall/model/conv2d/Conv2D", "Conv_4",
      "Conv_6", "Softmax_13"};
  EXPECT_EQ(names, expected);
}

/// A message's field: bytes, or a small number.
static std::string field(int number, const std::string &bytes) {
  return std::string{char(number << 3 | 2), char(bytes.size())} + bytes;
}
static std::string field(int number, int value) {
  return {char(number << 3), char(value)};
}

/// An attribute that says it is a graph and holds none, which the text format
/// cannot express; found by fuzzing.
TEST_F(ImportTest, BodiesNeedAGraph) {
  // type = GRAPH, number 20 of AttributeProto.
  std::string isGraph = {char(0xA0), 1, 5};
  std::string attribute = field(1, "then_branch") + isGraph;
  std::string node = field(1, "c") + field(2, "y") + field(4, "If") +
                     field(5, attribute) +
                     field(5, field(1, "else_branch") + isGraph);
  auto value = [](const std::string &name, int type) {
    std::string tensor = field(1, type) + field(2, "");
    return field(1, name) + field(2, field(1, tensor));
  };
  std::string graph = field(1, node) + field(2, "g") +
                      field(11, value("c", 9)) + field(12, value("y", 1));
  std::string model = field(1, 8) + field(7, graph) + field(8, field(2, 17));
  std::string messages;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    messages += diagnostic.str();
    return success();
  });
  ImportOptions options;
  // A condition that is known, so that the branch is looked at.
  options.frozenInputs["c"] = writeTrue();
  EXPECT_FALSE(importOnnx({model, "model.onnx"}, context, options));
  EXPECT_NE(messages.find("attribute 'then_branch' holds no graph"),
            std::string::npos)
      << messages;
}

INSTANTIATE_TEST_SUITE_P(
    Models, RecordedImportTest,
    testing::Values("activations_opset17", "asymmetric_pads_opset7",
                    "auto_pad_same_opset11", "average_pool_opset11",
                    "cntk_style_opset7", "concat_branches_opset13",
                    "control_flow_opset17", "conv1d_opset13",
                    "depthwise_separable_opset17", "dilated_conv_opset11",
                    "dynamic_batch_opset17", "gru_step_opset14",
                    "grouped_conv_opset9", "keras_dense_opset9",
                    "keras_nhwc_cnn_opset13", "max_pool_ceil_opset12",
                    "max_pool_indices_opset12", "pytorch_cnn_opset11",
                    "recurrent_opset14", "residual_add_opset13",
                    "swish_as_exported_opset13", "transformer_block_opset13",
                    "two_inputs_opset13", "two_outputs_opset13"),
    [](const auto &info) { return info.param; });
