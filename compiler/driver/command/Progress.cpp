//===- Progress.cpp - A line that says how far work is --------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"

#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc::driver;
using namespace llvm;

/// Moves to the line's beginning and clears it.
static constexpr StringLiteral kClear = "\r\x1b[K";

Progress::Progress(StringRef what)
    : what(what), isTerminal(sys::Process::StandardErrIsDisplayed()),
      next(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (isShown)
    errs() << kClear;
}

void Progress::update(size_t done, size_t total) {
  constexpr std::chrono::milliseconds kPause(100);
  auto now = std::chrono::steady_clock::now();
  if (!isTerminal || now < next)
    return;
  next = now + kPause;
  isShown = true;
  errs() << kClear << "edgecc: " << what << " " << done << " of " << total;
}
