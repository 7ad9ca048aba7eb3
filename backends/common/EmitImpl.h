//===- EmitImpl.h - Parts of generated files --------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKENDS_COMMON_EMITIMPL_H
#define EDGECC_BACKENDS_COMMON_EMITIMPL_H

#include "edgecc/Backend/Emit.h"

#include "llvm/Support/JSON.h"

namespace edgecc {

/// The text of a file in a folder of the resources, or a diagnostic at
/// `module`.
llvm::FailureOr<std::string> readResource(mlir::ModuleOp module,
                                          const EmitOptions &options,
                                          llvm::StringRef folder,
                                          llvm::StringRef file);

/// The kernel headers that a program calls, unmodified, each after those that
/// it includes.
llvm::FailureOr<std::string> getKernels(mlir::ModuleOp module,
                                        const EmitOptions &options);

/// The fields of the templates but for the kernels and the program.
llvm::FailureOr<llvm::json::Object> describeProgram(mlir::ModuleOp module,
                                                    const EmitOptions &options);

/// A template with its fields filled in, or a diagnostic.
llvm::FailureOr<std::string> fillResource(mlir::ModuleOp module,
                                          const EmitOptions &options,
                                          llvm::StringRef file,
                                          const llvm::json::Object &fields);

/// Both files, from all fields.
llvm::FailureOr<GeneratedCode> fillFiles(mlir::ModuleOp module,
                                         const EmitOptions &options,
                                         const llvm::json::Object &fields);

/// What translateToCpp makes of a module, or failure.
llvm::FailureOr<std::string> printCpp(mlir::ModuleOp emitc);

} // namespace edgecc

#endif // EDGECC_BACKENDS_COMMON_EMITIMPL_H
