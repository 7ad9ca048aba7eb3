//===- Dispatch.h - Code for several processors in two files ----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The same network for several x86 targets, of which the generated code takes
// one when it starts, by what the processor can do. Compilers are told per
// function which instructions they may use: the files need no flags.
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKEND_DISPATCH_H
#define EDGECC_BACKEND_DISPATCH_H

#include "edgecc/Backend/Emit.h"

namespace edgecc {

/// The network as kernel calls for one of the targets.
struct CodeVariant {
  std::string target;
  /// What the processor must have.
  std::vector<std::string> features;
  mlir::ModuleOp kern;
};

/// Whether generated code can ask the processor for a feature.
bool canAskForFeature(llvm::StringRef feature);

/// Gives equal constants of the programs the same name, and others different
/// ones.
llvm::LogicalResult shareConstants(llvm::ArrayRef<mlir::ModuleOp> programs);

/// What programs with shared constants need together, of which one runs.
ProgramMemory getSharedMemory(llvm::ArrayRef<mlir::ModuleOp> programs);

/// The two files. Of `variants`, which share constants, the first runs whose
/// features are there; the last needs none.
llvm::FailureOr<GeneratedCode>
emitDispatch(llvm::ArrayRef<CodeVariant> variants, const EmitOptions &options);

} // namespace edgecc

#endif // EDGECC_BACKEND_DISPATCH_H
