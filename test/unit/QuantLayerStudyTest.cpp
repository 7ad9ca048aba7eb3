//===- QuantLayerStudyTest.cpp - Damaged layers are found -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "QuantTesting.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/LayerStudy.h"
#include "edgecc/Quant/Sensitivity.h"

#include "gtest/gtest.h"

using namespace edgecc;
using namespace edgecc::quantization;
using namespace edgecc::testing;
using llvm::MutableArrayRef;
using reference::Tensor;

//===----------------------------------------------------------------------===//
// Damage
//===----------------------------------------------------------------------===//

/// Changes the values of a constant operand.
static void change(mlir::OpOperand &operand,
                   llvm::function_ref<void(MutableArrayRef<float>)> change) {
  Tensor tensor = *edge::getConstantTensor(operand.get());
  change(tensor.getData<float>());
  mlir::OpBuilder builder(operand.getOwner());
  operand.set(edge::createConstant<float>(
      builder, operand.get().getLoc(), tensor.getType(),
      std::as_const(tensor).getData<float>()));
}

static size_t countInputs(edge::WeightedOpInterface layer) {
  auto type = llvm::cast<mlir::RankedTensorType>(
      layer.getWeightsOperand().get().getType());
  return size_t(type.getShape().back());
}

/// Sets what a layer multiplies its input's channel 0 with.
static void setChannelWeights(edge::WeightedOpInterface layer, float value) {
  change(layer.getWeightsOperand(), [&](MutableArrayRef<float> weights) {
    for (size_t i = 0; i < weights.size(); i += countInputs(layer))
      weights[i] = value;
  });
}

/// Channel 0 of a layer's result becomes a constant: 0, or what `bias` says.
static void freezeChannel(edge::WeightedOpInterface layer, float bias) {
  auto channels =
      llvm::cast<mlir::RankedTensorType>(layer.getBiasOperand().get().getType())
          .getNumElements();
  change(layer.getWeightsOperand(), [&](MutableArrayRef<float> weights) {
    std::fill_n(weights.begin(), weights.size() / size_t(channels), 0.0f);
  });
  change(layer.getBiasOperand(),
         [&](MutableArrayRef<float> values) { values[0] = bias; });
}

//===----------------------------------------------------------------------===//
// The study
//===----------------------------------------------------------------------===//

namespace {
/// Three weighted layers, with pooling between them.
class QuantLayerStudy : public ::testing::Test {
protected:
  void SetUp() override {
    std::string binary =
        convertModel(EDGECC_TEST_DIR "/models/pytorch_cnn_opset11.onnxtxt");
    model = loadSimplified(binary, context);
    llvm::sys::fs::remove(binary);
    ASSERT_TRUE(model);
    samples = makeSamples(getMain(*model), 8);
    getMain(*model).walk(
        [&](edge::WeightedOpInterface op) { weighted.push_back(op); });
    ASSERT_EQ(weighted.size(), 3u);
  }

  std::vector<VariantResult> study(llvm::ArrayRef<Variant> variants) {
    StudyOptions options;
    auto quantize = [](mlir::ModuleOp module) {
      return runPasses(module, "edge-quantization");
    };
    options.quantize = quantize;
    auto results = studyVariants(getMain(*model), variants, samples, options);
    EXPECT_TRUE(succeeded(results));
    return succeeded(results) ? std::move(*results)
                              : std::vector<VariantResult>();
  }

  /// The operation of the layer that is worst in int8.
  mlir::Operation *findWorst() {
    auto layers = collectLayers(getMain(*model));
    std::vector<double> sqnr;
    for (const VariantResult &result : study(
             makeSingleVariants(layers.size(), Precision::S8, Precision::F32)))
      sqnr.push_back(result.outputSqnr);
    EXPECT_EQ(sqnr.size(), layers.size());
    if (sqnr.size() != layers.size())
      return nullptr;
    auto ranking = rankWorstFirst(sqnr, collectEdges(getMain(*model), layers));
    // The damage is real, and nobody else did it.
    EXPECT_LT(sqnr[ranking.front()], 20.0);
    return layers[ranking.front()].op;
  }

