//===- IntegerElementwise.cpp - Reference semantics of add, mul, table ----===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Quant/IntegerParams.h"

#include "StoredTypes.h"
#include "StridedAccess.h"

#include "kernels/fixed_point.h"

using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
using namespace edgecc::reference;

static int32_t getZero(const Tensor &tensor) {
  return int32_t(getUniformType(tensor.getElementType()).getZeroPoint());
}

/// Applies `fn` to the values less their zero points, operands broadcast.
template <typename Fn>
static void combine(ArrayRef<Tensor> operands, Tensor &result, Fn fn) {
  Tensor lhs = broadcastTo(operands[0], result.getShape());
  Tensor rhs = broadcastTo(operands[1], result.getShape());
  int32_t lhsZero = getZero(lhs), rhsZero = getZero(rhs);
  dispatchInteger(result, [&](auto stored) {
    using T = decltype(stored);
    for (auto [a, b, out] :
         llvm::zip_equal(std::as_const(lhs).getData<T>(),
                         std::as_const(rhs).getData<T>(), result.getData<T>()))
      out = T(fn(a - lhsZero, b - rhsZero));
  });
}

LogicalResult AddOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands)) ||
      failed(checkIntegers(*this, results)))
    return failure();
  auto type = getUniformType(results[0].getElementType());
  integer::AddParams params =
      integer::getAddParams(getUniformType(operands[0].getElementType()),
                            getUniformType(operands[1].getElementType()), type);
  auto range = integer::getClampRange(type, getClampMin(), getClampMax());
  int32_t half = params.shift > 0 ? 1 << (params.shift - 1) : 0;
  auto zero = int32_t(type.getZeroPoint());
  combine(operands, results[0], [&](int32_t a, int32_t b) {
    int32_t sum = a * params.lhs + b * params.rhs + half;
    return kernels::clamp((sum >> params.shift) + zero, range.lo, range.hi);
  });
  return success();
}

LogicalResult MulOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands)) ||
      failed(checkIntegers(*this, results)))
    return failure();
  auto lhs = getUniformType(operands[0].getElementType());
  auto rhs = getUniformType(operands[1].getElementType());
  auto type = getUniformType(results[0].getElementType());
  auto range = integer::getClampRange(type, getClampMin(), getClampMax());
  auto zero = int32_t(type.getZeroPoint());
  if (isWide(results[0])) {
    integer::WideRequantization factor =
        integer::getWideMulRequantization(lhs, rhs, type);
    combine(operands, results[0], [&](int32_t a, int32_t b) {
      return kernels::requantizeWide(int64_t(a) * b, factor.multipliers[0],
                                     factor.shift, zero, range.lo, range.hi);
    });
    return success();
  }
  integer::Requantization factor =
      integer::getMulRequantization(lhs, rhs, type);
  combine(operands, results[0], [&](int32_t a, int32_t b) {
    return kernels::requantize(a * b, factor.multipliers[0], factor.shift, zero,
                               range.lo, range.hi);
  });
  return success();
}

LogicalResult TableOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  if (failed(checkIntegers(*this, operands[0])) ||
      failed(checkIntegers(*this, results)))
    return failure();
  if (isWide(operands[0])) {
    ArrayRef<int16_t> table = operands[1].getData<int16_t>();
    for (auto [q, out] : llvm::zip_equal(operands[0].getData<int16_t>(),
                                         results[0].getData<int16_t>()))
      out = kernels::interpolate(table.data(), q);
    return success();
  }
  ArrayRef<int8_t> table = operands[1].getData<int8_t>();
  for (auto [q, out] : llvm::zip_equal(operands[0].getData<int8_t>(),
                                       results[0].getData<int8_t>()))
    out = table[q + 128];
  return success();
}
