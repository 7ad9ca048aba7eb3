//===- PruneConstantFloatTest.cpp - Dead filters of random networks -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"

using namespace edgecc;
using namespace edgecc::testing;
using llvm::formatv;
using reference::Tensor;

namespace {
/// Writes networks of convolutions, depthwise convolutions, pools and residual
/// sums, whose constants are placeholders.
class RandomNetwork {
public:
  explicit RandomNetwork(unsigned seed) : generator(seed) {}

  std::string write() {
    addConvolution(draw(3, 8), 1);
    for (int layers = draw(2, 5); layers > 0; --layers)
      switch (draw(0, 3)) {
      case 0:
        addConvolution(draw(2, 8), 1);
        break;
      case 1:
        addConvolution(channels, channels);
        break;
      case 2:
        addPool();
        break;
      default:
        addResidual();
      }
    addConvolution(3, 1);
    return formatv("func.func @main(%v0: tensor<1x6x6x4xf32>) -> {0} {{\n{1}"
                   "  return %v{2} : {0}\n}\n",
                   getType(channels), text, value);
  }

  int draw(int least, int most) {
    return least + int(generator() % unsigned(most - least + 1));
  }
  /// From -0.5 to 0.5.
  float drawFloat() { return float(generator()) / 4294967296.0f - 0.5f; }

private:
  static std::string getType(int channels) {
    return formatv("tensor<1x6x6x{0}xf32>", channels);
  }
  void addConvolution(int outputs, int groups) {
    int size = draw(0, 1) ? 3 : 1, pad = size / 2, input = value;
    std::string weights = formatv("tensor<{0}x{1}x{1}x{2}xf32>", outputs, size,
                                  channels / groups);
    std::string bias = formatv("tensor<{0}xf32>", outputs);
    ++value;
    text += formatv(
        "  %w{0} = edge.constant dense<0.0> : {1} -> {1}\n"
        "  %b{0} = edge.constant dense<0.0> : {2} -> {2}\n"
        "  %v{0} = edge.conv %v{3}, %w{0}, %b{0} {{strides = array<i64: 1, 1>, "
        "pads = array<i64: {4}, {4}, {4}, {4}>, dilations = array<i64: 1, 1>, "
        "groups = {5} : i64{6}} : ({7}, {1}, {2}) -> {8}\n",
        value, weights, bias, input, pad, groups,
        draw(0, 2) ? ", clamp_min = 0.0 : f32" : "", getType(channels),
        getType(outputs));
    channels = outputs;
  }
  void addPool() {
    ++value;
    text += formatv("  %v{0} = edge.{1} %v{2} {{kernel = array<i64: 3, 3>, "
                    "strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, "
                    "1>, dilations = array<i64: 1, 1>} : ({3}) -> {3}\n",
                    value, draw(0, 1) ? "max_pool" : "avg_pool", value - 1,
                    getType(channels));
  }
  void addResidual() {
    int shortcut = value;
    addConvolution(channels, 1);
    ++value;
    text += formatv("  %v{0} = edge.map %v{1}, %v{2} : ({3}, {3}) -> {3} {{\n"
                    "  ^bb0(%p: f32, %q: f32):\n"
                    "    %r = arith.addf %p, %q : f32\n"
                    "    edge.yield %r : f32\n  }\n",
                    value, value - 1, shortcut, getType(channels));
  }

  std::mt19937 generator;
  std::string text;
  int value = 0, channels = 4;
};
} // namespace

/// Random weights, with filters and input channels that have died, wholly or
/// nearly.
static void fill(mlir::ModuleOp module, RandomNetwork &random) {
  module->walk([&](edge::ConstantOp op) {
    Tensor tensor(llvm::cast<mlir::RankedTensorType>(op.getType()));
    int64_t channels = tensor.getShape().back();
    int64_t perFilter = tensor.getNumElements() / tensor.getDim(0);
    auto drawScales = [&](int64_t count) {
      std::vector<float> scales(count, 1.0f);
      for (float &scale : scales)
        if (random.draw(0, 2) == 0)
          scale = random.draw(0, 1) ? 0.0f : 1e-30f;
      return scales;
    };
    bool isBias = tensor.getRank() == 1;
    std::vector<float> rows = drawScales(tensor.getDim(0));
    std::vector<float> columns(channels, 1.0f);
    if (!isBias && channels > 1 && random.draw(0, 1))
      columns = drawScales(channels);
    for (auto [index, value] : llvm::enumerate(tensor.getData<float>()))
      value = random.drawFloat() *
              (isBias && random.draw(0, 1) ? 1.0f : rows[index / perFilter]) *
              (isBias ? 1.0f : columns[index % channels]);
    op.setValueAttr(tensor.toAttr());
  });
}

static int64_t countMacs(mlir::ModuleOp module) {
  int64_t macs = 0;
  module.walk([&](edge::MacCountOpInterface op) { macs += op.getMacCount(); });
  return macs;
}

/// The largest difference of any output, and the largest output.
static std::pair<float, float> compare(llvm::ArrayRef<Tensor> expected,
                                       llvm::ArrayRef<Tensor> found) {
  float difference = 0, range = 1e-20f;
  for (auto [a, b] : llvm::zip_equal(expected, found))
    for (auto [x, y] :
         llvm::zip_equal(a.getData<float>(), b.getData<float>())) {
      difference = std::max(difference, std::fabs(x - y));
      range = std::max(range, std::fabs(x));
    }
  return {difference, range};
}

TEST(PruneConstantFloatTest, ComputesTheSameWithoutWhatHasDied) {
  mlir::MLIRContext context;
  initialize(context);
  context.loadAllAvailableDialects();
  int smaller = 0;
  for (unsigned seed = 0; seed != 200; ++seed) {
    RandomNetwork random(seed);
    std::string text = random.write();
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    fill(*module, random);
    mlir::OwningOpRef<mlir::ModuleOp> pruned(module->clone());
    ASSERT_TRUE(
        succeeded(runPasses(*pruned, "func.func(edge-flush-tiny-weights,"
                                     "edge-prune-constant-channels)")));
    ASSERT_TRUE(succeeded(mlir::verify(*pruned)));
    smaller += countMacs(*pruned) < countMacs(*module);
    Samples samples = makeSamples(getMain(*module), 3);
    auto [difference, range] = compare(computeOutputs(*module, samples),
                                       computeOutputs(*pruned, samples));
    EXPECT_LE(difference, 1e-5f * range);
  }
  EXPECT_GT(smaller, 150);
}
