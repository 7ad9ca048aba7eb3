//===- Emit.h - From kern to two C++ files ----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_BACKEND_EMIT_H
#define EDGECC_BACKEND_EMIT_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace edgecc {

struct EmitOptions {
  std::string name;        ///< identifier: namespace and prefix of C functions
  std::string resourceDir; ///< with kernels/ and templates/
  // For the comment at the top of both files.
  std::string version, commandLine, modelSha256, target;
  /// Of the context, at least that of the plan's buffers.
  uint64_t alignment = 16;
};

struct GeneratedCode {
  std::string header, source; ///< contents of NAME.h and NAME.cpp
};

/// What a program needs of memory, in bytes.
struct ProgramMemory {
  int64_t arena = 0;   ///< buffers
  int64_t state = 0;   ///< recurrent state
  int64_t weights = 0; ///< constants, as packed
  int64_t io = 0;      ///< inputs and outputs, which the caller owns
};
/// Of a planned kern module (after `kern-plan-arena`).
ProgramMemory getProgramMemory(mlir::ModuleOp kernModule);

/// The program as EmitC operations. Takes a planned kern module (after
/// `kern-plan-arena`), which stays as it is. Null after diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> emitEmitC(mlir::ModuleOp kernModule);

/// The two files. Fails, with diagnostics, when a type has no C++ form or a
/// resource file cannot be read.
llvm::FailureOr<GeneratedCode> emitCode(mlir::ModuleOp kernModule,
                                        const EmitOptions &options);

/// `text` as a C++ identifier: other characters become '_', a keyword gets one
/// appended, an empty text is "model".
std::string makeIdentifier(llvm::StringRef text);

} // namespace edgecc

#endif // EDGECC_BACKEND_EMIT_H
