//===- Pipelines.h - Passes in their order ----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that says which passes run in which order.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_PIPELINES_H
#define EDGECC_PASSES_PIPELINES_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace edgecc {

/// From what the importer makes to channels-last operations with everything
/// fused that costs no accuracy: `edge-simplify`. On a module.
void buildSimplificationPipeline(mlir::OpPassManager &manager);

/// Registers the pipelines under their names.
void registerPipelines();

} // namespace edgecc

#endif // EDGECC_PASSES_PIPELINES_H
