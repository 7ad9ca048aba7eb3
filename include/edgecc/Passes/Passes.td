//===- Passes.td - The passes of edgecc --------------------*- tablegen -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PASSES_TD
#define EDGECC_PASSES_PASSES_TD

include "edgecc/Passes/Fusion.td"
include "edgecc/Passes/Layout.td"
include "edgecc/Passes/Quantization.td"
include "edgecc/Passes/Repair.td"
include "edgecc/Passes/Pruning.td"
include "edgecc/Passes/Lowering.td"
include "edgecc/Passes/Memory.td"
include "edgecc/Passes/Reference.td"

#endif // EDGECC_PASSES_PASSES_TD
