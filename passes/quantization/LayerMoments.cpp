//===- LayerMoments.cpp - What samples say of a layer's weights -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayerMoments.h"

#include "WeightedLayer.h"

#include <Eigen/Cholesky>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using reference::Tensor;
using reference::WeightedRows;

/// More rows tell little more of `depth` numbers.
static int64_t getMostRows(int64_t depth) {
  return std::clamp<int64_t>(8 * depth, 4096, 16384);
}

std::vector<int64_t> quantization::choosePixels(const WeightedRows &rows,
                                                size_t sample, size_t samples) {
  int64_t pixels = rows.getNumPixels();
  int64_t wanted = std::max<int64_t>(1, getMostRows(rows.getDepth()) /
                                            std::max<int64_t>(1, samples));
  int64_t stride = std::max<int64_t>(1, pixels / wanted);
  // Coprime with most widths, so that not the same columns are seen always.
  if (stride > 1)
    stride |= 1;
  std::vector<int64_t> chosen;
  for (int64_t at = int64_t(sample * 7) % stride; at < pixels; at += stride)
    chosen.push_back(at);
  return chosen;
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

MomentSums::MomentSums(int64_t depth, int64_t outputs, bool withGram)
    : withGram(withGram) {
  if (withGram)
    sums.gram = MatrixXd::Zero(depth, depth);
  sums.cross = MatrixXd::Zero(depth, outputs);
  sums.meanX = VectorXd::Zero(depth);
  sums.meanY = sums.varY = VectorXd::Zero(outputs);
}

void MomentSums::add(RowMatrix x, RowMatrix y) {
  if (shiftX.size() == 0) {
    shiftX = x.row(0);
    shiftY = y.row(0);
  }
  x.rowwise() -= shiftX;
  y.rowwise() -= shiftY;
  sums.meanX += x.colwise().sum().transpose().cast<double>();
  sums.meanY += y.colwise().sum().transpose().cast<double>();
  sums.varY += y.colwise().squaredNorm().transpose().cast<double>();
  sums.cross += (x.transpose() * y).cast<double>();
  if (withGram)
    sums.gram += (x.transpose() * x).cast<double>();
  sums.count += x.rows();
}

GroupMoments MomentSums::finish() {
  double count = double(std::max<int64_t>(1, sums.count));
  sums.meanX /= count;
  sums.meanY /= count;
  sums.varY = (sums.varY / count - sums.meanY.cwiseAbs2()).cwiseMax(0.0);
  sums.cross = sums.cross / count - sums.meanX * sums.meanY.transpose();
  if (withGram)
    sums.gram = sums.gram / count - sums.meanX * sums.meanX.transpose();
  if (shiftX.size() != 0) {
    sums.meanX += shiftX.transpose().cast<double>();
    sums.meanY += shiftY.transpose().cast<double>();
  }
  return std::move(sums);
}

//===----------------------------------------------------------------------===//
// Least squares
//===----------------------------------------------------------------------===//

MatrixXd quantization::dampGram(const GroupMoments &moments, double damping) {
  const MatrixXd &gram = moments.gram;
  VectorXd diagonal = gram.diagonal();
  double mean = diagonal.mean();
  // Nothing varies: each weight counts the same.
  if (!(mean > 0.0))
    return MatrixXd::Identity(gram.rows(), gram.cols());
  double squares = diagonal.squaredNorm();
  double together = gram.squaredNorm() - squares;
  double apart = diagonal.sum() * diagonal.sum() - squares;
  double chance = (apart + together) / (double(moments.count) * together);
  // Also where nothing varies together at all.
  double share = chance < 1.0 ? chance : 1.0;
  MatrixXd damped = (1.0 - share) * gram;
  damped.diagonal() = diagonal.array() + std::max(damping, 1e-4) * mean;
  return damped;
}

MatrixXd quantization::fitWeights(const MatrixXd &weights,
                                  const GroupMoments &moments, double damping) {
  // Fewer rows than weights would fit anything.
  double rows = double(moments.count), depth = double(weights.rows());
  Eigen::LLT<MatrixXd> cholesky(
      dampGram(moments, damping * (1.0 + depth / rows)));
  MatrixXd fitted =
      weights + cholesky.solve(moments.cross - moments.gram * weights);
  bool isSound = cholesky.info() == Eigen::Success && fitted.allFinite();
  return isSound ? fitted : weights;
}

//===----------------------------------------------------------------------===//
// Moments of layers
//===----------------------------------------------------------------------===//

namespace {
/// The sums of all groups of a layer.
class LayerSums {
public:
  LayerSums(const WeightedRows &rows, const LayerParameters &original,
            bool withGram)
      : rows(rows) {
    int64_t depth = rows.getDepth(), outputs = rows.getOutputs();
    Eigen::Map<const RowMatrix> all(
        std::as_const(original.weights).getData<float>().data(),
        rows.getGroups() * outputs, depth);
    Eigen::Map<const Eigen::VectorXf> bias(
        std::as_const(original.bias).getData<float>().data(),
        rows.getGroups() * outputs);
    for (int64_t group = 0; group != rows.getGroups(); ++group) {
      weights.push_back(all.middleRows(group * outputs, outputs));
      biases.push_back(bias.segment(group * outputs, outputs));
      sums.emplace_back(depth, outputs, withGram);
    }
  }

  void add(const Tensor &exact, const Tensor &rounded,
           ArrayRef<int64_t> pixels) {
    for (size_t at = 0; at < pixels.size(); at += kRowBlock)
      addBlock(exact, rounded,
               pixels.slice(at, std::min(kRowBlock, pixels.size() - at)));
  }

  std::vector<GroupMoments> finish() {
    std::vector<GroupMoments> moments;
    for (MomentSums &sum : sums)
      moments.push_back(sum.finish());
    return moments;
  }

private:
  void addBlock(const Tensor &exact, const Tensor &rounded,
                ArrayRef<int64_t> pixels) {
    int64_t depth = rows.getDepth(), count = int64_t(pixels.size());
    rows.gather(exact, pixels, exactTaps);
    rows.gather(rounded, pixels, roundedTaps);
    Eigen::Map<const RowMatrix> allExact(exactTaps.data(), count,
                                         rows.getGroups() * depth),
        allRounded(roundedTaps.data(), count, rows.getGroups() * depth);
    for (auto [group, sum] : llvm::enumerate(sums)) {
      RowMatrix y = (allExact.middleCols(int64_t(group) * depth, depth) *
                     weights[group].transpose())
                        .rowwise() +
                    biases[group].transpose();
      sum.add(allRounded.middleCols(int64_t(group) * depth, depth),
              std::move(y));
    }
  }

  const WeightedRows &rows;
  std::vector<RowMatrix> weights;
  std::vector<Eigen::VectorXf> biases;
  std::vector<MomentSums> sums;
  std::vector<float> exactTaps, roundedTaps;
};
} // namespace

/// Sums that are not finite are of no use.
static bool isUsable(const GroupMoments &moments) {
  return moments.count > 0 && moments.cross.allFinite() &&
         moments.gram.allFinite() && moments.meanX.allFinite() &&
         moments.meanY.allFinite() && moments.varY.allFinite();
}

std::optional<std::vector<GroupMoments>>
quantization::measureMoments(WeightedOpInterface layer,
                             const PairedValue &input, bool withGram) {
  std::optional<WeightedRows> rows = WeightedRows::create(layer);
  if (!rows || (withGram && rows->getDepth() > kMaxGramDepth))
    return std::nullopt;
  LayerSums sums(*rows, getOriginalParameters(layer), withGram);
  size_t samples = input.exact.size();
  for (size_t sample = 0; sample != samples; ++sample)
    sums.add(input.exact[sample], input.rounded[sample],
             choosePixels(*rows, sample, samples));
  std::vector<GroupMoments> moments = sums.finish();
  if (!llvm::all_of(moments, isUsable))
    return std::nullopt;
  return moments;
}

void quantization::correctMeans(WeightedOpInterface layer,
                                const RepairOptions &options,
                                ArrayRef<GroupMoments> moments) {
  SmallVector<double> scales;
  LayerParameters parameters = roundParameters(layer, options, &scales);
  ArrayRef<float> weights = std::as_const(parameters.weights).getData<float>();
  float *bias = parameters.bias.getData<float>().data();
  for (const GroupMoments &group : moments)
    for (double mean : group.meanY) {
      size_t depth = size_t(group.meanX.size());
      Eigen::Map<const Eigen::VectorXf> row(weights.data(), depth);
      *bias++ = float(mean - row.cast<double>().dot(group.meanX));
      weights = weights.drop_front(depth);
    }
  setParameters(layer, parameters, scales);
}

LogicalResult quantization::repairLayers(
    func::FuncOp func, ArrayRef<std::vector<reference::Tensor>> samples,
    const RepairOptions &options, bool withGram, MomentsFn repair) {
  PairedExecution execution(func, samples, options);
  return execution.run(
      [&](WeightedOpInterface layer, const PairedValue &input) {
        if (auto moments = measureMoments(layer, input, withGram))
          repair(layer, *moments);
        return success();
      });
}
