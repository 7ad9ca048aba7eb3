//===- WeightRounding.h - Rounding weights together -------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_QUANTIZATION_WEIGHTROUNDING_H
#define EDGECC_PASSES_QUANTIZATION_WEIGHTROUNDING_H

#include "WeightedLayer.h"

#include <Eigen/Core>

namespace edgecc::quantization {

/// Rows of weights [outputs, depth] on one grid per row so that for each row
/// the error (w - target)ᵀ gram (w - target) is small. `gram` is symmetric
/// and positive definite.
class WeightRounding {
public:
  explicit WeightRounding(Eigen::MatrixXd gram);

  double getError(const Eigen::VectorXd &weights,
                  const Eigen::VectorXd &target) const {
    Eigen::VectorXd difference = weights - target;
    return difference.dot(gram * difference);
  }

  /// Each weight to the nearest.
  static Eigen::VectorXd roundNearest(const Eigen::VectorXd &target,
                                      const WeightGrid &grid);
  /// From `start`, which is on the grid, weight after weight goes where the
  /// error is least while the others stay, until none moves any more. The
  /// result's error is that of `start` or less.
  Eigen::VectorXd descend(Eigen::VectorXd start, const Eigen::VectorXd &target,
                          const WeightGrid &grid) const;
  /// One weight after the other is rounded, and those that are left move so as
  /// to make up for it (OBQ in a fixed order: Frantar et al. 2022). With
  /// `actOrder` those of the largest inputs come first.
  Eigen::VectorXd roundGptq(Eigen::VectorXd target, const WeightGrid &grid,
                            bool actOrder);

private:
  void factorize(bool actOrder);

  Eigen::MatrixXd gram;
  /// Of roundGptq: the order of the weights, and the upper factor of the
  /// inverse in that order.
  bool factorizedOrder = false;
  std::vector<int64_t> order;
  Eigen::MatrixXd factor;
};

} // namespace edgecc::quantization

#endif // EDGECC_PASSES_QUANTIZATION_WEIGHTROUNDING_H
