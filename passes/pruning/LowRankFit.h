//===- LowRankFit.h - The best weights of a rank ----------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PRUNING_LOWRANKFIT_H
#define EDGECC_PASSES_PRUNING_LOWRANKFIT_H

#include "BatchExecution.h"

#include <Eigen/Core>

namespace edgecc::pruning {

/// The directions in which values vary: orthonormal columns, with what each has
/// of the variance, the most first. Empty where there are none to be had.
struct Directions {
  Eigen::MatrixXd vectors;
  Eigen::VectorXd variances;

  /// Of a covariance.
  static Directions find(const Eigen::MatrixXd &covariance);
  /// Of `weights` x, where x has the covariance `gram`.
  static Directions find(const Eigen::MatrixXd &weights,
                         const Eigen::MatrixXd &gram);

  bool isEmpty() const { return variances.size() == 0; }
  /// Those in which there is more than rounding.
  int64_t count() const;
  /// The share of the variance that so many of them have.
  double getEnergy(int64_t rank) const;
  /// How much each is multiplied with so that all of `rank` values have
  /// variance 1, and suit integers of one scale.
  Eigen::VectorXd getScales(int64_t rank) const;
};

/// second (first x + shift) + bias, with as many rows in `first` as the rank.
struct Factors {
  Eigen::MatrixXd first, second;
  Eigen::VectorXd shift, bias;
};

/// Fits two thin layers to one that computes `weights` x + `bias`.
class LowRankFit {
public:
  /// `exact` is what x was, `thin` what layers in front of this one make of it
  /// now.
  LowRankFit(const Eigen::MatrixXd &weights, const Eigen::VectorXd &bias,
             const Column &exact, const Column &thin);

  /// Those in which the result varies; none where values are not finite.
  const Directions &getDirections() const { return directions; }
  /// The best of a rank, which getDirections has.
  Factors solve(int64_t rank) const;

private:
  /// The means of x and of the result.
  Eigen::VectorXd meanX, meanY;
  /// Of full rank.
  Eigen::MatrixXd fitted;
  Directions directions;
};

} // namespace edgecc::pruning

#endif // EDGECC_PASSES_PRUNING_LOWRANKFIT_H
