//===- Progress.h - A line that says how far work is ------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_COMMAND_PROGRESS_H
#define EDGECC_DRIVER_COMMAND_PROGRESS_H

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>

namespace edgecc::driver {

/// A line on the terminal that is rewritten while work goes on and cleared at
/// its end. Nothing at all is printed where standard error is no terminal.
class Progress {
public:
  explicit Progress(llvm::StringRef what);
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;
  ~Progress();

  void update(size_t done, size_t total);

private:
  std::string what;
  bool isTerminal;
  bool isShown = false;
  std::chrono::steady_clock::time_point next;
};

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_COMMAND_PROGRESS_H
