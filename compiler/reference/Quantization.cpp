//===- Quantization.cpp - Reference semantics of quantization casts -------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"

#include "kernels/fixed_point.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

LogicalResult QuantizeOp::evaluate(ArrayRef<Tensor> operands,
                                   MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, results[0])))
    return failure();
  auto type = getUniformType(results[0].getElementType());
  float scale = float(type.getScale());
  auto zero = int32_t(type.getZeroPoint());
  for (auto [x, q] : llvm::zip_equal(operands[0].getData<float>(),
                                     results[0].getData<int8_t>()))
    q = kernels::quantize(x, scale, zero);
  return success();
}

LogicalResult DequantizeOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands[0])))
    return failure();
  auto type = getUniformType(operands[0].getElementType());
  float scale = float(type.getScale());
  auto zero = int32_t(type.getZeroPoint());
  for (auto [q, x] : llvm::zip_equal(operands[0].getData<int8_t>(),
                                     results[0].getData<float>()))
    x = kernels::dequantize(q, scale, zero);
  return success();
}

LogicalResult RequantizeOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands[0])) ||
      failed(checkIntegers(*this, results[0])))
    return failure();
  auto from = getUniformType(operands[0].getElementType());
  auto to = getUniformType(results[0].getElementType());
  integer::Requantization factor = integer::getRequantization(from, to);
  auto range = integer::getClampRange(to);
  auto fromZero = int32_t(from.getZeroPoint());
  auto toZero = int32_t(to.getZeroPoint());
  for (auto [q, out] : llvm::zip_equal(operands[0].getData<int8_t>(),
                                       results[0].getData<int8_t>()))
    out = int8_t(kernels::requantize(q - fromZero, factor.multipliers[0],
                                     factor.shift, toZero, range.lo, range.hi));
  return success();
}
