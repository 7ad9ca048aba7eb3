//===- Passes.h - Running passes, with a reproducer -------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_PASSES_H
#define EDGECC_DRIVER_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/Error.h"

namespace edgecc::driver {

/// Runs the passes that `build` adds. A failure is edgecc's own: it is
/// InternalError, and the module with the passes is written to a file that
/// edgecc-opt can run.
llvm::Error runPasses(mlir::ModuleOp module,
                      llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Runs passes that fail only if the user asks for what cannot be: a failure is
/// an InputError.
llvm::Error
runUserPasses(mlir::ModuleOp module,
              llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Runs the passes that the user wrote down. A failure is an InputError.
llvm::Error runPipeline(mlir::ModuleOp module, llvm::StringRef pipeline);

/// Loads the passes of plugins, for runPipeline.
llvm::Error loadPlugins(llvm::ArrayRef<std::string> files);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_PASSES_H
