//===- Compile.cpp - From the model's file to the output folder -----------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"
#include "Output.h"
#include "Passes.h"
#include "Stages.h"

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

/// The C++ compiler's flag.
static constexpr const char *kSmallestCode = "-Os";

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
  if (options.reportFile.empty())
    return Error::success();
  return checkWritable(sys::path::parent_path(options.reportFile));
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
                             "' has no clock; give it device.clock_hz in a "
                             "file for --target-file");
  bool needed =
      options.measure || budget.flash || budget.latency || budget.energy;
  session.measures = needed || budget.ram;
  if (!session.measures && !options.verifySamples)
    return Error::success();
  Error missing = execute::checkTools(target);
  if (!missing || needed || options.verifySamples)
    return missing;
  // Only the stack is not known then, a small part of the RAM.
  warn("--ram counts the arena and state, not the stack: " +
       toString(std::move(missing)));
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

static Error prepare(Session &session) {
  const Options &options = session.options;
  session.resourceDir = findResourceDir(options.argv0);
  if (Error error = loadTargetOrDevice(session))
    return error;
  if (options.optimizesSize) {
    session.target.compiler.optimization = kSmallestCode;
    session.extraBytes = 0;
  }
  if (Error error = checkOutputs(options))
    return error;
  if (Error error = planTrial(session))
    return error;
  report::Report &report = session.report;
  report.tool = "edgecc " EDGECC_VERSION;
  report.command = options.command;
  report.model = options.model;
  report.target = session.target.name;
  report.device = options.device;
  report.budget = options.budget;
  return loadPlugins(options.plugins);
}

//===----------------------------------------------------------------------===//
// The stages that are short
//===----------------------------------------------------------------------===//

