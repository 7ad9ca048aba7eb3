//===- LayerMoments.cpp - What samples say of a layer's weights -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayerMoments.h"

#include "WeightedLayer.h"

#include "edgecc/Reference/WeightedRows.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::quantization;
using edge::WeightedOpInterface;
using reference::Tensor;
using reference::WeightedRows;
using RowMatrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// More rows tell little more of `depth` numbers.
static int64_t getMostRows(int64_t depth) {
  return std::clamp<int64_t>(8 * depth, 4096, 16384);
}

/// Pixels of sample number `sample`: evenly spaced, as far apart as all samples
/// together allow.
static std::vector<int64_t> choosePixels(const WeightedRows &rows,
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

namespace {
/// Sums over rows, from which the moments come.
class MomentSums {
public:
  MomentSums(const WeightedRows &rows, const LayerParameters &original,
             bool withGram)
      : rows(rows), withGram(withGram) {
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
      GroupMoments &sum = sums.emplace_back();
      if (withGram)
        sum.gram = Eigen::MatrixXd::Zero(depth, depth);
      sum.cross = Eigen::MatrixXd::Zero(depth, outputs);
      sum.meanX = Eigen::VectorXd::Zero(depth);
      sum.meanY = sum.varY = Eigen::VectorXd::Zero(outputs);
    }
  }

  void add(const Tensor &exact, const Tensor &rounded,
           ArrayRef<int64_t> pixels) {
    constexpr size_t kBlock = 256;
    for (size_t at = 0; at < pixels.size(); at += kBlock)
      addBlock(exact, rounded,
               pixels.slice(at, std::min(kBlock, pixels.size() - at)));
  }

  std::vector<GroupMoments> finish() {
    for (GroupMoments &sum : sums) {
      double count = double(std::max<int64_t>(1, sum.count));
      sum.meanX /= count;
      sum.meanY /= count;
      sum.varY = (sum.varY / count - sum.meanY.cwiseAbs2()).cwiseMax(0.0);
      sum.cross = sum.cross / count - sum.meanX * sum.meanY.transpose();
      if (withGram)
        sum.gram = sum.gram / count - sum.meanX * sum.meanX.transpose();
    }
    for (auto [group, sum] : llvm::enumerate(sums))
      if (group < shiftX.size()) {
        sum.meanX += shiftX[group].transpose().cast<double>();
        sum.meanY += shiftY[group].transpose().cast<double>();
      }
    return std::move(sums);
  }

private:
  /// Products of a block in float, sums of blocks in double.
  void addBlock(const Tensor &exact, const Tensor &rounded,
                ArrayRef<int64_t> pixels) {
    int64_t depth = rows.getDepth(), count = int64_t(pixels.size());
    rows.gather(exact, pixels, exactTaps);
    rows.gather(rounded, pixels, roundedTaps);
    Eigen::Map<const RowMatrix> allExact(exactTaps.data(), count,
                                         rows.getGroups() * depth),
        allRounded(roundedTaps.data(), count, rows.getGroups() * depth);
    for (auto [group, sum] : llvm::enumerate(sums)) {
      RowMatrix x = allRounded.middleCols(int64_t(group) * depth, depth);
      RowMatrix y = (allExact.middleCols(int64_t(group) * depth, depth) *
                     weights[group].transpose())
                        .rowwise() +
                    biases[group].transpose();
      // Differences from the first row lose nothing where values vary little
      // about a large mean.
      if (shiftX.size() == group) {
        shiftX.push_back(x.row(0));
        shiftY.push_back(y.row(0));
      }
      x.rowwise() -= shiftX[group];
      y.rowwise() -= shiftY[group];
      sum.meanX += x.colwise().sum().transpose().cast<double>();
      sum.meanY += y.colwise().sum().transpose().cast<double>();
      sum.varY += y.colwise().squaredNorm().transpose().cast<double>();
      sum.cross += (x.transpose() * y).cast<double>();
      if (withGram)
        sum.gram += (x.transpose() * x).cast<double>();
      sum.count += count;
    }
  }

  const WeightedRows &rows;
  bool withGram;
  std::vector<RowMatrix> weights;
  std::vector<Eigen::VectorXf> biases;
  std::vector<Eigen::RowVectorXf> shiftX, shiftY;
  std::vector<GroupMoments> sums;
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
  MomentSums sums(*rows, getOriginalParameters(layer), withGram);
  size_t samples = input.exact.size();
  for (size_t sample = 0; sample != samples; ++sample)
    sums.add(input.exact[sample], input.rounded[sample],
             choosePixels(*rows, sample, samples));
  std::vector<GroupMoments> moments = sums.finish();
  if (!llvm::all_of(moments, isUsable))
    return std::nullopt;
  return moments;
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
