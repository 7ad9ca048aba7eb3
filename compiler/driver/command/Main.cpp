//===- Main.cpp - The edgecc command --------------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Driver/Driver.h"

#include "Crash.h"
#include "Diagnostics.h"
#include "Stages.h"

#include "edgecc/Import/Import.h"
#include "edgecc/Passes/Registration.h"
#include "edgecc/Target/Device.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

static Error printTargets(StringRef resourceDir) {
  Expected<std::vector<Target>> targets = edgecc::listTargets(resourceDir);
  if (!targets)
    return targets.takeError();
  size_t width = 0;
  for (const Target &target : *targets)
    width = std::max(width, target.name.size());
  for (const Target &target : *targets)
    outs() << left_justify(target.name, unsigned(width + 2))
           << target.description << '\n';
  return Error::success();
}

static Error printDevices(StringRef resourceDir) {
  Expected<std::map<std::string, Device>> devices = loadDevices(resourceDir);
  if (!devices)
    return devices.takeError();
  for (const auto &[name, device] : *devices)
    outs() << left_justify(name, 13) << left_justify(device.target, 15)
           << right_justify(std::to_string(*device.limits.clockHz / 1000000), 4)
           << " MHz"
           << right_justify(std::to_string(*device.limits.ram / 1024), 6)
           << "K RAM"
           << right_justify(std::to_string(*device.limits.flash / 1024), 6)
           << "K flash  " << device.description << '\n';
  return Error::success();
}

static Error runCompilation(Options options) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
  // A model is one function: threads would only cost.
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  // People know nodes, not operations; a reproducer has those.
  context.printOpOnDiagnostic(false);
  DiagnosticPrinter printer(context, options.model);
  Session session(std::move(options), context);
  return compile(session);
}

static Error runAction(Options options) {
  switch (options.action) {
  case Action::ListTargets:
    return printTargets(findResourceDir(options.argv0));
  case Action::ListDevices:
    return printDevices(findResourceDir(options.argv0));
  case Action::ListOperators:
    listOperators(outs());
    return Error::success();
  case Action::Compile:
    return runCompilation(std::move(options));
  }
  return Error::success();
}

int driver::runDriver(int argc, char **argv) {
  Expected<Options> options = parseCommandLine(argc, argv);
  if (!options) {
    ExitStatus status = report(options.takeError());
    note("edgecc --help shows all options");
    return status;
  }
  installCrashHandlers(options->command);
  return report(runAction(std::move(*options)));
}
