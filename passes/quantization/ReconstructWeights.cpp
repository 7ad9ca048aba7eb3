//===- ReconstructWeights.cpp - edge-reconstruct-weights ------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayerMoments.h"
#include "SampleFiles.h"
#include "WeightRounding.h"
#include "WeightedLayer.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Quant/Repair.h"

namespace edgecc {
#define GEN_PASS_DEF_RECONSTRUCTWEIGHTS
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {
/// One layer's weights and bias on the way to their grid.
class Reconstruction {
public:
  Reconstruction(WeightedOpInterface layer, const ReconstructOptions &options)
      : options(options), precision(getWeightPrecision(layer, options)),
        original(getOriginalParameters(layer)), result(original),
        scales(size_t(original.bias.getNumElements())) {}

  /// Rounds the channels from `first` on, which are one group.
  void addGroup(int64_t first, const GroupMoments &moments);

  void apply(WeightedOpInterface layer) const {
    setParameters(layer, result, scales);
  }

private:
  VectorXd roundRow(WeightRounding &rounding, const VectorXd &target,
                    const WeightGrid &grid) const;
  MatrixXd getTargets(const MatrixXd &weights,
                      const GroupMoments &moments) const;

  const ReconstructOptions &options;
  Precision precision;
  LayerParameters original, result;
  SmallVector<double> scales;
};
} // namespace

/// Weights that fit what the rounded predecessors give: least squares, held at
/// the float weights by the damping. One column per output.
MatrixXd Reconstruction::getTargets(const MatrixXd &weights,
                                    const GroupMoments &moments) const {
  if (!options.fitInputs)
    return weights;
  return fitWeights(weights, moments, options.fitDamping);
}

/// The grid of a row with the least error of its output, as far as inputs are
/// independent.
static WeightGrid chooseRowGrid(const MatrixXd &gram, const VectorXd &target,
                                Precision precision, int64_t group) {
  Eigen::VectorXf row = target.cast<float>();
  Eigen::VectorXd diagonal = gram.diagonal();
  Eigen::VectorXf importance = (diagonal / diagonal.maxCoeff()).cast<float>();
  return chooseWeightGrid(ArrayRef<float>(row.data(), row.size()), precision,
                          group, /*minScale=*/0.0,
                          ArrayRef<float>(importance.data(), row.size()));
}

VectorXd Reconstruction::roundRow(WeightRounding &rounding,
                                  const VectorXd &target,
                                  const WeightGrid &grid) const {
  VectorXd best = WeightRounding::roundNearest(target, grid);
  if (options.rounding == Rounding::Nearest)
    return best;
  VectorXd start = best;
  if (options.rounding == Rounding::Gptq)
    start = rounding.roundGptq(target, grid, options.actOrder);
  VectorXd found = rounding.descend(start, target, grid);
  // Also false if anything is not a number.
  if (rounding.getError(found, target) < rounding.getError(best, target))
    best = found;
  return best;
}

void Reconstruction::addGroup(int64_t first, const GroupMoments &moments) {
  int64_t depth = moments.meanX.size(), outputs = moments.meanY.size();
  ArrayRef<float> weights = std::as_const(original.weights).getData<float>();
  Eigen::Map<const Eigen::MatrixXf> floatWeights(weights.data() + first * depth,
                                                 depth, outputs);
  MatrixXd damped = dampGram(moments, options.damping);
  MatrixXd targets = getTargets(floatWeights.cast<double>(), moments);
  WeightRounding rounding(damped);
  for (int64_t output = 0; output != outputs; ++output) {
    VectorXd target = targets.col(output);
    WeightGrid grid =
        chooseRowGrid(damped, target, precision, options.weightGroup);
    VectorXd rounded = roundRow(rounding, target, grid);
    float *row =
        result.weights.getData<float>().data() + (first + output) * depth;
    for (int64_t i = 0; i != depth; ++i)
      row[i] = float(rounded[i]);
    result.bias.getData<float>()[size_t(first + output)] =
        float(moments.meanY[output] - rounded.dot(moments.meanX));
    scales[size_t(first + output)] = grid.scale;
  }
}

LogicalResult
quantization::reconstructWeights(func::FuncOp func, SampleList samples,
                                 const ReconstructOptions &options) {
  const llvm::DenseSet<Operation *> shared = findSharedWeights(func);
  return repairLayers(
      func, samples, options, /*withGram=*/true,
      [&](WeightedOpInterface layer, ArrayRef<GroupMoments> moments) {
        if (shared.contains(layer))
          return correctMeans(layer, options, moments);
        Reconstruction reconstruction(layer, options);
        int64_t channel = 0;
        for (const GroupMoments &group : moments) {
          reconstruction.addGroup(channel, group);
          channel += group.meanY.size();
        }
        reconstruction.apply(layer);
      });
}

namespace {
struct ReconstructWeights
    : edgecc::impl::ReconstructWeightsBase<ReconstructWeights> {
  using ReconstructWeightsBase::ReconstructWeightsBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    auto tensors = readSampleFiles(func, *samples);
    if (failed(tensors) || failed(checkCalibrated(func)))
      return signalPassFailure();
    ReconstructOptions options;
    options.precision = precision;
    options.weightGroup = weightGroup;
    options.rounding = rounding;
    options.damping = damping;
    options.actOrder = actOrder;
    options.fitInputs = fitInputs;
    options.fitDamping = fitDamping;
    if (failed(reconstructWeights(func, *tensors, options)))
      signalPassFailure();
  }
};
} // namespace
