//===- Compile.cpp - From the model's file to the output folder -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"
#include "Output.h"
#include "Passes.h"
#include "Stages.h"
#include "Tune.h"
#include "command/Diagnostics.h"

#include "edgecc/Backend/KernelRegistry.h"
#include "edgecc/Execute/Execute.h"
#include "edgecc/Import/Import.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Passes/Pipelines.h"
#include "edgecc/Target/Device.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

mlir::func::FuncOp driver::getModelFunction(mlir::ModuleOp module) {
  return module.lookupSymbol<mlir::func::FuncOp>("main");
}

//===----------------------------------------------------------------------===//
// Before any work: what can be found wrong at once
//===----------------------------------------------------------------------===//

static Error checkOutputs(const Options &options) {
  if (!options.outputFolder.empty())
    if (Error error = checkWritable(options.outputFolder))
      return error;
  for (StringRef file : {options.reportFile, options.tuneFile})
    if (!file.empty())
      if (Error error = checkWritable(sys::path::parent_path(file)))
        return error;
  return Error::success();
}

/// Fails if the budget asks for what cannot be told for this target, and
/// decides what is measured.
static Error planTrial(Session &session) {
  const Options &options = session.options;
  const report::Budget &budget = options.budget;
  const Target &target = session.target;
  if (options.emit != Emit::Files)
    return Error::success();
  if (budget.energy && !target.device.activePower)
    return createStringError(
        "--energy: what " +
        (options.device.empty() ? "target '" + target.name
                                : "device '" + options.device) +
        "' draws is not known; name a --device of which it is, or give "
        "device.active_power_mw in a file for --target-file");
  if (budget.latency && target.kind != TargetKind::Host &&
      !target.device.clockHz)
    return createStringError("--latency: the target '" + target.name +
                             "' has no clock; name a --device "
                             "(--list-devices), or give device.clock_hz in a "
                             "file for --target-file");
  bool needed = options.measure || options.explore || budget.flash ||
                budget.latency || budget.energy;
  session.measures = needed || budget.ram;
  const bool tunes = !options.tuneFile.empty();
  if (!session.measures && !options.verifySamples && !tunes)
    return Error::success();
  Error missing = execute::checkTools(target);
  // Some of what --dispatch chooses among can be tried everywhere.
  if (!missing || needed || tunes ||
      (options.verifySamples && session.dispatch.empty()))
    return missing;
  // Only the stack is not known then, a small part of the RAM.
  std::string reason = toString(std::move(missing));
  if (session.measures)
    warn("--ram counts the arena and state, not the stack: " + reason);
  session.measures = false;
  return Error::success();
}

/// The target, or that of the device, whose memories are budgets where no
/// others are given.
static Error loadTargetOrDevice(Session &session) {
  Options &options = session.options;
  std::optional<TargetDevice> limits;
  if (!options.device.empty()) {
    Expected<Device> device = loadDevice(options.device, session.resourceDir);
    if (!device)
      return device.takeError();
    options.target = device->target;
    limits = device->limits;
  }
  Expected<Target> target = loadTarget(options.target, session.resourceDir);
  if (!target)
    return target.takeError();
  session.target = std::move(*target);
  if (!limits)
    return Error::success();
  session.target.device = *limits;
  if (!options.budget.ram)
    options.budget.ram = limits->ram;
  if (!options.budget.flash)
    options.budget.flash = limits->flash;
  return Error::success();
}

/// Fails where no kernel could be split up.
static Error checkThreads(const Session &session) {
  const Target &target = session.target;
  bool hasVectors = any_of(target.features, [](StringRef feature) {
    return feature == "avx2" || feature == "neon";
  });
  if (session.options.threads == 1 || hasVectors)
    return Error::success();
  return createStringError(
      "--threads: target '" + target.name +
      "' has no kernels in parts; targets with AVX2 or NEON have");
}

