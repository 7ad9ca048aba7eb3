//===- EdgeVerify.h - What verifiers share ----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_DIALECT_EDGEVERIFY_H
#define EDGECC_COMPILER_DIALECT_EDGEVERIFY_H

#include "edgecc/Dialect/Edge/Edge.h"

namespace edgecc::edge {

/// All types of edge are ranked.
inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// Fails, with a diagnostic at `op`, unless tensors are stored in elements of
/// the same type: an operation computes on activations of one width.
llvm::LogicalResult verifySameStorage(mlir::Operation *op,
                                      mlir::TypeRange types);

/// The rules of quantized weights and bias that convolution and fully connected
/// share.
llvm::LogicalResult verifyWeighted(mlir::Operation *op, mlir::Value input,
                                   mlir::Value weights, mlir::Value bias,
                                   mlir::Value output);

/// Both float of one type, or both quantized per tensor.
llvm::LogicalResult verifySameKind(mlir::Operation *op, mlir::Type input,
                                   mlir::Type result);

} // namespace edgecc::edge

#endif // EDGECC_COMPILER_DIALECT_EDGEVERIFY_H
