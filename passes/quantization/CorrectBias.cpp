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

static void correctLayer(WeightedOpInterface layer, Precision precision,
                         ArrayRef<GroupMoments> moments) {
  SmallVector<double> scales;
  LayerParameters parameters = roundParameters(layer, precision, &scales);
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
                                        Precision precision,
                                        ProgressFn progress) {
  PairedExecution execution(func, samples, precision);
  return execution.run(
      [&](WeightedOpInterface layer, const PairedValue &input) {
        auto moments = measureMoments(layer, input, /*withGram=*/false);
        if (moments)
          correctLayer(layer, precision, *moments);
        return success();
      },
      progress);
}

namespace {
struct CorrectBias : edgecc::impl::CorrectBiasBase<CorrectBias> {
  using CorrectBiasBase::CorrectBiasBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    auto tensors = readSampleFiles(func, *samples);
    if (failed(tensors) || failed(checkCalibrated(func)) ||
        failed(correctBias(func, *tensors, precision)))
      signalPassFailure();
  }
};
} // namespace
