//===- MatrixProduct.cpp - Reference semantics of matrix products ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StridedAccess.h"
#include "Weighted.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

LogicalResult FullyConnectedOp::evaluate(ArrayRef<Tensor> operands,
                                         MutableArrayRef<Tensor> results) {
  int64_t outputs = operands[1].getDim(0), depth = operands[1].getDim(1);
  int64_t rows = outputs ? results[0].getNumElements() / outputs : 0;
  return evaluateWeighted(
      *this, operands, results[0],
      [&](const auto *input, const auto *weights, auto *output) {
        multiplyByTransposed(input, weights, output, rows, outputs, depth,
                             outputs);
      });
}

/// The tensor with its matrices repeated along the leading axes of `shape`.
static Tensor broadcastMatrices(const Tensor &tensor, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> target(shape.drop_back(2));
  llvm::append_range(target, tensor.getShape().take_back(2));
  return broadcastTo(tensor, target);
}

LogicalResult MatMulOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  if (failed(checkF32(*this, operands)))
    return failure();
  Tensor &result = results[0];
  Tensor lhs = broadcastMatrices(operands[0], result.getShape());
  Tensor rhs = broadcastMatrices(operands[1], result.getShape());
  auto [m, k] =
      std::pair(lhs.getShape().take_back(2)[0], lhs.getShape().back());
  int64_t n = rhs.getShape().back();
  const float *left = std::as_const(lhs).getData<float>().data();
  const float *right = std::as_const(rhs).getData<float>().data();
  MutableArrayRef<float> out = result.getData<float>();
  std::vector<float> columns(n * k);
  for (float *at = out.begin(); at != out.end(); at += m * n) {
    copyStrided(reinterpret_cast<const char *>(right), {n, k}, {1, n},
                sizeof(float), reinterpret_cast<char *>(columns.data()));
    multiplyByTransposed(left, columns.data(), at, m, n, k, n);
    left += m * k;
    right += k * n;
  }
  return success();
}
