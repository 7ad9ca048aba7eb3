//===- MixedPrecisionTest.cpp - Several precisions in one model -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Layers of one model in float, int8 and int16, in turn: the code that comes
// out computes what the interpreter does.
//
//===----------------------------------------------------------------------===//

#include "EmitTesting.h"
#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"

using namespace edgecc;
using namespace edgecc::quantization;
using namespace edgecc::testing;

namespace {

struct MixCase {
  const char *model;
  /// What the layers get, one after the other, again and again.
  std::vector<Precision> cycle;
};

class MixedPrecision : public GeneratedCodeTest,
                       public ::testing::WithParamInterface<MixCase> {};

TEST_P(MixedPrecision, MatchesInterpreter) {
  std::string binary = convertModel(EDGECC_TEST_DIR "/models/" +
                                    std::string(GetParam().model) + ".onnxtxt");
  auto module = loadSimplified(binary, context);
  llvm::sys::fs::remove(binary);
  ASSERT_TRUE(module);
  mlir::func::FuncOp main = getMain(*module);
  Samples samples = makeSamples(main, 16);
  ASSERT_TRUE(succeeded(calibrate(main, samples)));
  size_t next = 0;
  main.walk([&](edge::QuantizableOpInterface op) {
    Precision precision = GetParam().cycle[next++ % GetParam().cycle.size()];
    op->setAttr(kPrecisionAttr,
                mlir::StringAttr::get(&context, stringifyPrecision(precision)));
  });
  ASSERT_TRUE(succeeded(runPasses(*module, "edge-quantization")));
  bool hasWide = false, hasNarrow = false;
  main.walk([&](mlir::Operation *op) {
    for (mlir::Type type : op->getResultTypes())
      if (auto quantized = edge::getUniformType(type)) {
        hasWide |= quantized.getStorageType().isInteger(16);
        hasNarrow |= quantized.getStorageType().isInteger(8);
      }
  });
  EXPECT_TRUE(hasWide && hasNarrow);
  matchesInterpreter(*module, samples.front());
}

constexpr Precision F32 = Precision::F32, S8 = Precision::S8,
                    Wide = Precision::S16x8;

INSTANTIATE_TEST_SUITE_P(
    Models, MixedPrecision,
    ::testing::Values(MixCase{"pytorch_cnn_opset11", {S8, Wide}},
                      MixCase{"residual_add_opset13", {Wide, S8, S8}},
                      MixCase{"depthwise_separable_opset17", {Wide, S8, F32}},
                      MixCase{"concat_branches_opset13", {S8, Wide}},
                      MixCase{"keras_nhwc_cnn_opset13", {F32, Wide, S8}},
                      MixCase{"swish_as_exported_opset13", {S8, Wide}}),
    [](const auto &info) { return std::string(info.param.model); });

} // namespace
