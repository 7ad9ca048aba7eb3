//===- ScalarToEmitC.h - Scalar functions as EmitC --------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LOWERING_SCALARTOEMITC_H
#define EDGECC_PASSES_LOWERING_SCALARTOEMITC_H

#include "mlir/IR/BuiltinOps.h"

namespace edgecc {

/// Converts the functions of scalar arith and math in a module (the bodies of
/// maps) to EmitC. Fails, with a diagnostic, on an operation without C++ form.
llvm::LogicalResult convertScalarFunctions(mlir::ModuleOp module);

} // namespace edgecc

#endif // EDGECC_PASSES_LOWERING_SCALARTOEMITC_H
