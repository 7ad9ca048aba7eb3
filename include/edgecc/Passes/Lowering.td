//===- Lowering.td - Passes under passes/lowering ---*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LOWERING_TD
#define EDGECC_PASSES_LOWERING_TD

include "mlir/Pass/PassBase.td"

#endif // EDGECC_PASSES_LOWERING_TD
