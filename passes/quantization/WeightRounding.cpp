//===- WeightRounding.cpp - Rounding weights together ---------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WeightRounding.h"

#include "llvm/ADT/STLExtras.h"

#include <Eigen/Cholesky>

#include <numeric>

using namespace edgecc;
using namespace edgecc::quantization;
using Eigen::MatrixXd;
using Eigen::VectorXd;

WeightRounding::WeightRounding(MatrixXd gram) : gram(std::move(gram)) {}

VectorXd WeightRounding::roundNearest(const VectorXd &target,
                                      const WeightGrid &grid) {
  VectorXd rounded(target.size());
  for (int64_t i = 0; i != target.size(); ++i)
    rounded[i] = snapToGrid(grid, i, target[i]);
  return rounded;
}

VectorXd WeightRounding::descend(VectorXd start, const VectorXd &target,
                                 const WeightGrid &grid) const {
  constexpr int kMaxSweeps = 16;
  VectorXd weights = std::move(start);
  VectorXd slope = gram * (weights - target);
  for (int sweep = 0; sweep != kMaxSweeps; ++sweep) {
    bool moved = false;
    for (int64_t i = 0; i != weights.size(); ++i) {
      double curvature = gram(i, i);
      double best = snapToGrid(grid, i, weights[i] - slope[i] / curvature);
      double step = best - weights[i];
      // A tie does not count, so that the end is reached.
      if (step == 0.0 || step * (2.0 * slope[i] + step * curvature) >
                             -1e-9 * step * step * curvature)
        continue;
      weights[i] = best;
      slope += step * gram.col(i);
      moved = true;
    }
    if (!moved)
      break;
  }
  return weights;
}

/// Inverse = factorᵀ factor, with an upper factor, from the Cholesky
/// decomposition of the matrix in reverse order, which needs no inverse twice:
/// P gram P = L Lᵀ gives gram⁻¹ = (P L⁻¹ P)ᵀ (P L⁻¹ P), and P L⁻¹ P is upper.
void WeightRounding::factorize(bool actOrder) {
  if (factor.size() != 0 && factorizedOrder == actOrder)
    return;
  factorizedOrder = actOrder;
  int64_t depth = gram.rows();
  order.resize(size_t(depth));
  std::iota(order.begin(), order.end(), 0);
  if (actOrder)
    llvm::stable_sort(
        order, [&](int64_t a, int64_t b) { return gram(a, a) > gram(b, b); });
  MatrixXd reversed(depth, depth);
  for (int64_t i = 0; i != depth; ++i)
    for (int64_t j = 0; j != depth; ++j)
      reversed(i, j) =
          gram(order[size_t(depth - 1 - i)], order[size_t(depth - 1 - j)]);
  MatrixXd inverse = MatrixXd::Identity(depth, depth);
  Eigen::LLT<MatrixXd> cholesky(reversed);
  cholesky.matrixL().solveInPlace(inverse);
  factor = inverse.reverse();
}

VectorXd WeightRounding::roundGptq(VectorXd target, const WeightGrid &grid,
                                   bool actOrder) {
  factorize(actOrder);
  int64_t depth = target.size();
  VectorXd left(depth), rounded(depth);
  for (int64_t i = 0; i != depth; ++i)
    left[i] = target[order[size_t(i)]];
  for (int64_t i = 0; i != depth; ++i) {
    int64_t at = order[size_t(i)];
    rounded[at] = snapToGrid(grid, at, left[i]);
    double error = (left[i] - rounded[at]) / factor(i, i);
    left.tail(depth - i) -= error * factor.row(i).tail(depth - i).transpose();
  }
  return rounded;
}
