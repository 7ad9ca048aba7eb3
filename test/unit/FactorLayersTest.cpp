//===- FactorLayersTest.cpp - Weights of low rank -------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Pruning/FactorLayers.h"

#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace edgecc;
using namespace edgecc::pruning;
using namespace edgecc::testing;
using reference::Tensor;

/// Three layers; constants are placeholders.
static constexpr const char *kLayers = R"(
func.func @main(%x: tensor<1x24xf32>) -> tensor<1x4xf32> {
  %w0 = edge.constant dense<0.0> : tensor<20x24xf32> -> tensor<20x24xf32>
  %b0 = edge.constant dense<0.0> : tensor<20xf32> -> tensor<20xf32>
  %0 = edge.fully_connected %x, %w0, %b0 {clamp_min = 0.0 : f32}
    : (tensor<1x24xf32>, tensor<20x24xf32>, tensor<20xf32>)
    -> tensor<1x20xf32> loc("wide")
  %w1 = edge.constant dense<0.0> : tensor<20x20xf32> -> tensor<20x20xf32>
  %b1 = edge.constant dense<0.0> : tensor<20xf32> -> tensor<20xf32>
  %1 = edge.fully_connected %0, %w1, %b1
    : (tensor<1x20xf32>, tensor<20x20xf32>, tensor<20xf32>)
    -> tensor<1x20xf32> loc("square")
  %w2 = edge.constant dense<0.0> : tensor<4x20xf32> -> tensor<4x20xf32>
  %b2 = edge.constant dense<0.0> : tensor<4xf32> -> tensor<4xf32>
  %2 = edge.fully_connected %1, %w2, %b2
    : (tensor<1x20xf32>, tensor<4x20xf32>, tensor<4xf32>)
    -> tensor<1x4xf32> loc("last")
  return %2 : tensor<1x4xf32>
})";

namespace {
class FactorLayersTest : public ::testing::Test {
protected:
  void SetUp() override {
    initialize(context);
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>(kLayers, &context);
    ASSERT_TRUE(module);
    setWeights(/*rank=*/0);
    samples = makeSamples(getMain(*module), 128);
  }

  float draw() { return float(generator()) / 2147483648.0f - 1.0f; }

  /// Numbers at random; matrices are of a rank, if it is not 0.
  void setWeights(int64_t rank) {
    module->walk([&](edge::ConstantOp op) {
      Tensor tensor(llvm::cast<mlir::RankedTensorType>(op.getType()));
      llvm::MutableArrayRef<float> data = tensor.getData<float>();
      for (float &value : data)
        value = draw() * 0.5f;
      if (rank != 0 && tensor.getRank() == 2)
        limitRank(data, size_t(tensor.getDim(1)), size_t(rank));
      op.setValueAttr(tensor.toAttr());
    });
  }

  /// Makes all rows sums of the first `rank`.
  void limitRank(llvm::MutableArrayRef<float> data, size_t columns,
                 size_t rank) {
    for (size_t row = rank; row < data.size() / columns; ++row) {
      std::fill_n(data.begin() + row * columns, columns, 0.0f);
      for (size_t other = 0; other != rank; ++other) {
        float factor = draw();
        for (size_t i = 0; i != columns; ++i)
          data[row * columns + i] += factor * data[other * columns + i];
      }
    }
  }

  /// The squared error of a function's outputs relative to their variance.
  double getError(mlir::ModuleOp other) {
    auto expected = computeOutputs(*module, samples);
    auto found = computeOutputs(other, samples);
    std::vector<double> sums(4), squares(4);
    double error = 0, signal = 0;
    for (auto [a, b] : llvm::zip_equal(expected, found))
      for (size_t i = 0; i != 4; ++i) {
        double x = double(std::as_const(a).getData<float>()[i]);
        double y = double(std::as_const(b).getData<float>()[i]);
        error += (x - y) * (x - y);
        sums[i] += x;
        squares[i] += x * x;
      }
    for (size_t i = 0; i != 4; ++i)
      signal += squares[i] - sums[i] * sums[i] / double(expected.size());
    return error / signal;
  }

  mlir::OwningOpRef<mlir::ModuleOp>
  factor(const RankChoice &ranks, std::vector<FactoredLayer> *what = nullptr) {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    auto layers = factorLayers(getMain(*copy), samples, ranks);
    if (failed(layers))
      return {};
    if (what)
      *what = *layers;
    return copy;
  }

  std::mt19937 generator{5};
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Samples samples;
};
} // namespace

TEST_F(FactorLayersTest, FindsLayers) {
  auto layers = findFactorableLayers(getMain(*module));
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0].name, "wide");
  EXPECT_EQ(layers[0].rows, 20);
  EXPECT_EQ(layers[0].columns, 24);
  // 10 * 44 < 480, 9 * 40 < 400, 3 * 24 < 80.
  EXPECT_EQ(layers[0].getMostRank(), 10);
  EXPECT_EQ(layers[1].getMostRank(), 9);
  EXPECT_EQ(layers[2].getMostRank(), 3);
}

