//===- EqualizeLayers.cpp - edge-equalize-layers --------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelScaling.h"
#include "SampleFiles.h"
#include "WeightedLayer.h"

#include "edgecc/Passes/Passes.h"

#include <cmath>

namespace edgecc {
#define GEN_PASS_DEF_EQUALIZELAYERS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;

namespace {
/// A layer and those that take what it computes.
struct LayerPair {
  WeightedOpInterface producer;
  SmallVector<WeightedOpInterface> consumers;
  std::optional<double> clampMax;
};
} // namespace

/// A layer that could give its channels in another scale, but for an upper
/// bound of what it computes.
static std::optional<LayerPair> matchPair(WeightedOpInterface producer) {
  if (producer->getNumResults() != 1 || !hasConstantWeights(producer))
    return std::nullopt;
  LayerPair pair{producer, {}, {}};
  if (auto clampable =
          dyn_cast<edge::ClampableOpInterface>(producer.getOperation())) {
    std::optional<APFloat> min = clampable.getClampMin(),
                           max = clampable.getClampMax();
    if (min && !min->isZero())
      return std::nullopt;
    if (max)
      pair.clampMax = max->convertToFloat();
  }
  auto consumers = getScalableConsumers(producer->getResult(0));
  if (!consumers)
    return std::nullopt;
  pair.consumers = std::move(*consumers);
  return pair;
}

/// Leaves a channel alone unless its values stay well below the bound, before
/// and after it is scaled.
static void respectClamp(ChannelValues &factors, ArrayRef<double> values,
                         double clampMax) {
  constexpr double kMargin = 1.5;
  for (auto [factor, value] : llvm::zip_equal(factors, values))
    if (value * kMargin > clampMax * std::min(1.0, factor))
      factor = 1.0;
}

static ChannelValues getRowRanges(WeightedOpInterface layer) {
  LayerParameters parameters = getParameters(layer);
  ArrayRef<float> weights = std::as_const(parameters.weights).getData<float>();
  ChannelValues ranges(size_t(parameters.bias.getNumElements()));
  size_t depth = weights.size() / std::max<size_t>(1, ranges.size());
  for (size_t i = 0; i != weights.size(); ++i)
    ranges[i / depth] =
        std::max(ranges[i / depth], std::abs(double(weights[i])));
  return ranges;
}

static bool applyFactors(const LayerPair &pair, ArrayRef<double> factors) {
  if (llvm::all_of(factors, [](double f) { return std::abs(f - 1) < 1e-3; }))
    return false;
  divideOutputs(pair.producer, factors);
  for (WeightedOpInterface consumer : pair.consumers)
    scaleInputs(consumer, factors);
  forgetRanges(pair.producer->getResult(0));
  return true;
}

/// Weights only, as in the paper; a layer between two pairs is changed by both,
/// so that it takes a few rounds until nothing moves.
static void balanceWeights(ArrayRef<LayerPair> pairs, double strength) {
  constexpr int kMaxRounds = 10;
  bool changed = true;
  for (int round = 0; round != kMaxRounds && changed; ++round) {
    changed = false;
    for (const LayerPair &pair : pairs)
      if (!pair.clampMax)
        changed |= applyFactors(
            pair,
            chooseFactors(getRowRanges(pair.producer),
                          getConsumerRanges(pair.consumers, false), strength));
  }
}

static LogicalResult balanceActivations(func::FuncOp func, SampleList samples,
                                        ArrayRef<LayerPair> pairs,
                                        double strength) {
  SmallVector<Value> values;
  for (const LayerPair &pair : pairs)
    values.push_back(pair.producer->getResult(0));
  auto ranges = measureChannels(func, samples, values);
  if (failed(ranges))
    return failure();
  for (const LayerPair &pair : pairs) {
    const ChannelValues &range = (*ranges)[pair.producer->getResult(0)];
    double share = areDepthwise(pair.consumers) ? 1.0 : strength;
    ChannelValues factors =
        chooseFactors(range, getConsumerRanges(pair.consumers, true), share);
    if (pair.clampMax)
      respectClamp(factors, range, *pair.clampMax);
    applyFactors(pair, factors);
  }
  return success();
}

LogicalResult quantization::equalizeLayers(func::FuncOp func,
                                           SampleList samples,
                                           const EqualizeOptions &options) {
  SmallVector<LayerPair> pairs;
  for (auto layer : func.getOps<WeightedOpInterface>())
    if (std::optional<LayerPair> pair = matchPair(layer))
      pairs.push_back(std::move(*pair));
  if (options.balance == Balance::Activations)
    return balanceActivations(func, samples, pairs, options.strength);
  balanceWeights(pairs, options.strength);
  return success();
}

namespace {
struct EqualizeLayers : edgecc::impl::EqualizeLayersBase<EqualizeLayers> {
  using EqualizeLayersBase::EqualizeLayersBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    std::vector<std::vector<reference::Tensor>> tensors;
    if (balance == Balance::Activations) {
      auto read = readSampleFiles(func, *samples);
      if (failed(read))
        return signalPassFailure();
      tensors = std::move(*read);
    }
    if (failed(equalizeLayers(func, tensors, {balance, strength})))
      signalPassFailure();
  }
};
} // namespace
