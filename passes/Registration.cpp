//===- Registration.cpp - All dialects and passes at once -----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Passes/Registration.h"

#include "edgecc/Dialect/Edge/Edge.h"
#include "edgecc/Dialect/Kern/Kern.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Passes/Pipelines.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/EmitC/IR/EmitC.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void edgecc::registerAllDialects(DialectRegistry &registry) {
  registry.insert<edge::EdgeDialect, kern::KernDialect, arith::ArithDialect,
                  emitc::EmitCDialect, func::FuncDialect, math::MathDialect,
                  memref::MemRefDialect, quant::QuantizationDialect>();
}

void edgecc::registerAllPasses() {
  registerEdgeccPasses();
  registerPipelines();
  registerCanonicalizerPass();
  registerCSEPass();
  registerSymbolDCEPass();
}