TEST_F(FactorLayersTest, LosesNothingOfWhatIsOfLowRank) {
  setWeights(/*rank=*/3);
  std::vector<FactoredLayer> what;
  auto thin = factor({{0, 3}, {1, 3}}, &what);
  ASSERT_TRUE(thin);
  EXPECT_LT(getError(*thin), 1e-8);
  ASSERT_EQ(what.size(), 2u);
  EXPECT_EQ(what[0].name, "wide");
  EXPECT_EQ(what[0].rank, 3);
  EXPECT_NEAR(what[0].energy, 1.0, 1e-6);
  EXPECT_EQ(what[0].countWeightsBefore(), 480);
  EXPECT_EQ(what[0].countWeightsAfter(), 3 * 44);
  EXPECT_EQ(what[0].macsBefore, 480);
  EXPECT_EQ(what[0].macsAfter, 3 * 44);
}

TEST_F(FactorLayersTest, KeepsWhatWouldGrowAndWhatIsNotNamed) {
  std::vector<FactoredLayer> what;
  auto same = factor({{0, 11}, {2, 0}}, &what);
  ASSERT_TRUE(same);
  EXPECT_TRUE(what.empty());
  EXPECT_EQ(getError(*same), 0.0);
}

TEST_F(FactorLayersTest, TakesNoMoreDirectionsThanThereAre) {
  setWeights(/*rank=*/2);
  std::vector<FactoredLayer> what;
  auto thin = factor({{0, 8}}, &what);
  ASSERT_TRUE(thin);
  ASSERT_EQ(what.size(), 1u);
  EXPECT_EQ(what[0].rank, 2);
  EXPECT_LT(getError(*thin), 1e-8);
}

TEST_F(FactorLayersTest, CentresWhatIsBetween) {
  auto thin = factor({{1, 5}});
  ASSERT_TRUE(thin);
  mlir::Value inner;
  thin->walk([&](edge::FullyConnectedOp op) {
    if (edge::getLayerName(op) == "square/factor")
      inner = op.getResult();
  });
  ASSERT_TRUE(inner);
  auto interpreter = reference::Interpreter::create(getMain(*thin));
  ASSERT_TRUE(succeeded(interpreter));
  std::vector<double> sums(5), squares(5);
  auto add = [&](mlir::Value value, const Tensor &x) {
    for (size_t i = 0; value == inner && i != 5; ++i) {
      double element = double(x.getData<float>()[i]);
      sums[i] += element;
      squares[i] += element * element;
    }
  };
  for (const auto &sample : samples)
    ASSERT_TRUE(succeeded(interpreter->run(sample, add)));
  for (size_t i = 0; i != 5; ++i) {
    EXPECT_NEAR(sums[i] / 128, 0.0, 1e-4);
    EXPECT_NEAR(squares[i] / 128, 1.0, 0.5);
  }
}

TEST_F(FactorLayersTest, StudiesAndChooses) {
  setWeights(/*rank=*/3);
  auto study = studyRanks(getMain(*module), samples);
  ASSERT_TRUE(succeeded(study));
  ASSERT_EQ(study->size(), 3u);
  for (const LayerStudy &layer : *study)
    for (const LayerStudy::Level &level : layer.levels)
      if (level.rank >= 3)
        EXPECT_LT(level.noise, 1e-6) << layer.name << " " << level.rank;
  auto countWeights = [&](const RankChoice &ranks) {
    int64_t weights = 0;
    for (auto [number, layer] : llvm::enumerate(*study)) {
      auto rank = ranks.find(number);
      weights +=
          rank == ranks.end() ? layer.weights : rank->second * layer.perRank;
    }
    return weights;
  };
  int64_t last = countWeights({});
  for (double energy : {0.99999, 0.9, 0.6}) {
    RankChoice ranks = chooseRanks(*study, energy);
    EXPECT_LT(countWeights(ranks), last);
    last = countWeights(ranks);
    auto thin = factor(ranks);
    ASSERT_TRUE(thin);
    EXPECT_LT(getError(*thin), 1.5 * (1 - energy));
  }
  EXPECT_EQ(chooseRanks(*study, 0.9, {{0, 5}}).count(0), 0u);
}

TEST_F(FactorLayersTest, LaterLayersMakeUpForEarlierOnes) {
  // The inputs' own directions only: what is lost in front can be seen behind.
  setWeights(/*rank=*/6);
  auto one = factor({{0, 4}}), two = factor({{0, 4}, {1, 9}});
  ASSERT_TRUE(one && two);
  EXPECT_LT(getError(*two), getError(*one));
}
