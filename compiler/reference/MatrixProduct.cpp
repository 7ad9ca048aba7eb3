//===- MatrixProduct.cpp - Reference semantics of matrix products ---------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StridedAccess.h"
#include "Weighted.h"

#include "kernels/fixed_point.h"

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

/// Multiplies batches of matrices of T, row-major.
template <typename T>
static void multiplyBatches(const T *left, const T *right,
                            MutableArrayRef<T> out, int64_t m, int64_t k,
                            int64_t n) {
  std::vector<T> columns(n * k);
  for (T *at = out.begin(); at != out.end(); at += m * n) {
    copyStrided(reinterpret_cast<const char *>(right), {n, k}, {1, n},
                sizeof(T), reinterpret_cast<char *>(columns.data()));
    multiplyByTransposed(left, columns.data(), at, m, n, k, n);
    left += m * k;
    right += k * n;
  }
}

static LogicalResult storeBytes(MatMulOp op, ArrayRef<double> sums,
                                quant::UniformQuantizedType lhs,
                                quant::UniformQuantizedType rhs,
                                quant::UniformQuantizedType type,
                                Tensor &result) {
  integer::Requantization factor =
      integer::getMulRequantization(lhs, rhs, type);
  for (auto [sum, out] : llvm::zip_equal(sums, result.getData<int8_t>())) {
    if (sum < INT32_MIN || sum > INT32_MAX)
      return op.emitOpError("accumulates ")
             << int64_t(sum) << ", which does not fit 32 bits";
    out = int8_t(kernels::requantize(int32_t(sum), factor.multipliers[0],
                                     factor.shift, int32_t(type.getZeroPoint()),
                                     -128, 127));
  }
  return success();
}

static LogicalResult storeWide(MatMulOp op, ArrayRef<double> sums,
                               quant::UniformQuantizedType lhs,
                               quant::UniformQuantizedType rhs,
                               quant::UniformQuantizedType type,
                               Tensor &result) {
  int64_t depth =
      cast<RankedTensorType>(op.getLhs().getType()).getShape().back();
  if (depth > integer::kLargestWideDepth)
    return op.emitOpError("adds up ")
           << depth << " products of int16, expected at most 2^16";
  integer::WideRequantization factor =
      integer::getWideMulRequantization(lhs, rhs, type, depth);
  for (auto [sum, out] : llvm::zip_equal(sums, result.getData<int16_t>()))
    out =
        int16_t(kernels::requantizeWide(int64_t(sum), factor.multipliers[0],
                                        factor.shift, 0, INT16_MIN, INT16_MAX));
  return success();
}

/// Exact in double, as sums of weighted operations are.
static LogicalResult multiplyIntegers(MatMulOp op, const Tensor &lhs,
                                      const Tensor &rhs, Tensor &result) {
  if (failed(checkIntegers(op, {lhs, rhs, result})))
    return failure();
  std::vector<double> left = getCentered(lhs), right = getCentered(rhs);
  std::vector<double> sums(result.getNumElements());
  ArrayRef<int64_t> shape = lhs.getShape().take_back(2);
  multiplyBatches<double>(left.data(), right.data(), sums, shape[0], shape[1],
                          rhs.getShape().back());
  auto store = isWide(result) ? storeWide : storeBytes;
  return store(op, sums, getUniformType(lhs.getElementType()),
               getUniformType(rhs.getElementType()),
               getUniformType(result.getElementType()), result);
}

LogicalResult MatMulOp::evaluate(ArrayRef<Tensor> operands,
                                 MutableArrayRef<Tensor> results) {
  Tensor &result = results[0];
  Tensor lhs = broadcastMatrices(operands[0], result.getShape());
  Tensor rhs = broadcastMatrices(operands[1], result.getShape());
  if (isInteger(operands[0]))
    return multiplyIntegers(*this, lhs, rhs, result);
  if (failed(checkF32(*this, operands)))
    return failure();
  ArrayRef<int64_t> shape = lhs.getShape().take_back(2);
  multiplyBatches<float>(std::as_const(lhs).getData<float>().data(),
                         std::as_const(rhs).getData<float>().data(),
                         result.getData<float>(), shape[0], shape[1],
                         rhs.getShape().back());
  return success();
}
