//===- Crash.cpp - The last words of a crash ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Crash.h"

#include "edgecc/Driver/Driver.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace edgecc::driver;
using namespace llvm;

/// Set once, before anything can crash, and never freed: the handler may run
/// while static objects are being destroyed.
static const std::string *command = nullptr;

static void writeReproducer(const char *reason) {
  SmallString<128> path;
  int fd = -1;
  if (sys::fs::createTemporaryFile("edgecc-reproducer", "txt", fd, path))
    return;
  raw_fd_ostream os(fd, /*shouldClose=*/true);
  os << "command: " << *command
     << "\nversion: " EDGECC_VERSION "\nreason: " << reason << "\n";
  SmallString<128> folder;
  if (!sys::fs::current_path(folder))
    os << "folder: " << folder << '\n';
  sys::PrintStackTrace(os);
  errs() << "edgecc: note: an error of edgecc itself; please report it with "
            "the model and this file: "
         << path << '\n';
}

static void onFatalError(void *, const char *reason, bool) {
  errs() << "edgecc: error: " << reason << '\n';
  writeReproducer(reason);
  sys::RunInterruptHandlers();
  _exit(InternalError);
}

static void onCrash(void *) {
  errs() << "edgecc: error: crashed\n";
  writeReproducer("crash");
  _exit(InternalError);
}

void edgecc::driver::installCrashHandlers(std::string line) {
  command = new std::string(std::move(line));
  install_fatal_error_handler(onFatalError);
  sys::AddSignalHandler(onCrash, nullptr);
}