Error driver::prepare(Session &session) {
  const Options &options = session.options;
  session.resourceDir = findResourceDir(options.argv0);
  if (Error error = loadTargetOrDevice(session))
    return error;
  if (Error error = loadDispatch(session))
    return error;
  if (Error error = checkThreads(session))
    return error;
  if (Error error = loadTunings(session))
    return error;
  if (options.optimizesSize) {
    session.target.compiler.optimization = kSmallestCode;
    session.extraBytes = 0;
  }
  session.optimization = session.target.compiler.optimization;
  session.coding = Session::CodingLimits(options.coding);
  if (Error error = checkOutputs(options))
    return error;
  if (Error error = planTrial(session))
    return error;
  report::Report &report = session.report;
  report.tool = "edgecc " EDGECC_VERSION;
  report.command = options.command;
  report.model = options.model;
  report.target = session.target.name;
  for (const Target &target : session.dispatch)
    report.dispatch.push_back({target.name, 0});
  report.device = options.device;
  report.budget = options.budget;
  return loadPlugins(options.plugins);
}

//===----------------------------------------------------------------------===//
// The stages that are short
//===----------------------------------------------------------------------===//

ImportOptions driver::getImportOptions(const Options &options) {
  ImportOptions importOptions;
  for (const InputShape &shape : options.inputShapes)
    importOptions.inputShapes[shape.input].assign(shape.shape.begin(),
                                                  shape.shape.end());
  for (const InputFile &input : options.frozenInputs)
    importOptions.frozenInputs[input.input] = input.file;
  return importOptions;
}

Error driver::importModel(Session &session) {
  const Options &options = session.options;
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(
      options.model, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError("cannot read '" + options.model +
                             "': " + file.getError().message());
  session.report.modelSha256 =
      toHex(SHA256::hash(arrayRefFromStringRef((*file)->getBuffer())),
            /*LowerCase=*/true);
  session.imported =
      importOnnx(options.model, session.context, getImportOptions(options));
  if (!session.imported)
    return alreadyReported(InputError);
  if (!options.frozenInputs.empty() &&
      getModelFunction(*session.imported).getNumArguments() == 0)
    return createStringError(
        "--freeze-input makes all inputs constants, so that nothing is left to "
        "compute; leave one of them as it is");
  return runUserPasses(*session.imported, [&](mlir::OpPassManager &passes) {
    passes.addNestedPass<mlir::func::FuncOp>(
        createMakeStateful({options.stateful}));
  });
}

//===----------------------------------------------------------------------===//
// --emit
//===----------------------------------------------------------------------===//

static Error print(mlir::ModuleOp module) {
  module.print(outs());
  return Error::success();
}

static Error printEmitC(const Session &session) {
  mlir::OwningOpRef<mlir::ModuleOp> module = emitEmitC(*session.kern);
  return module ? print(*module) : alreadyReported(InternalError);
}

static Error printCode(Session &session) {
  if (Error error = emit(session))
    return error;
  outs() << session.code.header << session.code.source;
  return Error::success();
}

/// Runs the stages up to the one that is asked for, and prints what it makes.
static Error compileAndPrint(Session &session) {
  Emit stage = session.options.emit;
  if (stage == Emit::Onnx)
    return print(*session.imported);
  if (Error error = runTensorPasses(session))
    return error;
  if (stage == Emit::Edge)
    return print(*session.edge);
  if (Error error = lower(session))
    return error;
  if (stage == Emit::Kern)
    return print(*session.kern);
  return stage == Emit::EmitC ? printEmitC(session) : printCode(session);
}

//===----------------------------------------------------------------------===//
// Everything
//===----------------------------------------------------------------------===//

static Error compileToFiles(Session &session) {
  using Stage = Error (*)(Session &);
  if (session.options.explore) {
    if (Error error = runTensorPasses(session))
      return error;
    return explore(session);
  }
  for (Stage stage : {runTensorPasses, measureAccuracy, studySensitivity, tune,
                      makeCodeWithinBudget, searchBudget, checkBudget, publish})
    if (Error error = stage(session))
      return error;
  report::printSummary(outs(), session.report);
  if (!session.options.outputFolder.empty())
    outs() << "  files     " << session.options.outputFolder << ": "
           << session.options.name << ".h, " << session.options.name
           << ".cpp, CMakeLists.txt, report.json, report.html\n";
  return Error::success();
}

Error driver::compile(Session &session) {
  if (!session.options.splitFile.empty())
    return splitModel(session);
  using Stage = Error (*)(Session &);
  for (Stage stage : {prepare, importModel, loadAllSamples})
    if (Error error = stage(session))
      return error;
  return session.options.emit == Emit::Files ? compileToFiles(session)
                                             : compileAndPrint(session);
}
