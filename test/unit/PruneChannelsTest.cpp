//===- PruneChannelsTest.cpp - Structured pruning -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Pruning/PruneChannels.h"

#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace edgecc;
using namespace edgecc::pruning;
using namespace edgecc::testing;
using reference::Tensor;

/// A residual block and what is behind it. Constants are placeholders.
static constexpr const char *kResidual = R"(
func.func @main(%x: tensor<1x6x6x4xf32>) -> tensor<1x6x6x3xf32> {
  %w0 = edge.constant dense<0.0> : tensor<8x1x1x4xf32> -> tensor<8x1x1x4xf32>
  %b0 = edge.constant dense<0.0> : tensor<8xf32> -> tensor<8xf32>
  %0 = edge.conv %x, %w0, %b0 {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
      clamp_min = 0.0 : f32}
    : (tensor<1x6x6x4xf32>, tensor<8x1x1x4xf32>, tensor<8xf32>)
    -> tensor<1x6x6x8xf32> loc("stem")
  %w1 = edge.constant dense<0.0> : tensor<6x3x3x8xf32> -> tensor<6x3x3x8xf32>
  %b1 = edge.constant dense<0.0> : tensor<6xf32> -> tensor<6xf32>
  %1 = edge.conv %0, %w1, %b1 {strides = array<i64: 1, 1>,
      pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>,
      clamp_min = 0.0 : f32}
    : (tensor<1x6x6x8xf32>, tensor<6x3x3x8xf32>, tensor<6xf32>)
    -> tensor<1x6x6x6xf32> loc("inner")
  %w2 = edge.constant dense<0.0> : tensor<8x1x1x6xf32> -> tensor<8x1x1x6xf32>
  %b2 = edge.constant dense<0.0> : tensor<8xf32> -> tensor<8xf32>
  %2 = edge.conv %1, %w2, %b2 {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x6x6xf32>, tensor<8x1x1x6xf32>, tensor<8xf32>)
    -> tensor<1x6x6x8xf32> loc("outer")
  %3 = edge.map %0, %2 : (tensor<1x6x6x8xf32>, tensor<1x6x6x8xf32>)
      -> tensor<1x6x6x8xf32> {
  ^bb0(%a: f32, %b: f32):
    %s = arith.addf %a, %b : f32
    %z = arith.constant 0.0 : f32
    %m = arith.maximumf %s, %z : f32
    edge.yield %m : f32
  }
  %w4 = edge.constant dense<0.0> : tensor<3x1x1x8xf32> -> tensor<3x1x1x8xf32>
  %b4 = edge.constant dense<0.0> : tensor<3xf32> -> tensor<3xf32>
  %4 = edge.conv %3, %w4, %b4 {strides = array<i64: 1, 1>,
      pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>}
    : (tensor<1x6x6x8xf32>, tensor<3x1x1x8xf32>, tensor<3xf32>)
    -> tensor<1x6x6x3xf32> loc("last")
  return %4 : tensor<1x6x6x3xf32>
})";

namespace {
class PruneChannelsTest : public ::testing::Test {
protected:
  void SetUp() override {
    initialize(context);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(kResidual, &context);
    ASSERT_TRUE(module);
    std::mt19937 generator(5);
    module->walk([&](edge::ConstantOp op) {
      Tensor tensor(llvm::cast<mlir::RankedTensorType>(op.getType()));
      for (float &value : tensor.getData<float>())
        value = (float(generator()) / 2147483648.0f - 1.0f) * 0.5f;
      op.setValueAttr(tensor.toAttr());
    });
    samples = makeSamples(getMain(*module), 32);
  }

  /// Makes two channels of "inner" copies of two others.
  void duplicateInner() {
    module->walk([&](edge::ConstantOp op) {
      auto tensor = *edge::getConstantTensor(op.getResult());
      if (tensor.getDim(0) != 6)
        return;
      auto data = tensor.getData<float>();
      size_t row = data.size() / 6;
      std::copy_n(data.begin(), 2 * row, data.begin() + 4 * row);
      op.setValueAttr(tensor.toAttr());
    });
  }

  /// The squared error of a function's outputs relative to the model's.
  double getError(mlir::ModuleOp other) {
    double error = 0, signal = 0;
    auto expected = computeOutputs(*module, samples);
    auto found = computeOutputs(other, samples);
    for (auto [a, b] : llvm::zip_equal(expected, found))
      for (auto [x, y] : llvm::zip_equal(std::as_const(a).getData<float>(),
                                         std::as_const(b).getData<float>())) {
        error += double(x - y) * double(x - y);
        signal += double(x) * double(x);
      }
    return error / signal;
  }

