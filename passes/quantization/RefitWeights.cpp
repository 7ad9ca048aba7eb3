//===- RefitWeights.cpp - edge-refit-weights ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayerMoments.h"
#include "SampleFiles.h"
#include "WeightedLayer.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/Repair.h"

namespace edgecc {
#define GEN_PASS_DEF_REFITWEIGHTS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;
using Eigen::VectorXd;

/// The factor of a channel's weights with the least squared error, held near 1
/// as far as the noise of the samples at hand may be all that it fits: factors
/// are expected to be off by kSpread.
static double fitScale(const VectorXd &weights, int64_t output,
                       const GroupMoments &moments) {
  constexpr double kSpread = 0.02, kMost = 1.5;
  double variance = weights.dot(moments.gram * weights);
  double covariance = weights.dot(moments.cross.col(output));
  double noise =
      std::max(0.0, moments.varY[output] - 2.0 * covariance + variance);
  double hold = noise / (double(moments.count) * kSpread * kSpread);
  double factor = (covariance + hold) / (variance + hold);
  return std::isfinite(factor) ? std::clamp(factor, 1.0 / kMost, kMost) : 1.0;
}

static void refitLayer(WeightedOpInterface layer, const RepairOptions &options,
                       ArrayRef<GroupMoments> moments) {
  SmallVector<double> scales;
  LayerParameters parameters = roundParameters(layer, options, &scales);
  MutableArrayRef<float> weights = parameters.weights.getData<float>(),
                         bias = parameters.bias.getData<float>();
  int64_t channel = 0;
  for (const GroupMoments &group : moments)
    for (int64_t output = 0; output != group.meanY.size(); ++output) {
      int64_t depth = group.meanX.size();
      Eigen::Map<Eigen::VectorXf> row(weights.data() + channel * depth, depth);
      VectorXd values = row.cast<double>();
      double factor = fitScale(values, output, group);
      row = (values * factor).cast<float>();
      bias[channel] =
          float(group.meanY[output] - factor * values.dot(group.meanX));
      scales[channel] *= factor;
      ++channel;
    }
  setParameters(layer, parameters, scales);
}

LogicalResult quantization::refitWeights(func::FuncOp func, SampleList samples,
                                         const RepairOptions &options) {
  return repairLayers(
      func, samples, options, /*withGram=*/true,
      [&](WeightedOpInterface layer, ArrayRef<GroupMoments> moments) {
        refitLayer(layer, options, moments);
      });
}

namespace {
struct RefitWeights : edgecc::impl::RefitWeightsBase<RefitWeights> {
  using RefitWeightsBase::RefitWeightsBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    RepairOptions options;
    options.precision = precision;
    options.weightGroup = weightGroup;
    auto tensors = readSampleFiles(func, *samples);
    if (failed(tensors) || failed(checkCalibrated(func)) ||
        failed(refitWeights(func, *tensors, options)))
      signalPassFailure();
  }
};
} // namespace
