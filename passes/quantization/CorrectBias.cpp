//===- CorrectBias.cpp - edge-correct-bias --------------------------------===//
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
#define GEN_PASS_DEF_CORRECTBIAS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;

static void correctLayer(WeightedOpInterface layer,
                         const RepairOptions &options,
                         ArrayRef<GroupMoments> moments) {
  SmallVector<double> scales;
  LayerParameters parameters = roundParameters(layer, options, &scales);
  const float *row = std::as_const(parameters.weights).getData<float>().data();
  MutableArrayRef<float> bias = parameters.bias.getData<float>();
  size_t channel = 0;
  for (const GroupMoments &group : moments)
    for (double mean : group.meanY) {
      Eigen::Map<const Eigen::VectorXf> weights(row, group.meanX.size());
      bias[channel++] = float(mean - weights.cast<double>().dot(group.meanX));
      row += group.meanX.size();
    }
  setParameters(layer, parameters, scales);
}

LogicalResult quantization::correctBias(func::FuncOp func, SampleList samples,
                                        const RepairOptions &options) {
  return repairLayers(
      func, samples, options, /*withGram=*/false,
      [&](WeightedOpInterface layer, ArrayRef<GroupMoments> moments) {
        correctLayer(layer, options, moments);
      });
}

namespace {
struct CorrectBias : edgecc::impl::CorrectBiasBase<CorrectBias> {
  using CorrectBiasBase::CorrectBiasBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    RepairOptions options;
    options.precision = precision;
    options.weightGroup = weightGroup;
    auto tensors = readSampleFiles(func, *samples);
    if (failed(tensors) || failed(checkCalibrated(func)) ||
        failed(correctBias(func, *tensors, options)))
      signalPassFailure();
  }
};
} // namespace