  void calibrateModel() {
    ASSERT_TRUE(succeeded(calibrate(getMain(*model), samples)));
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> model;
  Samples samples;
  llvm::SmallVector<edge::WeightedOpInterface> weighted;
};
} // namespace

namespace {
/// With the number of the weighted layer that is damaged.
class QuantDamage : public QuantLayerStudy,
                    public ::testing::WithParamInterface<size_t> {};
} // namespace

/// Weights that meet only zeros change nothing in float, but take the scale.
TEST_P(QuantDamage, HugeWeightsAreFound) {
  size_t damaged = GetParam();
  if (damaged == 0)
    for (auto &sample : samples)
      for (size_t i = 0; i < 12 * 12; ++i)
        sample[0].getData<float>()[i] = 0.0f; // The first of NCHW's channels.
  else
    freezeChannel(weighted[damaged - 1], 0.0f);
  setChannelWeights(weighted[damaged], 300.0f);
  calibrateModel();
  EXPECT_EQ(findWorst(), weighted[damaged]);
}

/// A channel that is large and unused takes the steps of the others: those of
/// the layer that computes it, or of the mean of its pixels behind it. Taking
/// the mean takes the layer's rounding away, but not its own.
TEST_P(QuantDamage, WildChannelsAreFound) {
  size_t damaged = GetParam();
  if (damaged + 1 == weighted.size())
    GTEST_SKIP() << "nobody takes the last layer's result";
  freezeChannel(weighted[damaged], 500.0f);
  setChannelWeights(weighted[damaged + 1], 0.0f);
  calibrateModel();
  mlir::Operation *wild = weighted[damaged];
  mlir::Operation *user = *wild->user_begin();
  EXPECT_EQ(findWorst(), llvm::isa<edge::AvgPoolOp>(user) ? user : wild);
}

/// A range that has been seen once, or that is cut off.
TEST_P(QuantDamage, WrongRangesAreFound) {
  for (double factor : {300.0, 0.02}) {
    calibrateModel();
    mlir::Value result = weighted[GetParam()]->getResult(0);
    Range range = *getRange(result);
    setRange(result, {range.min * factor, range.max * factor});
    // What only moves the values shares their type.
    for (mlir::Operation *user : result.getUsers())
      if (llvm::isa<edge::MaxPoolOp>(user))
        setRange(user->getResult(0), *getRange(result));
    EXPECT_EQ(findWorst(), weighted[GetParam()]) << factor;
  }
}

INSTANTIATE_TEST_SUITE_P(All, QuantDamage, ::testing::Values(0, 1, 2));

//===----------------------------------------------------------------------===//
// The study itself
//===----------------------------------------------------------------------===//

/// Executing only from where a variant differs computes what executing all of
/// it does.
TEST_F(QuantLayerStudy, VariantsComputeWhatTheWholeModelDoes) {
  calibrateModel();
  auto layers = collectLayers(getMain(*model));
  std::vector<Variant> variants =
      makeSingleVariants(layers.size(), Precision::S8, Precision::F32);
  std::vector<VariantResult> results = study(variants);
  ASSERT_EQ(results.size(), variants.size());
  for (auto [variant, result] : llvm::zip(variants, results)) {
    mlir::OwningOpRef<mlir::ModuleOp> copy((*model).clone());
    setPrecisions(getMain(*copy), collectLayers(getMain(*copy)), variant.mix);
    ASSERT_TRUE(succeeded(runPasses(*copy, "edge-quantization")));
    std::vector<Tensor> outputs = computeOutputs(*copy, samples);
    ASSERT_EQ(outputs.size(), result.outputs.size());
    for (auto [whole, part] : llvm::zip(outputs, result.outputs))
      EXPECT_EQ(whole.getRawData(), part.front().getRawData())
          << layers[variant.layer].name;
    EXPECT_LT(result.ownSqnr, 80.0) << layers[variant.layer].name;
    EXPECT_GT(result.ownSqnr, 20.0) << layers[variant.layer].name;
  }
}

TEST_F(QuantLayerStudy, NothingChangesInFloat) {
  calibrateModel();
  size_t count = collectLayers(getMain(*model)).size();
  std::vector<VariantResult> results =
      study({{0, PrecisionMix(count, Precision::F32)}});
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].ownSqnr, kMaxSqnr);
  EXPECT_EQ(results[0].outputSqnr, kMaxSqnr);
}

TEST(QuantRanking, SourcesComeBeforeThoseTheyHarm) {
  std::vector<LayerEdge> chain = {{0, 1, 0}, {1, 2, 0}};
  EXPECT_EQ(rankWorstFirst({10.4, 10.0, 30.0}, chain),
            (std::vector<unsigned>{0, 1, 2}));
  // Neighbours that differ clearly, and others, keep their order.
  EXPECT_EQ(rankWorstFirst({12.0, 10.0, 30.0}, chain),
            (std::vector<unsigned>{1, 0, 2}));
  EXPECT_EQ(rankWorstFirst({10.4, 30.0, 10.0}, chain),
            (std::vector<unsigned>{2, 0, 1}));
}

//===----------------------------------------------------------------------===//
// The path of precisions
//===----------------------------------------------------------------------===//

static std::vector<PrecisionOption> makeOptions(double noise, double cost) {
  return {{Precision::S8, noise, cost}, {Precision::F32, 0.0, 4 * cost}};
}

TEST(QuantPath, BettersWhatGainsMostForItsCost) {
  auto path = planPath(
      {makeOptions(1.0, 10), makeOptions(5.0, 10), makeOptions(6.0, 100)}, {});
  auto s8 = Precision::S8, f32 = Precision::F32;
  EXPECT_EQ(path,
            (std::vector<PrecisionMix>{
                {s8, s8, s8}, {s8, f32, s8}, {f32, f32, s8}, {f32, f32, f32}}));
}

TEST(QuantPath, NeighboursSaveConversions) {
  // Between two float layers, float costs less than converting twice.
  auto path = planPath({makeOptions(9.0, 10), makeOptions(0.1, 10),
                        makeOptions(8.0, 10), makeOptions(1.0, 10)},
                       {{0, 1, 20}, {1, 2, 20}, {2, 3, 1}});
  ASSERT_EQ(path.size(), 5u);
  EXPECT_EQ(path[3][1], Precision::F32);
  EXPECT_EQ(path[3][3], Precision::S8);
}

TEST(QuantPath, LeavesOutWhatIsNoUse) {
  auto path = planPath({{{Precision::S8, 1.0, 10},
                         {Precision::S16x8, 2.0, 20},
                         {Precision::F32, 0.0, 5}}},
                       {});
  EXPECT_EQ(path, (std::vector<PrecisionMix>{{Precision::F32}}));
}
