//===- IntegerBinary.cpp - Reference semantics of sub, maximum, div, prelu ===//
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

namespace {
/// The types of an operation on two tensors, and how its result is stored.
struct BinaryTypes {
  quant::UniformQuantizedType lhs, rhs, result;
  integer::ClampRange range;
  int32_t zero;

  BinaryTypes(ClampableOpInterface op, ArrayRef<Tensor> operands,
              const Tensor &output)
      : lhs(getUniformType(operands[0].getElementType())),
        rhs(getUniformType(operands[1].getElementType())),
        result(getUniformType(output.getElementType())),
        range(
            integer::getClampRange(result, op.getClampMin(), op.getClampMax())),
        zero(int32_t(result.getZeroPoint())) {}
};
} // namespace

/// Calls `make(types)` for the function of two elements less their zero points,
/// and applies it, operands broadcast.
template <typename MakeFn>
static LogicalResult evaluateBinary(ClampableOpInterface op,
                                    ArrayRef<Tensor> operands, Tensor &result,
                                    MakeFn make) {
  if (failed(checkIntegers(op, operands)) || failed(checkIntegers(op, result)))
    return failure();
  BinaryTypes types(op, operands, result);
  auto function = make(types);
  Tensor lhs = broadcastTo(operands[0], result.getShape());
  Tensor rhs = broadcastTo(operands[1], result.getShape());
  auto lhsZero = int32_t(types.lhs.getZeroPoint());
  auto rhsZero = int32_t(types.rhs.getZeroPoint());
  dispatchInteger(result, [&](auto stored) {
    using T = decltype(stored);
    for (auto [a, b, out] :
         llvm::zip_equal(std::as_const(lhs).getData<T>(),
                         std::as_const(rhs).getData<T>(), result.getData<T>()))
      out = T(function(a - lhsZero, b - rhsZero));
  });
  return success();
}

/// combine(a * lhs, b * rhs), rounded once.
template <typename CombineFn>
static auto makeRescaled(const BinaryTypes &types, integer::AddParams params,
                         CombineFn combine) {
  int32_t half = params.shift > 0 ? 1 << (params.shift - 1) : 0;
  return [=](int32_t a, int32_t b) {
    int32_t sum = combine(a * params.lhs, b * params.rhs) + half;
    return kernels::clamp((sum >> params.shift) + types.zero, types.range.lo,
                          types.range.hi);
  };
}

LogicalResult SubOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  return evaluateBinary(
      *this, operands, results[0], [](const BinaryTypes &types) {
        return makeRescaled(
            types, integer::getSubParams(types.lhs, types.rhs, types.result),
            std::plus<int32_t>());
      });
}

LogicalResult MaximumOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  return evaluateBinary(
      *this, operands, results[0], [](const BinaryTypes &types) {
        return makeRescaled(
            types, integer::getAddParams(types.lhs, types.rhs, types.result),
            [](int32_t a, int32_t b) { return std::max(a, b); });
      });
}

LogicalResult MinimumOp::evaluate(ArrayRef<Tensor> operands,
                                  MutableArrayRef<Tensor> results) {
  return evaluateBinary(
      *this, operands, results[0], [](const BinaryTypes &types) {
        return makeRescaled(
            types, integer::getAddParams(types.lhs, types.rhs, types.result),
            [](int32_t a, int32_t b) { return std::min(a, b); });
      });
}

LogicalResult DivOp::evaluate(ArrayRef<Tensor> operands,
                              MutableArrayRef<Tensor> results) {
  return evaluateBinary(
      *this, operands, results[0], [](const BinaryTypes &types) {
        integer::DivParams params =
            integer::getDivParams(types.lhs, types.rhs, types.result);
        bool wide = integer::isWide(types.result);
        return [=](int32_t a, int32_t b) {
          if (wide)
            return kernels::divideWide(a, b, params.multiplier, params.shift,
                                       types.range.lo, types.range.hi);
          return kernels::divide(a, b, params.multiplier, params.shift,
                                 types.zero, types.range.lo, types.range.hi);
        };
      });
}

static LogicalResult evaluateWidePRelu(PReluOp op, ArrayRef<Tensor> operands,
                                       Tensor &result) {
  return evaluateBinary(op, operands, result, [](const BinaryTypes &types) {
    integer::WideRequantization factors =
        integer::getWidePReluRequantization(types.lhs, types.rhs, types.result);
    return [=](int32_t a, int32_t b) {
      return kernels::requantizeWide(a < 0 ? a * b : a,
                                     factors.multipliers[a < 0], factors.shift,
                                     0, types.range.lo, types.range.hi);
    };
  });
}

LogicalResult PReluOp::evaluate(ArrayRef<Tensor> operands,
                                MutableArrayRef<Tensor> results) {
  if (isInteger(results[0]) && isWide(results[0]))
    return evaluateWidePRelu(*this, operands, results[0]);
  return evaluateBinary(
      *this, operands, results[0], [](const BinaryTypes &types) {
        integer::Requantization factors =
            integer::getPReluRequantization(types.lhs, types.rhs, types.result);
        return [=](int32_t a, int32_t b) {
          return kernels::requantize(
              a < 0 ? a * b : a, factors.multipliers[a < 0], factors.shift,
              types.zero, types.range.lo, types.range.hi);
        };
      });
}
