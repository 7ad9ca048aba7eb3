//===- Process.h - Other programs, with a time limit ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_EXECUTE_PROCESS_H
#define EDGECC_EXECUTE_PROCESS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace edgecc::execute {

struct ProcessResult {
  int status = 0;
  std::string output;  ///< standard output and error, as they came
  std::string problem; ///< a crash or the time limit; empty if it ended itself
  bool succeeded() const { return status == 0 && problem.empty(); }
};

/// Runs `command` (arguments follow the program's name, which is looked up in
/// PATH) and waits. `logFile` receives what it prints. Fails only if the
/// program could not be started.
llvm::Expected<ProcessResult> runProcess(llvm::ArrayRef<std::string> command,
                                         unsigned timeoutSeconds,
                                         llvm::StringRef logFile);

/// The command as a developer would type it.
std::string toShell(llvm::ArrayRef<std::string> command);

/// An error with a message only.
llvm::Error makeError(const llvm::Twine &message);

llvm::Expected<std::string> readFile(llvm::StringRef file);
llvm::Error writeFile(llvm::StringRef file, llvm::StringRef content);

} // namespace edgecc::execute

#endif // EDGECC_EXECUTE_PROCESS_H
