//===- IntegerRecurrent.h - Recurrent layers in integers --------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_REFERENCE_INTEGERRECURRENT_H
#define EDGECC_COMPILER_REFERENCE_INTEGERRECURRENT_H

#include "edgecc/Dialect/Edge/Edge.h"

namespace edgecc::reference {

/// Evaluates a recurrent layer of the integer form. Fails, with a diagnostic,
/// if a sum leaves 32 bits.
llvm::LogicalResult evaluateInteger(edge::RecurrentOpInterface op,
                                    llvm::ArrayRef<Tensor> operands,
                                    llvm::MutableArrayRef<Tensor> results);

} // namespace edgecc::reference

#endif // EDGECC_COMPILER_REFERENCE_INTEGERRECURRENT_H