static Error importModel(Session &session) {
  const Options &options = session.options;
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(
      options.model, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return createStringError("cannot read '" + options.model +
                             "': " + file.getError().message());
  session.report.modelSha256 =
      toHex(SHA256::hash(arrayRefFromStringRef((*file)->getBuffer())),
            /*LowerCase=*/true);
  ImportOptions importOptions;
  for (const InputShape &shape : options.inputShapes)
    importOptions.inputShapes[shape.input].assign(shape.shape.begin(),
                                                  shape.shape.end());
  for (const InputFile &input : options.frozenInputs)
    importOptions.frozenInputs[input.input] = input.file;
  session.imported = importOnnx(options.model, session.context, importOptions);
  if (!session.imported)
    return alreadyReported(InputError);
  return runUserPasses(*session.imported, [&](mlir::OpPassManager &passes) {
    passes.addNestedPass<mlir::func::FuncOp>(
        createMakeStateful({options.stateful}));
  });
}

/// Lowers a copy of `edge`, with layers computed row by row where it seems to
/// need more than `arena` bytes, if that is given.
static Expected<mlir::OwningOpRef<mlir::ModuleOp>>
lowerCopy(const Session &session, mlir::ModuleOp edge,
          std::optional<int64_t> arena) {
  LoweringOptions lowering;
  lowering.features = session.target.features;
  lowering.extraBytes = session.extraBytes;
  lowering.inputsInArena = session.options.inputsInArena;
  mlir::OwningOpRef<mlir::ModuleOp> kern = edge.clone();
  Error error = runPasses(*kern, [&](mlir::OpPassManager &passes) {
    if (arena)
      passes.addNestedPass<mlir::func::FuncOp>(createStreamRows({*arena}));
    buildLoweringPipeline(passes, lowering);
  });
  if (error)
    return error;
  return kern;
}

static int64_t getArenaBytes(mlir::ModuleOp kern) {
  return getProgramMemory(kern).arena;
}

/// The pass that chooses what is computed row by row goes by an estimate; it is
/// asked for less until the plan fits.
static Error lowerWithinLimit(Session &session, mlir::ModuleOp edge) {
  constexpr int kTrials = 12;
  int64_t limit = *session.arenaLimit, estimate = limit;
  for (int i = 0; i != kTrials && estimate > 0; ++i) {
    auto kern = lowerCopy(session, edge, estimate);
    if (!kern)
      return kern.takeError();
    int64_t bytes = getArenaBytes(**kern);
    if (!session.kern || bytes < getArenaBytes(*session.kern))
      session.kern = std::move(*kern);
    if (bytes <= limit)
      break;
    estimate -= std::max<int64_t>(bytes - limit, limit / 32);
  }
  return Error::success();
}

static Error lower(Session &session) {
  StringSet<> features;
  for (const std::string &feature : session.target.features)
    features.insert(feature);
  if (failed(checkKernels(getModelFunction(*session.edge), features)))
    return alreadyReported(InputError);
  // The interpreter keeps all channels: --verify shows that none is missed.
  mlir::OwningOpRef<mlir::ModuleOp> edge = session.edge->clone();
  if (session.options.prunes)
    if (Error error = runPasses(*edge, [](mlir::OpPassManager &passes) {
          passes.addNestedPass<mlir::func::FuncOp>(
              createPruneConstantChannels());
        }))
      return error;
  session.kern = nullptr;
  if (session.arenaLimit)
    return lowerWithinLimit(session, *edge);
  auto kern = lowerCopy(session, *edge, std::nullopt);
  if (!kern)
    return kern.takeError();
  session.kern = std::move(*kern);
  return Error::success();
}

static Error emit(Session &session) {
  EmitOptions options;
  options.name = session.options.name;
  options.resourceDir = session.resourceDir;
  options.version = EDGECC_VERSION;
  options.commandLine = session.options.command;
  options.modelSha256 = session.report.modelSha256;
  options.target = session.target.name;
  FailureOr<GeneratedCode> code = emitCode(*session.kern, options);
  if (failed(code))
    return alreadyReported(InternalError);
  session.code = std::move(*code);
  return Error::success();
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

static Error makeCode(Session &session) {
  using Stage = Error (*)(Session &);
  for (Stage stage : {lower, describeLayers, emit, tryCode})
    if (Error error = stage(session))
      return error;
  // Milliwatts times milliseconds.
  const std::optional<double> &power = session.target.device.activePower;
  const report::Latency &latency = session.report.latency;
  session.report.energy = {};
  if (power && latency.milliseconds)
    session.report.energy = {*power * *latency.milliseconds,
                             "active power times time (" + latency.source +
                                 ")"};
  return Error::success();
}

/// What kernels take for speed.
static int64_t getExtraBytes(const Session &session) {
  mlir::ModuleOp module = session.kern.get();
  auto taken = module.lookupSymbol<mlir::func::FuncOp>("run")
                   ->getAttrOfType<mlir::IntegerAttr>(kern::kExtraBytes);
  return taken ? taken.getInt() : 0;
}

/// Layers row by row, and then kernels with smaller buffers, if RAM does not
/// suffice.
static bool giveUpSpeedForRam(Session &session) {
  const report::Report &report = session.report;
  if (!report.budget.ram || report.ram.getTotal() <= *report.budget.ram)
    return false;
  int64_t excess = int64_t(report.ram.getTotal() - *report.budget.ram);
  // Where even no arena at all would not do, the least possible.
  int64_t limit = std::max<int64_t>(int64_t(report.ram.arena) - excess, 1);
  // What the plan does not reach, it will not reach with less.
  bool tried =
      session.arenaLimit && int64_t(report.ram.arena) > *session.arenaLimit;
  session.arenaLimit = limit;
  if (!tried)
    return true;
  if (getExtraBytes(session) == 0 || session.extraBytes == 0)
    return false;
  session.extraBytes = 0;
  return true;
}

/// Kernels with smaller constants, and then smaller code, if flash does not
/// suffice.
static bool giveUpSpeedForFlash(Session &session) {
  const report::Report &report = session.report;
  uint64_t flash = report.flash.total.value_or(report.flash.weights);
  if (!report.budget.flash || flash <= *report.budget.flash)
    return false;
  int64_t excess = int64_t(flash - *report.budget.flash);
  if (int64_t taken = getExtraBytes(session)) {
    session.extraBytes = std::max<int64_t>(taken - excess, 0);
    return true;
  }
  std::string &optimization = session.target.compiler.optimization;
  if (!report.flash.total || optimization == kSmallestCode)
    return false;
  optimization = kSmallestCode;
  return true;
}

/// Gives up speed for memory, if the budget asks for it and there is some left
/// to give up.
static bool giveUpSpeed(Session &session) {
  return giveUpSpeedForRam(session) || giveUpSpeedForFlash(session);
}

/// Speed is bought with memory as long as there is some.
static Error makeCodeWithinBudget(Session &session) {
  do {
    if (Error error = makeCode(session))
      return error;
  } while (giveUpSpeed(session));
  return Error::success();
}

static Error compileToFiles(Session &session) {
  using Stage = Error (*)(Session &);
  for (Stage stage : {runTensorPasses, measureAccuracy, studySensitivity,
                      makeCodeWithinBudget, checkBudget, publish})
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
  using Stage = Error (*)(Session &);
  for (Stage stage : {prepare, importModel, loadAllSamples})
    if (Error error = stage(session))
      return error;
  return session.options.emit == Emit::Files ? compileToFiles(session)
                                             : compileAndPrint(session);
}
