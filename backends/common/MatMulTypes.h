//===- MatMulTypes.h - What a product of int8 matrices scales ---*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_MATMULTYPES_H
#define EDGECC_BACKENDS_COMMON_MATMULTYPES_H

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Quant/IntegerParams.h"

namespace edgecc {

/// Zero points of a product of int8, and the one factor of its sums
/// (docs/spec/integers.md, O12).
struct MatMulTypes {
  int32_t lhsZero, rhsZero, resultZero;
  integer::Requantization factor;

  explicit MatMulTypes(edge::MatMulOp op) {
    auto lhs = edge::getUniformType(op.getLhs().getType()),
         rhs = edge::getUniformType(op.getRhs().getType()),
         result = edge::getUniformType(op.getType());
    lhsZero = int32_t(lhs.getZeroPoint());
    rhsZero = int32_t(rhs.getZeroPoint());
    resultZero = int32_t(result.getZeroPoint());
    factor = integer::getMulRequantization(lhs, rhs, result);
  }

  int32_t getMultiplier() const { return factor.multipliers.front(); }
};

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_MATMULTYPES_H
