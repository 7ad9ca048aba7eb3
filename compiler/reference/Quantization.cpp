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
  dispatchInteger(results[0], [&](auto stored) {
    using T = decltype(stored);
    for (auto [x, q] :
         llvm::zip_equal(operands[0].getData<float>(), results[0].getData<T>()))
      q = kernels::quantizeAs<T>(x, scale, zero);
  });
  return success();
}

LogicalResult DequantizeOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands[0])))
    return failure();
  auto type = getUniformType(operands[0].getElementType());
  float scale = float(type.getScale());
  auto zero = int32_t(type.getZeroPoint());
  dispatchInteger(operands[0], [&](auto stored) {
    using T = decltype(stored);
    for (auto [q, x] :
         llvm::zip_equal(operands[0].getData<T>(), results[0].getData<float>()))
      x = kernels::dequantize(q, scale, zero);
  });
  return success();
}

/// Maps the stored integers, less their zero point, by `fn`.
template <typename Fn>
static void mapStored(const Tensor &input, Tensor &result, Fn fn) {
  auto zero = int32_t(getUniformType(input.getElementType()).getZeroPoint());
  dispatchInteger(input, [&](auto from) {
    dispatchInteger(result, [&](auto to) {
      for (auto [q, out] : llvm::zip_equal(input.getData<decltype(from)>(),
                                           result.getData<decltype(to)>()))
        out = decltype(to)(fn(q - zero));
    });
  });
}

LogicalResult RequantizeOp::evaluate(ArrayRef<Tensor> operands,
                                     MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands[0])) ||
      failed(checkIntegers(*this, results[0])))
    return failure();
  auto from = getUniformType(operands[0].getElementType());
  auto to = getUniformType(results[0].getElementType());
  auto range = integer::getClampRange(to);
  auto zero = int32_t(to.getZeroPoint());
  if (isWide(operands[0]) || isWide(results[0])) {
    integer::WideRequantization factor =
        integer::getWideRequantization(from, to);
    mapStored(operands[0], results[0], [&](int32_t q) {
      return kernels::requantizeWide(q, factor.multipliers[0], factor.shift,
                                     zero, range.lo, range.hi);
    });
    return success();
  }
  integer::Requantization factor = integer::getRequantization(from, to);
  mapStored(operands[0], results[0], [&](int32_t q) {
    return kernels::requantize(q, factor.multipliers[0], factor.shift, zero,
                               range.lo, range.hi);
  });
  return success();
}
