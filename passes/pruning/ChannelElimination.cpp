//===- ChannelElimination.cpp - Which inputs a layer misses least ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ChannelElimination.h"

#include <Eigen/Cholesky>

using namespace edgecc;
using namespace edgecc::pruning;
using Eigen::MatrixXd;

InputElimination::InputElimination(MatrixXd weights,
                                   const quantization::GroupMoments &moments,
                                   double damping)
    : weights(std::move(weights)),
      variance(std::max(moments.varY.sum(), 1e-30)) {
  MatrixXd gram = quantization::dampGram(moments, damping);
  inverse = Eigen::LLT<MatrixXd>(gram).solve(
      MatrixXd::Identity(gram.rows(), gram.cols()));
}

/// The rows or rows and columns of some inputs.
static MatrixXd takeRows(const MatrixXd &matrix,
                         llvm::ArrayRef<int64_t> inputs) {
  MatrixXd rows(inputs.size(), matrix.cols());
  for (size_t i = 0; i != inputs.size(); ++i)
    rows.row(int64_t(i)) = matrix.row(inputs[i]);
  return rows;
}

static MatrixXd takeBlock(const MatrixXd &matrix,
                          llvm::ArrayRef<int64_t> inputs) {
  MatrixXd block(inputs.size(), inputs.size());
  for (size_t i = 0; i != inputs.size(); ++i)
    for (size_t j = 0; j != inputs.size(); ++j)
      block(int64_t(i), int64_t(j)) = matrix(inputs[i], inputs[j]);
  return block;
}

double InputElimination::getLoss(llvm::ArrayRef<int64_t> inputs) const {
  MatrixXd rows = takeRows(weights, inputs);
  MatrixXd solved =
      Eigen::LLT<MatrixXd>(takeBlock(inverse, inputs)).solve(rows);
  return rows.cwiseProduct(solved).sum() / variance;
}

void InputElimination::remove(llvm::ArrayRef<int64_t> inputs) {
  // Symmetric: rows are columns.
  MatrixXd columns = takeRows(inverse, inputs);
  Eigen::LLT<MatrixXd> block(takeBlock(inverse, inputs));
  weights -= columns.transpose() * block.solve(takeRows(weights, inputs));
  inverse -= columns.transpose() * block.solve(columns);
  for (int64_t input : inputs) {
    weights.row(input).setZero();
    inverse.row(input).setZero();
    inverse.col(input).setZero();
    inverse(input, input) = 1.0;
  }
}
