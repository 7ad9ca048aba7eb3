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

/// Fails, with a diagnostic at `op`, unless tensors are stored in elements of
/// the same type: an operation computes on activations of one width.
llvm::LogicalResult verifySameStorage(mlir::Operation *op,
                                      mlir::TypeRange types);

} // namespace edgecc::edge

#endif // EDGECC_COMPILER_DIALECT_EDGEVERIFY_H
