//===- MatMulTypes.h - What products of matrices are scaled by --*- C++ -*-===//
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

/// The one factor of a product of int16 (W11).
struct WideMatMulTypes {
  integer::WideRequantization factor;

  explicit WideMatMulTypes(edge::MatMulOp op)
      : factor(integer::getWideMulRequantization(
            edge::getUniformType(op.getLhs().getType()),
            edge::getUniformType(op.getRhs().getType()),
            edge::getUniformType(op.getType()),
            mlir::cast<mlir::RankedTensorType>(op.getLhs().getType())
                .getShape()
                .back())) {}

  int32_t getMultiplier() const { return factor.multipliers.front(); }
};

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_MATMULTYPES_H
