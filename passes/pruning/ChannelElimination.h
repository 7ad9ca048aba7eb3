//===- ChannelElimination.h - Which inputs a layer misses least -*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_CHANNELELIMINATION_H
#define EDGECC_PASSES_PRUNING_CHANNELELIMINATION_H

#include "../quantization/LayerMoments.h"

namespace edgecc::pruning {

/// The weights of a layer while inputs are taken away from it, always fitted by
/// least squares to what the layer computed with all of them. With the inverse
/// H of the inputs' second moments, taking the inputs B away from weights W
/// raises the squared error by
///   tr(W_B' (H_BB)^-1 W_B),
/// and the best weights become W - H_:B (H_BB)^-1 W_B (the optimal brain
/// surgeon of Hassibi and Stork 1993, for whole blocks).
class InputElimination {
public:
  /// `weights` has one column per output.
  InputElimination(Eigen::MatrixXd weights,
                   const quantization::GroupMoments &moments, double damping);

  /// By how much the error rises, relative to the variance of what the layer
  /// computes, if these inputs go, too.
  double getLoss(llvm::ArrayRef<int64_t> inputs) const;
  void remove(llvm::ArrayRef<int64_t> inputs);

private:
  Eigen::MatrixXd weights, inverse;
  double variance;
};

} // namespace edgecc::pruning

#endif // EDGECC_PASSES_PRUNING_CHANNELELIMINATION_H
