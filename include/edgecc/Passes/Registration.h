//===- Registration.h - All dialects and passes at once ---------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_REGISTRATION_H
#define EDGECC_PASSES_REGISTRATION_H

#include "mlir/IR/DialectRegistry.h"

namespace edgecc {

/// The dialects of edgecc and the upstream ones that its passes use.
void registerAllDialects(mlir::DialectRegistry &registry);

/// The passes and pipelines of edgecc and the upstream ones that it uses
/// (canonicalize, cse, symbol-dce, the conversions to EmitC).
void registerAllPasses();

} // namespace edgecc

#endif // EDGECC_PASSES_REGISTRATION_H