  mlir::OwningOpRef<mlir::ModuleOp> prune(const ChannelStudy &study,
                                          const KeptCounts &kept,
                                          const PruneOptions &options = {}) {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    if (failed(pruneChannels(getMain(*copy), samples, study, kept, options)))
      return {};
    return copy;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Samples samples;
};
} // namespace

TEST_F(PruneChannelsTest, FindsGroups) {
  ChannelGroups groups = ChannelGroups::find(getMain(*module));
  ASSERT_EQ(groups.size(), 2u);
  const ChannelGroup &stream = groups.getGroups()[0];
  EXPECT_EQ(stream.layers, (std::vector<std::string>{"stem", "outer"}));
  EXPECT_EQ(stream.channels, 8);
  EXPECT_EQ(groups.getGroups()[1].name, "inner");
  EXPECT_EQ(groups.findGroup("outer"), 0u);
  EXPECT_EQ(groups.findGroup("last"), std::nullopt);
}

TEST_F(PruneChannelsTest, CountsWhatPruningLeaves) {
  ChannelGroups groups = ChannelGroups::find(getMain(*module));
  EXPECT_EQ(groups.countMacs(groups.getAll()),
            36 * (8 * 4 + 6 * 9 * 8 + 8 * 6 + 3 * 8));
  KeptCounts kept{5, 2};
  EXPECT_EQ(groups.countMacs(kept), 36 * (5 * 4 + 2 * 9 * 5 + 5 * 2 + 3 * 5));
  auto study = studyChannels(getMain(*module), samples);
  ASSERT_TRUE(succeeded(study));
  auto pruned = prune(*study, kept);
  ASSERT_TRUE(pruned);
  ChannelGroups after = ChannelGroups::find(getMain(*pruned));
  EXPECT_EQ(after.countMacs(after.getAll()), groups.countMacs(kept));
  EXPECT_EQ(after.countWeights(after.getAll()), groups.countWeights(kept));
}

TEST_F(PruneChannelsTest, TakesCopiesFirstAndLosesNothing) {
  duplicateInner();
  PruneOptions options;
  options.damping = 1e-6;
  auto study = studyChannels(getMain(*module), samples, options);
  ASSERT_TRUE(succeeded(study));
  const GroupStudy &inner = (*study)[1];
  for (size_t i = 0; i != 2; ++i)
    EXPECT_TRUE(llvm::is_contained({0, 1, 4, 5}, inner.order[i]));
  EXPECT_NE(inner.order[0] % 4, inner.order[1] % 4);
  auto pruned = prune(*study, {8, 4}, options);
  ASSERT_TRUE(pruned);
  EXPECT_LT(getError(*pruned), 1e-4);
}

TEST_F(PruneChannelsTest, FitsBetterThanItSlices) {
  auto study = studyChannels(getMain(*module), samples);
  ASSERT_TRUE(succeeded(study));
  PruneOptions held;
  held.damping = 1e6;
  auto fitted = prune(*study, {6, 4});
  auto sliced = prune(*study, {6, 4}, held);
  ASSERT_TRUE(fitted && sliced);
  EXPECT_LT(getError(*fitted), 0.8 * getError(*sliced));
}

TEST_F(PruneChannelsTest, ReachesRatios) {
  ChannelGroups groups = ChannelGroups::find(getMain(*module));
  auto study = studyChannels(getMain(*module), samples);
  ASSERT_TRUE(succeeded(study));
  auto all = double(groups.countMacs(groups.getAll()));
  for (double ratio : {0.0, 0.1, 0.3, 0.5, 0.8}) {
    auto kept = chooseKept(groups, *study, ratio);
    ASSERT_TRUE(kept);
    EXPECT_LE(double(groups.countMacs(*kept)), (1 - ratio) * all);
  }
  EXPECT_EQ(*chooseKept(groups, *study, 0.0), groups.getAll());
  double most = 0;
  EXPECT_FALSE(chooseKept(groups, *study, 0.99, &most));
  EXPECT_GT(most, 0.8);
  EXPECT_LT(most, 0.99);
}

TEST_F(PruneChannelsTest, KeepsMultiples) {
  PruneOptions options;
  options.multiple = 4;
  auto study = studyChannels(getMain(*module), samples, options);
  ASSERT_TRUE(succeeded(study));
  for (const GroupStudy &group : *study)
    for (const GroupStudy::Level &level : llvm::drop_begin(group.levels))
      EXPECT_EQ(level.kept % 4, 0);
}
