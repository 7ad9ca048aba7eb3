//===- LowRankFit.cpp - The best weights of a rank ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LowRankFit.h"

#include "../quantization/LayerMoments.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

using namespace edgecc;
using namespace edgecc::pruning;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using quantization::GroupMoments;
using quantization::MomentSums;
using quantization::RowMatrix;
using reference::Tensor;

/// Held against second moments of few samples, relative to their mean.
static constexpr double kGramDamping = 1e-3;
/// Held against weights that make up for what is lost in front of them.
static constexpr double kFitDamping = 0.1;

//===----------------------------------------------------------------------===//
// Directions
//===----------------------------------------------------------------------===//

Directions Directions::find(const MatrixXd &covariance) {
  Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance);
  if (solver.info() != Eigen::Success)
    return {};
  // Noise makes variances of nothing negative.
  return {solver.eigenvectors().rowwise().reverse(),
          solver.eigenvalues().reverse().cwiseMax(0.0)};
}

/// Many results of few inputs by way of the inputs' directions.
Directions Directions::find(const MatrixXd &weights, const MatrixXd &gram) {
  if (weights.rows() <= weights.cols())
    return find(weights * gram * weights.transpose());
  MatrixXd root = Eigen::LLT<MatrixXd>(gram).matrixL();
  MatrixXd scaled = weights * root;
  Directions directions = find(scaled.transpose() * scaled);
  if (!directions.isEmpty())
    directions.vectors = scaled * directions.vectors;
  directions.vectors.colwise().normalize();
  return directions;
}

int64_t Directions::count() const {
  return (variances.array() > variances[0] * 1e-10).count();
}

double Directions::getEnergy(int64_t rank) const {
  double all = variances.sum();
  rank = std::min<int64_t>(rank, variances.size());
  return all > 0.0 ? variances.head(rank).sum() / all : 1.0;
}

VectorXd Directions::getScales(int64_t rank) const {
  double least = std::max(variances[0] * 1e-12, 1e-30);
  return variances.head(rank).cwiseMax(least).cwiseSqrt().cwiseInverse();
}

//===----------------------------------------------------------------------===//
// Fits
//===----------------------------------------------------------------------===//

static RowMatrix getRows(const Tensor &tensor) {
  int64_t depth = tensor.getShape().back();
  return Eigen::Map<const RowMatrix>(
      tensor.getData<float>().data(),
      tensor.getNumElements() / std::max<int64_t>(1, depth), depth);
}

/// Of the inputs that are there and of what they should give.
static GroupMoments measure(const MatrixXd &weights, const VectorXd &bias,
                            const Column &exact, const Column &thin) {
  MomentSums sums(weights.cols(), weights.rows(), /*withGram=*/true);
  RowMatrix rows = weights.cast<float>();
  for (auto [before, after] : llvm::zip_equal(exact, thin)) {
    RowMatrix y = getRows(before) * rows.transpose();
    y.rowwise() += bias.transpose().cast<float>();
    sums.add(getRows(after), std::move(y));
  }
  return sums.finish();
}

LowRankFit::LowRankFit(const MatrixXd &weights, const VectorXd &bias,
                       const Column &exact, const Column &thin) {
  GroupMoments moments = measure(weights, bias, exact, thin);
  if (!moments.gram.allFinite() || !moments.cross.allFinite())
    return;
  meanX = moments.meanX;
  meanY = moments.meanY;
  fitted = quantization::fitWeights(weights.transpose(), moments, kFitDamping)
               .transpose();
  directions =
      Directions::find(fitted, quantization::dampGram(moments, kGramDamping));
}

/// With U the directions of W x, W ~ U U' W.
Factors LowRankFit::solve(int64_t rank) const {
  VectorXd scales = directions.getScales(rank);
  auto vectors = directions.vectors.leftCols(rank);
  Factors factors;
  factors.first = scales.asDiagonal() * (vectors.transpose() * fitted);
  factors.second = vectors * scales.cwiseInverse().asDiagonal();
  factors.shift = -(factors.first * meanX);
  factors.bias = meanY;
  return factors;
}
