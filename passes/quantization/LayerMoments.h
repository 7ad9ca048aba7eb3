//===- LayerMoments.h - What samples say of a layer's weights ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_LAYERMOMENTS_H
#define EDGECC_PASSES_QUANTIZATION_LAYERMOMENTS_H

#include "PairedExecution.h"

#include "edgecc/Reference/WeightedRows.h"

#include <Eigen/Core>

namespace edgecc::quantization {

/// First and second moments of one group of a weighted layer over the pixels of
/// all samples. x is a row of taps as rounded predecessors give it, y the sums
/// that the float layer makes of exact taps, before it clamps. The squared
/// error of weights w with the best bias, for an output o, is
///   varY[o] - 2 w·cross[:, o] + wᵀ gram w.
struct GroupMoments {
  Eigen::MatrixXd gram;  ///< covariance of x, [depth, depth]; may be empty
  Eigen::MatrixXd cross; ///< covariance of x and y, [depth, outputs]
  Eigen::VectorXd meanX, meanY, varY;
  /// The pixels that were looked at.
  int64_t count = 0;
};

using RowMatrix =
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Sums over rows, from which the moments of a group come.
class MomentSums {
public:
  MomentSums(int64_t depth, int64_t outputs, bool withGram);

  /// Adds rows of taps and of the sums that they should give. Products are
  /// taken in float, sums of many rows in double: a few hundred at a time.
  void add(RowMatrix x, RowMatrix y);
  GroupMoments finish();

private:
  bool withGram;
  GroupMoments sums;
  /// The first row. Differences from it lose nothing where values vary little
  /// about a large mean.
  Eigen::RowVectorXf shiftX, shiftY;
};

/// How many rows are added at a time.
inline constexpr size_t kRowBlock = 256;

/// Pixels of sample number `sample` to look at: evenly spaced, as far apart as
/// all samples together allow.
std::vector<int64_t> choosePixels(const reference::WeightedRows &rows,
                                  size_t sample, size_t samples);

/// Second moments that are positive definite, whatever the samples are. Few
/// samples tell little of how inputs vary together: such moments shrink towards
/// their diagonal as far as they may be chance (Schäfer and Strimmer 2005, for
/// normal variables).
Eigen::MatrixXd dampGram(const GroupMoments &moments, double damping);

/// The weights, one column per output, that fit the moments by least squares;
/// the damping holds them at `weights`.
Eigen::MatrixXd fitWeights(const Eigen::MatrixXd &weights,
                           const GroupMoments &moments, double damping);

/// Layers deeper than this have no second moments.
inline constexpr int64_t kMaxGramDepth = 4096;

/// The moments of all groups. Of large images only every n-th pixel is looked
/// at, another first one in each sample, so that the time is bounded.
/// `withGram`: second moments of x, too; nothing if the layer is too deep for
/// them or of a kind whose rows are not known.
std::optional<std::vector<GroupMoments>>
measureMoments(edge::WeightedOpInterface layer, const PairedValue &input,
               bool withGram);

/// Rounds weights as if nothing were repaired, and gives each output the mean
/// that it has without rounding.
void correctMeans(edge::WeightedOpInterface layer, const RepairOptions &options,
                  llvm::ArrayRef<GroupMoments> moments);

/// What a repair does to a layer with its moments.
using MomentsFn = llvm::function_ref<void(edge::WeightedOpInterface,
                                          llvm::ArrayRef<GroupMoments>)>;

/// Runs the network exact and rounded, and calls `repair` for each weighted
/// layer that has moments before its rounded result is computed.
llvm::LogicalResult
repairLayers(mlir::func::FuncOp func,
             llvm::ArrayRef<std::vector<reference::Tensor>> samples,
             const RepairOptions &options, bool withGram, MomentsFn repair);

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_LAYERMOMENTS_H
