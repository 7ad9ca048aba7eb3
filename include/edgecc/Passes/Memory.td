//===- Memory.td - Passes under passes/memory ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_MEMORY_TD
#define EDGECC_PASSES_MEMORY_TD

include "mlir/Pass/PassBase.td"

#endif // EDGECC_PASSES_MEMORY_TD
