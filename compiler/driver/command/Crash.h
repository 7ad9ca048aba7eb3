//===- Crash.h - The last words of a crash ----------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_CRASH_H
#define EDGECC_DRIVER_COMMAND_CRASH_H

#include <string>

namespace edgecc::driver {

/// From here on, a crash or a fatal error of LLVM writes a file that says how
/// it came about, and ends the process with InternalError.
void installCrashHandlers(std::string command);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_CRASH_H
