//===- Diagnostics.h - How edgecc says what is wrong ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_DIAGNOSTICS_H
#define EDGECC_DRIVER_COMMAND_DIAGNOSTICS_H

#include "edgecc/Driver/Driver.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

#include <string>

namespace edgecc::driver {

/// An error that knows edgecc's exit status. Any other error is the input's.
class StatusError : public llvm::ErrorInfo<StatusError> {
public:
  static char ID;

  StatusError(ExitStatus status, std::string message)
      : status(status), text(std::move(message)) {}

  ExitStatus getStatus() const { return status; }
  void log(llvm::raw_ostream &os) const override { os << text; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

private:
  ExitStatus status;
  std::string text;
};

llvm::Error makeError(ExitStatus status, const llvm::Twine &message);
/// The error of something that a diagnostic has already been printed about.
llvm::Error alreadyReported(ExitStatus status);

/// Prints "edgecc: error: ..." for every error; returns the exit status.
ExitStatus report(llvm::Error error);
void printError(const llvm::Twine &message);
void warn(const llvm::Twine &message);
void note(const llvm::Twine &message);

/// Prints MLIR's diagnostics as edgecc's, with the model's file and the node
/// that they are about, while it lives.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext &context, llvm::StringRef model);

private:
  void print(mlir::Diagnostic &diagnostic);

  std::string model;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_DIAGNOSTICS_H
