//===- Passes.h - The passes of edgecc --------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PASSES_H
#define EDGECC_PASSES_PASSES_H

#include "edgecc/Quant/Precision.h"
#include "edgecc/Quant/Ranges.h"
#include "edgecc/Quant/RepairOptions.h"
#include "edgecc/Quant/WeightGrid.h"

#include "mlir/Pass/Pass.h"

#include <memory>

namespace edgecc {

#define GEN_PASS_DECL
#include "edgecc/Passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "edgecc/Passes/Passes.h.inc"

} // namespace edgecc

#endif // EDGECC_PASSES_PASSES_H
