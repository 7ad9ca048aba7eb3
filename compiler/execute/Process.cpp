//===- Process.cpp - Other programs, with a time limit --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Process.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace edgecc::execute {

Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

Expected<std::string> readFile(StringRef file) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(file);
  if (!buffer)
    return makeError("cannot read '" + file +
                     "': " + buffer.getError().message());
  return (*buffer)->getBuffer().str();
}

Error writeFile(StringRef file, StringRef content) {
  std::error_code code;
  raw_fd_ostream stream(file, code);
  if (!code) {
    stream << content;
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  if (code)
    return makeError("cannot write '" + file + "': " + code.message());
  return Error::success();
}

std::string toShell(ArrayRef<std::string> command) {
  std::string text;
  for (const std::string &argument : command) {
    if (!text.empty())
      text += ' ';
    bool plain = all_of(argument, [](char c) {
      return isAlnum(c) || StringRef("-_=+./:,%@").contains(c);
    });
    text += plain && !argument.empty() ? argument : "'" + argument + "'";
  }
  return text;
}

Expected<ProcessResult> runProcess(ArrayRef<std::string> command,
                                   unsigned timeoutSeconds, StringRef logFile) {
  ErrorOr<std::string> program = sys::findProgramByName(command.front());
  if (!program)
    return makeError("cannot find the program '" + command.front() + "'");

  // LLVM does not truncate what it redirects to.
  sys::fs::remove(logFile);
  SmallVector<StringRef> arguments(command.begin(), command.end());
  const std::optional<StringRef> redirects[] = {StringRef(), logFile, logFile};
  std::string message;
  bool notStarted = false;
  ProcessResult result;
  result.status =
      sys::ExecuteAndWait(*program, arguments,
                          /*Env=*/std::nullopt, redirects, timeoutSeconds,
                          /*MemoryLimit=*/0, &message, &notStarted);
  if (notStarted || result.status == -1)
    return makeError("cannot start '" + *program + "': " + message);
  if (result.status == -2)
    result.problem =
        StringRef(message).contains("timed out")
            ? "did not end within " + std::to_string(timeoutSeconds) + " s"
            : "crashed: " + message;
  // No log at all means that nothing was printed.
  if (Expected<std::string> log = readFile(logFile))
    result.output = std::move(*log);
  else
    consumeError(log.takeError());
  return result;
}

} // namespace edgecc::execute
