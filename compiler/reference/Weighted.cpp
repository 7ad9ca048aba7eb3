//===- Weighted.cpp - What convolution and matrix products share ----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weighted.h"

#include "edgecc/Quant/IntegerParams.h"

#include "kernels/fixed_point.h"

#include <Eigen/Core>
#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

template <typename T>
static void multiply(const T *rows, const T *weights, T *out, int64_t m,
                     int64_t n, int64_t k, int64_t outStride) {
  using Matrix =
      Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<const Matrix> left(rows, m, k), right(weights, n, k);
  Eigen::Map<Matrix, 0, Eigen::OuterStride<>> result(
      out, m, n, Eigen::OuterStride<>(outStride));
  result.noalias() = left * right.transpose();
}

void reference::multiplyByTransposed(const float *rows, const float *weights,
                                     float *out, int64_t m, int64_t n,
                                     int64_t k, int64_t outStride) {
  multiply(rows, weights, out, m, n, k, outStride);
}

void reference::multiplyByTransposed(const double *rows, const double *weights,
                                     double *out, int64_t m, int64_t n,
                                     int64_t k, int64_t outStride) {
  multiply(rows, weights, out, m, n, k, outStride);
}

//===----------------------------------------------------------------------===//
// Float
//===----------------------------------------------------------------------===//

std::pair<float, float>
reference::getFloatBounds(edge::ClampableOpInterface op) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  std::optional<APFloat> min = op.getClampMin(), max = op.getClampMax();
  return {min ? min->convertToFloat() : -kInfinity,
          max ? max->convertToFloat() : kInfinity};
}

void reference::finishFloat(edge::ClampableOpInterface op, ArrayRef<float> bias,
                            MutableArrayRef<float> rows) {
  auto [lo, hi] = getFloatBounds(op);
  size_t channels = bias.size();
  for (size_t at = 0; at < rows.size(); at += channels)
    for (size_t channel = 0; channel != channels; ++channel)
      rows[at + channel] =
          kernels::clamp(rows[at + channel] + bias[channel], lo, hi);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

std::vector<double> reference::getCentered(const Tensor &tensor) {
  int64_t zero = 0;
  if (auto type = edge::getUniformType(tensor.getElementType()))
    zero = type.getZeroPoint();
  std::vector<double> centered(tensor.getNumElements());
  auto fill = [&](auto stored) {
    for (auto [value, q] : llvm::zip_equal(centered, stored))
      value = double(int32_t(q) - int32_t(zero));
  };
  if (getElementBytes(tensor.getElementType()) == 2)
    fill(tensor.getData<int16_t>());
  else
    fill(tensor.getData<int8_t>());
  return centered;
}

/// Kernels multiply stored weights, thus weights have no zero point.
static LogicalResult checkTypes(Operation *op, const Tensor &weights,
                                const Tensor &result) {
  if (failed(checkIntegers(op, result)))
    return failure();
  quant::QuantizedType type = edge::getQuantizedType(weights.getElementType());
  auto uniform = dyn_cast<quant::UniformQuantizedType>(type);
  if (!type.getStorageType().isInteger(8) ||
      (uniform && uniform.getZeroPoint() != 0))
    return op->emitOpError("is evaluated with weights stored in i8 with a zero "
                           "point of 0, found ")
           << weights.getType();
  return success();
}

/// Sums of int16 and int8: the weights prove that 64 bits hold everything.
static void finishWide(edge::ClampableOpInterface op, ArrayRef<Tensor> operands,
                       ArrayRef<double> sums, Tensor &result) {
  ArrayRef<int32_t> bias = operands[2].getData<int32_t>();
  integer::WideRequantization factors = integer::getWideWeightedRequantization(
      operands[0].getType(), operands[1].getType(), result.getType(),
      integer::getWideSums(bias, operands[1].getData<int8_t>()));
  auto [lo, hi] =
      integer::getClampRange(edge::getUniformType(result.getElementType()),
                             op.getClampMin(), op.getClampMax());
  MutableArrayRef<int16_t> out = result.getData<int16_t>();
  size_t channels = bias.size();
  for (size_t i = 0; i != sums.size(); ++i) {
    size_t channel = i % channels;
    out[i] = int16_t(kernels::requantizeWide(int64_t(sums[i]) + bias[channel],
                                             factors.multipliers[channel],
                                             factors.shift, 0, lo, hi));
  }
}

LogicalResult reference::finishInteger(edge::ClampableOpInterface op,
                                       ArrayRef<Tensor> operands,
                                       ArrayRef<double> accumulators,
                                       Tensor &result) {
  if (failed(checkTypes(op, operands[1], result)))
    return failure();
  if (isWide(result)) {
    finishWide(op, operands, accumulators, result);
    return success();
  }
  auto type = edge::getUniformType(result.getElementType());
  ArrayRef<int32_t> bias = operands[2].getData<int32_t>();
  integer::Requantization factors = integer::getWeightedRequantization(
      operands[0].getType(), operands[1].getType(), result.getType());
  auto [lo, hi] =
      integer::getClampRange(type, op.getClampMin(), op.getClampMax());
  MutableArrayRef<int8_t> out = result.getData<int8_t>();
  size_t channels = bias.size();
  for (size_t i = 0; i != accumulators.size(); ++i) {
    size_t channel = i % channels;
    int64_t sum = int64_t(accumulators[i]) + bias[channel];
    if (sum < INT32_MIN || sum > INT32_MAX)
      return op->emitOpError("accumulates ")
             << sum << ", which does not fit 32 bits";
    out[i] = int8_t(kernels::requantize(
        int32_t(sum), factors.multipliers[channel], factors.shift,
        int32_t(type.getZeroPoint()), lo, hi));
  }
  return success();
}
